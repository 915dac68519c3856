package io.genserver.rpc.client;

import io.genserver.rpc.RemoteMethod;
import io.genserver.rpc.codec.CodecException;
import io.genserver.rpc.codec.OperationCodec;
import org.jspecify.annotations.Nullable;

/**
 * An operation of a remote server, with all that does not change from call to call.
 *
 * @param method what it is called on the wire
 * @param codec how its arguments and replies are encoded
 * @param timeoutNanos time a call may take
 */
record RemoteOperation(RemoteMethod method, OperationCodec codec, long timeoutNanos) {

	byte[] encode(@Nullable String key, @Nullable Object[] arguments) {
		try {
			return this.codec.arguments().encode(key, arguments);
		}
		catch (CodecException ex) {
			throw new IllegalArgumentException(this.method + ": " + ex.getMessage(), ex);
		}
	}

	@Nullable Object decode(byte[] reply) {
		return this.codec.reply().decode(reply);
	}

}
