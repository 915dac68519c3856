package io.genserver.rpc.inbound;

import java.util.function.Supplier;

import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.ContentType;
import io.genserver.protocol.MethodId;
import io.genserver.rpc.ConnectionContext;
import io.genserver.rpc.Encodings;
import io.genserver.rpc.codec.OperationCodec;

/**
 * A method that an end has of its own, {@code $rpc.NAME}: no server's, since no server
 * may be named so. Plain unary, in both modes.
 *
 * @param wireName its name on the wire
 * @param methodId its id on the wire
 * @param asked whether peers must be authorized to call it, where anybody decides that
 * @param handler makes the answer, on a worker
 */
record BuiltInMethod(String wireName, long methodId, boolean asked, Handler handler) {

	/** The name no server may have. */
	static final String SERVER = ConnectionContext.SERVER;

	/** Answers what it is called with, so encoded; there in every end. */
	static final BuiltInMethod PING = of("ping", false, (arguments, details) -> new Reply(arguments,
			CallMetadata.NONE.toBuilder().contentType(details.contentType()).build()));

	/**
	 * Create.
	 * @param name its name without {@code $rpc.}
	 * @param asked whether peers must be authorized to call it
	 * @param handler makes the answer
	 */
	static BuiltInMethod of(String name, boolean asked, Handler handler) {
		String wireName = SERVER + "." + name;
		return new BuiltInMethod(wireName, MethodId.of(wireName), asked, handler);
	}

	/**
	 * A handler that takes no arguments and whose answer is encoded as its caller wants
	 * it.
	 */
	static Handler telling(Encodings encodings, Supplier<?> answer) {
		return (arguments, details) -> {
			ContentType sent = encodings.sent(details);
			if (sent == null) {
				throw new WireFailureException(
						WireFailure.unknownEncoding("content type " + details.contentType() + " is not known here"));
			}
			byte[] bytes = OperationCodec.value(encodings.codec(sent), Object.class).encode(answer.get());
			return new Reply(bytes, encodings.metadata(sent));
		};
	}

	/** Its name with {@code $rpc.}. */
	WireName fullName() {
		return new WireName(SERVER, name());
	}

	/** The name without {@code $rpc.}. */
	String name() {
		return this.wireName.substring(SERVER.length() + 1);
	}

	@Override
	public String toString() {
		return this.wireName;
	}

	/** Answers a call. */
	@FunctionalInterface
	interface Handler {

		/**
		 * Answer.
		 * @param arguments what came, encoded as the details say
		 * @param details what came with the arguments
		 * @return the answer
		 * @throws WireFailureException to say why there is none
		 */
		Reply handle(byte[] arguments, CallMetadata details);

	}

	/**
	 * An answer.
	 *
	 * @param bytes the value, encoded
	 * @param metadata what goes with it
	 */
	record Reply(byte[] bytes, CallMetadata metadata) {
	}

}
