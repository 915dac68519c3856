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
 * @param keyBeside whether the key of the instance is not among the arguments
 * @param timeoutNanos time a call may take
 */
record RemoteOperation(RemoteMethod method, OperationCodec codec, boolean keyBeside, long timeoutNanos) {

	/** The method as it is called for an instance, {@code null} if there are none. */
	RemoteMethod method(@Nullable String key) {
		return this.keyBeside ? this.method.withKey(key) : this.method;
	}

	byte[] encode(@Nullable String key, @Nullable Object[] arguments) {
		try {
			return this.codec.arguments().encode(this.keyBeside ? null : key, arguments);
		}
		catch (CodecException ex) {
			throw new IllegalArgumentException(this.method + ": " + ex.getMessage(), ex);
		}
	}

	@Nullable Object decode(byte[] reply) {
		return this.codec.reply().decode(reply);
	}

}
