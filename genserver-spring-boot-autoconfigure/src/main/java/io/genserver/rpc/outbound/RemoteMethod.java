package io.genserver.rpc.outbound;

import io.genserver.protocol.ContentType;
import io.genserver.protocol.MethodId;
import io.genserver.rpc.Encodings;
import io.genserver.rpc.codec.RpcCodec;
import org.jspecify.annotations.Nullable;

/**
 * An operation of the peer, and how it is called.
 *
 * @param wireName its name, {@code SERVER.OPERATION}
 * @param id its id
 * @param idempotent whether it may run twice, so that a call whose answer was lost may be
 * sent again
 * @param detached whether calls are not limited by the deadline of the turn they are made
 * in
 * @param contentType how arguments and replies are encoded, or {@code null} for JSON and
 * raw bytes
 * @param key the key of the instance meant, if it is not among the arguments
 */
public record RemoteMethod(String wireName, long id, boolean idempotent, boolean detached,
		@Nullable ContentType contentType, @Nullable String key) {

	/**
	 * Name a method of which nothing else is known.
	 * @param wireName its name, {@code SERVER.OPERATION}
	 * @return the method, not idempotent
	 */
	public static RemoteMethod of(String wireName) {
		return of(wireName, false);
	}

	/**
	 * Name a method.
	 * @param wireName its name, {@code SERVER.OPERATION}
	 * @param idempotent whether it may run twice
	 * @return the method
	 */
	public static RemoteMethod of(String wireName, boolean idempotent) {
		return new RemoteMethod(wireName, MethodId.of(wireName), idempotent, false, null, null);
	}

	/**
	 * Return the same method, called in an encoding.
	 * @param codec the encoding of arguments and replies
	 * @return the method
	 */
	public RemoteMethod in(RpcCodec codec) {
		ContentType type = Encodings.type(codec);
		return new RemoteMethod(this.wireName, this.id, this.idempotent, this.detached,
				type.equals(ContentType.JSON) ? null : type, this.key);
	}

	/**
	 * Return the same method of one instance of a keyed server.
	 * @param key the key, which the arguments do not hold
	 * @return the method
	 */
	public RemoteMethod withKey(@Nullable String key) {
		return new RemoteMethod(this.wireName, this.id, this.idempotent, this.detached, this.contentType, key);
	}

	/**
	 * Return the same method, limited by the deadline of the calling turn or not.
	 * @param own whether its calls have their own time only
	 * @return the method
	 */
	public RemoteMethod detached(boolean own) {
		return new RemoteMethod(this.wireName, this.id, this.idempotent, own, this.contentType, this.key);
	}

	/** Why it cannot be called in base mode, or null if it can. */
	@Nullable String needsExtMode() {
		if (this.key != null) {
			return "the key of " + this.wireName + " has no place among its arguments";
		}
		return (this.contentType != null) ? "arguments are encoded as " + this.contentType : null;
	}

	@Override
	public String toString() {
		return this.wireName;
	}

}
