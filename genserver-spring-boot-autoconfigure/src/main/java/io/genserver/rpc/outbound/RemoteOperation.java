package io.genserver.rpc.outbound;

import java.util.Map;
import java.util.function.Function;

import io.genserver.rpc.ItemParameter;
import io.genserver.rpc.codec.CodecException;
import io.genserver.rpc.codec.OperationCodec;
import io.genserver.rpc.codec.ValueCodec;
import org.jspecify.annotations.Nullable;

/**
 * An operation of a remote server, with all that does not change from call to call.
 *
 * @param method what it is called on the wire
 * @param codec how its arguments and replies are encoded
 * @param items the parameter that is a stream, or {@code null}
 * @param itemCodec encodes its items, or {@code null}
 * @param keyBeside whether the key of the instance is not among the arguments
 * @param timeoutNanos time a call may take
 * @param decoder decodes a reply or an item, on a worker unless it is a
 * {@link PlainDecoder}
 */
public record RemoteOperation(RemoteMethod method, OperationCodec codec, @Nullable ItemParameter items,
		@Nullable ValueCodec itemCodec, boolean keyBeside, long timeoutNanos,
		Function<byte[], @Nullable Object> decoder) {

	/**
	 * Create what a call needs, with the decoder of its codec.
	 * @param method the operation
	 * @param codec how its arguments and replies are encoded
	 * @param items the parameter that is a stream, or {@code null}
	 * @param itemCodec encodes its items, or {@code null}
	 * @param keyBeside whether the key of the instance is not among the arguments
	 * @param timeoutNanos time a call may take
	 */
	public RemoteOperation(RemoteMethod method, OperationCodec codec, @Nullable ItemParameter items,
			@Nullable ValueCodec itemCodec, boolean keyBeside, long timeoutNanos) {
		this(method, codec, items, itemCodec, keyBeside, timeoutNanos, decoder(codec.reply()));
	}

	/** The method as it is called for an instance, {@code null} if there are none. */
	RemoteMethod method(@Nullable String key) {
		return this.keyBeside ? this.method.withKey(key) : this.method;
	}

	/**
	 * Everything a call sends.
	 * @param key the key of the instance, {@code null} if there are none
	 * @param arguments the arguments, a stream among them
	 * @throws IllegalArgumentException if they cannot be encoded, saying which
	 */
	RequestBody body(@Nullable String key, @Nullable Object[] arguments) {
		ItemParameter stream = this.items;
		ValueCodec encoder = this.itemCodec;
		if (stream == null || encoder == null) {
			return RequestBody.of(encode(key, arguments));
		}
		byte[] others = encode(key, stream.without(arguments, new Object[arguments.length - 1]));
		return new RequestBody(others, stream.items(arguments), encoder::encode, Map.of());
	}

	/**
	 * Encode arguments without a stream.
	 * @param key the key of the instance, {@code null} if there are none
	 * @param arguments the arguments
	 * @return the bytes
	 * @throws IllegalArgumentException if they cannot be encoded, saying which
	 */
	public byte[] encode(@Nullable String key, @Nullable Object[] arguments) {
		try {
			return this.codec.arguments().encode(this.keyBeside ? null : key, arguments);
		}
		catch (CodecException ex) {
			throw new IllegalArgumentException(this.method + ": " + ex.getMessage(), ex);
		}
	}

	private static Function<byte[], @Nullable Object> decoder(ValueCodec reply) {
		return reply.isPlain() ? (PlainDecoder) reply::decode : reply::decode;
	}

}
