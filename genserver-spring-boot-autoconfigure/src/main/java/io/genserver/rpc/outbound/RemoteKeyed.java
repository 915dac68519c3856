package io.genserver.rpc.outbound;

import io.genserver.GenServerRef;
import io.genserver.Keyed;

/**
 * The instances of a keyed server at the other end of a connection.
 *
 * @param <C> the contract
 * @param calls where it is called
 * @param contract the contract
 */
record RemoteKeyed<C>(RpcChannel calls, RemoteContract<C> contract) implements Keyed<C> {

	@Override
	public String name() {
		return this.contract.server();
	}

	@Override
	public C get(String key) {
		if (key.isEmpty()) {
			throw new IllegalArgumentException("A key of " + name() + " must not be empty");
		}
		return this.contract.proxy(this.calls, key);
	}

	@Override
	public GenServerRef<C> ref(String key) {
		throw new UnsupportedOperationException("There are no refs to remote servers: code cannot travel. Use the"
				+ " contract of " + name() + ", get(\"" + key + "\")");
	}

	@Override
	public String toString() {
		return "remote keyed server " + name();
	}

}
