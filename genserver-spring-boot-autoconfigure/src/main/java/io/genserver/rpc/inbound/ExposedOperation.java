package io.genserver.rpc.inbound;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.genserver.log.SafeLogger;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.ContentType;
import io.genserver.rpc.Encodings;
import io.genserver.rpc.ItemParameter;
import io.genserver.rpc.OperationParameters;
import io.genserver.rpc.codec.OperationCodec;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.rpc.codec.RpcCodec.Parameter;
import io.genserver.rpc.inbound.WireOperation.ReplyLength;
import io.genserver.runtime.Server;
import io.genserver.runtime.contract.Operation;
import org.jspecify.annotations.Nullable;

/**
 * An operation peers may call, in any of the encodings there are. Safe for use by many
 * threads.
 */
final class ExposedOperation {

	private static final SafeLogger logger = SafeLogger.of(ExposedOperation.class);

	private final long methodId;

	private final String wireName;

	private final WireName name;

	private final Server server;

	private final Operation operation;

	private final Encodings encodings;

	private final @Nullable ItemParameter items;

	private final ReplyLength replyLength;

	/** As a peer calls it that says nothing of encodings and keys. */
	private final WireOperation plain;

	private final Map<Variant, WireOperation> variants = new ConcurrentHashMap<>();

	/**
	 * Create.
	 * @param methodId its id on the wire
	 * @param wireName its name on the wire, {@code SERVER.OPERATION}
	 * @param server its server
	 * @param operation the operation itself
	 * @param encodings the encodings there are
	 * @throws IllegalArgumentException if a type cannot be encoded in the first of them,
	 * saying why
	 */
	ExposedOperation(long methodId, String wireName, Server server, Operation operation, Encodings encodings) {
		this.methodId = methodId;
		this.wireName = wireName;
		this.name = new WireName(server.name(), operation.name());
		this.server = server;
		this.operation = operation;
		this.encodings = encodings;
		this.items = ItemParameter.find(operation.parameterTypes());
		if (this.items != null && operation.kind() == Operation.Kind.CAST) {
			throw new IllegalArgumentException(
					"a cast cannot take a stream, for its failure would not be reported to the caller");
		}
		this.replyLength = new ReplyLength(operation.replyType());
		this.plain = operation(new Variant(encodings.first(), encodings.first(), false));
	}

	private WireOperation operation(Variant variant) {
		RpcCodec reading = this.encodings.codec(variant.received());
		for (Parameter each : OperationParameters.of(this.operation)) {
			OperationCodec.requireReadable(reading, each.type(), "parameter " + each.name());
		}
		if (this.items != null) {
			OperationCodec.requireReadable(reading, this.items.item(), "an item");
		}
		boolean keyInside = this.server.definition().keyed() && !variant.keyBeside();
		OperationCodec received = this.encodings.codec(variant.received(), this.operation, keyInside);
		OperationCodec sent = this.encodings.codec(variant.sent(), this.operation, keyInside);
		return new WireOperation(this.wireName, this.operation, new OperationCodec(received.arguments(), sent.reply()),
				this.items, this.encodings.items(variant.received(), this.operation),
				this.encodings.metadata(variant.sent(), this.operation), this.encodings.badArguments(),
				this.replyLength);
	}

	long methodId() {
		return this.methodId;
	}

	String wireName() {
		return this.wireName;
	}

	WireName name() {
		return this.name;
	}

	Server server() {
		return this.server;
	}

	Operation operation() {
		return this.operation;
	}

	/** Whether a stream follows its arguments. */
	boolean takesItems() {
		return this.items != null;
	}

	/**
	 * The operation as a request wants it.
	 * @param details what came with the arguments
	 * @return the operation whose messages carry arguments so encoded
	 * @throws WireFailureException if there is no such encoding
	 */
	WireOperation wire(CallMetadata details) {
		if (details.contentType() == null && details.accept().isEmpty() && details.key() == null) {
			return this.plain;
		}
		ContentType received = this.encodings.known(details.contentType());
		ContentType sent = this.encodings.sent(details);
		if (received == null || sent == null) {
			throw new WireFailureException(WireFailure
				.unknownEncoding(this.wireName + ": content type " + details.contentType() + " is not known here"));
		}
		Variant variant = new Variant(received, sent, details.key() != null);
		try {
			return this.variants.computeIfAbsent(variant, this::operation);
		}
		catch (IllegalArgumentException ex) {
			logger.debug("{} cannot be encoded as {}", this.wireName, variant, ex);
			throw new WireFailureException(WireFailure.unknownEncoding(this.wireName + " cannot be encoded so"));
		}
	}

	@Override
	public String toString() {
		return this.wireName;
	}

	/**
	 * A way to call it.
	 *
	 * @param received how the arguments are encoded
	 * @param sent how the reply is to be
	 * @param keyBeside whether the key of the instance is not among the arguments
	 */
	private record Variant(ContentType received, ContentType sent, boolean keyBeside) {
	}

}
