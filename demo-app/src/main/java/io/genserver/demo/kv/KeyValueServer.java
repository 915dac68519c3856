package io.genserver.demo.kv;

import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.genserver.GenServer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.Sinks.EmitResult;
import reactor.core.scheduler.Schedulers;

/**
 * The store. One message at a time touches the map, so it needs no lock; only the
 * watchers also leave on threads of their own.
 */
@GenServer("kv")
class KeyValueServer implements KeyValue {

	private static final int WATCHER_BUFFER = 1024;

	private final TreeMap<String, String> map = new TreeMap<>();

	private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();

	@Override
	public @Nullable String get(String key) {
		return this.map.get(key);
	}

	@Override
	public CompletableFuture<@Nullable String> find(String key) {
		return CompletableFuture.completedFuture(this.map.get(key));
	}

	@Override
	public void set(String key, String value) {
		this.map.put(key, value);
		Change change = new Change(key, value);
		for (Watcher watcher : this.watchers) {
			if (key.startsWith(watcher.prefix())) {
				tell(watcher, change);
			}
		}
	}

	/**
	 * This body and the subscription to what it returns run in one turn: no change falls
	 * between the snapshot and the first change a watcher is told of.
	 */
	@Override
	public Flux<Change> watch(String prefix) {
		return Flux.defer(() -> {
			Queue<Change> buffer = new ArrayBlockingQueue<>(WATCHER_BUFFER);
			Watcher watcher = new Watcher(prefix, Sinks.many().unicast().onBackpressureBuffer(buffer));
			this.watchers.add(watcher);
			return Flux.fromIterable(snapshot(prefix))
				.concatWith(watcher.changes().asFlux())
				.doFinally((end) -> this.watchers.remove(watcher))
				// What a watcher does with a change must not hold the server up.
				.publishOn(Schedulers.parallel());
		});
	}

	private Iterable<Change> snapshot(String prefix) {
		return this.map.tailMap(prefix)
			.entrySet()
			.stream()
			.takeWhile((entry) -> entry.getKey().startsWith(prefix))
			.map((Map.Entry<String, String> entry) -> new Change(entry.getKey(), entry.getValue()))
			.toList();
	}

	private void tell(Watcher watcher, Change change) {
		if (watcher.changes().tryEmitNext(change) == EmitResult.FAIL_OVERFLOW) {
			this.watchers.remove(watcher);
			watcher.changes()
				.tryEmitError(new IllegalStateException(
						"Watching " + watcher.prefix() + "* ended: more than " + WATCHER_BUFFER + " changes behind"));
		}
	}

	/**
	 * Somebody who watches.
	 *
	 * @param prefix what the keys begin with
	 * @param changes takes what the watcher has not fetched yet
	 */
	private record Watcher(String prefix, Sinks.Many<Change> changes) {

		@Override
		public boolean equals(@Nullable Object other) {
			return this == other;
		}

		@Override
		public int hashCode() {
			return System.identityHashCode(this);
		}

	}

}
