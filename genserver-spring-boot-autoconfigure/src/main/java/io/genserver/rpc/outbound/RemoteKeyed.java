package io.genserver.rpc.outbound;

import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.genserver.CallFunction;
import io.genserver.CastAction;
import io.genserver.GenServerRef;
import io.genserver.Keyed;
import io.genserver.KeyedReplies;
import io.genserver.protocol.Utf8;
import io.genserver.runtime.ServerNames;
import org.jspecify.annotations.Nullable;

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
		ServerNames.checkKey(name(), key);
		if (!Utf8.canEncode(key)) {
			throw new IllegalArgumentException("A key of " + name()
					+ " cannot be sent: it has half of a surrogate pair, which is no character, and would be another key there");
		}
		return this.contract.proxy(this.calls, key);
	}

	@Override
	public GenServerRef<C> ref(String key) {
		throw new UnsupportedOperationException("There are no refs to remote servers: code cannot travel. Use the"
				+ " contract of " + name() + ", get(\"" + key + "\")");
	}

	@Override
	public Stream<String> keys() {
		throw new UnsupportedOperationException("The keys of " + name() + " are known where it runs, not here");
	}

	@Override
	public <R extends @Nullable Object> CompletableFuture<KeyedReplies<R>> askAll(Iterable<String> keys,
			int parallelism, CallFunction<? super C, ? extends R, ? extends Exception> function) {
		throw noFunctions();
	}

	@Override
	public int forEachLive(CastAction<? super C> action) {
		throw noFunctions();
	}

	private UnsupportedOperationException noFunctions() {
		return new UnsupportedOperationException(
				"No functions can be sent to " + name() + ", which runs elsewhere: code"
						+ " cannot travel. Call each key by its contract, get(key), or let an operation there do it");
	}

	@Override
	public String toString() {
		return "remote keyed server " + name();
	}

}
