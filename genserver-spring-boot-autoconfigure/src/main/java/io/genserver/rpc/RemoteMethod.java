package io.genserver.rpc;

import io.genserver.protocol.MethodId;

/**
 * An operation of the peer.
 *
 * @param wireName its name, {@code SERVER.OPERATION}
 * @param id its id
 * @since 0.1.0
 */
public record RemoteMethod(String wireName, long id) {

	/**
	 * Name a method.
	 * @param wireName its name, {@code SERVER.OPERATION}
	 * @return the method
	 */
	public static RemoteMethod of(String wireName) {
		return new RemoteMethod(wireName, MethodId.of(wireName));
	}

	@Override
	public String toString() {
		return this.wireName;
	}

}
