package io.genserver.rpc;

import io.genserver.protocol.MethodId;

/**
 * An operation of the peer.
 *
 * @param wireName its name, {@code SERVER.OPERATION}
 * @param id its id
 * @param idempotent whether it may run twice, so that a call whose answer was lost may be
 * sent again
 * @since 0.1.0
 */
public record RemoteMethod(String wireName, long id, boolean idempotent) {

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
		return new RemoteMethod(wireName, MethodId.of(wireName), idempotent);
	}

	@Override
	public String toString() {
		return this.wireName;
	}

}
