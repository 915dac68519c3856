package io.genserver.runtime;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.genserver.CallFunction;
import io.genserver.CastAction;
import io.genserver.GenServerRef;
import io.genserver.Keyed;
import io.genserver.KeyedReplies;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.contract.Contracts;
import io.genserver.runtime.contract.LambdaOperation;
import org.jspecify.annotations.Nullable;

/**
 * The instances of a keyed server of this process.
 *
 * @param <S> contract or class
 */
record LocalKeyed<S>(Server server, Class<S> type, Contracts contracts) implements Keyed<S> {

	@Override
	public String name() {
		return this.server.name();
	}

	@Override
	public S get(String key) {
		if (!this.server.definition().contracts().contains(this.type)) {
			throw new IllegalStateException(this.type.getName() + " is not a contract of server " + name()
					+ ", so there is no proxy for it: use ref(key), or inject Keyed with one of "
					+ this.server.definition().contracts());
		}
		return this.type.cast(this.server.proxy(this.contracts, List.of(this.type), ServerNames.checkKey(name(), key)));
	}

	@Override
	public GenServerRef<S> ref(String key) {
		return new LocalRef<>(this.server, ServerNames.checkKey(name(), key));
	}

	@Override
	public Stream<String> keys() {
		return this.server.instances().all().stream().filter((cell) -> !cell.life().isEnding()).map(ServerCell::key);
	}

	@Override
	public <R extends @Nullable Object> CompletableFuture<KeyedReplies<R>> askAll(Iterable<String> keys,
			int parallelism, CallFunction<? super S, ? extends R, ? extends Exception> function) {
		checkFunction(function);
		if (parallelism < 1) {
			throw new IllegalArgumentException("The parallelism must be at least 1, but is " + parallelism);
		}
		return new CallsOfKeys<R>(name(), this.server.sender(), keys.iterator(), parallelism, function).begin();
	}

	@Override
	public int forEachLive(CastAction<? super S> action) {
		checkFunction(action);
		return this.server.castToLive(LambdaOperation.CAST, action);
	}

	private void checkFunction(Object function) {
		Objects.requireNonNull(function, "function");
		this.server.definition().factory().checkFunction();
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof LocalKeyed<?> keyed && this.server == keyed.server && this.type == keyed.type;
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.server, this.type);
	}

	@Override
	public String toString() {
		return "keyed " + this.server;
	}

}
