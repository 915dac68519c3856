package io.genserver.rpc.client;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.Call;

/** A contract whose server counts how often each call was executed. */
interface Ledger {

	CompletableFuture<Integer> enter(int id);

	@Call(idempotent = true)
	CompletableFuture<Integer> enterAgain(int id);

	/** So many bytes. */
	CompletableFuture<byte[]> pages(int bytes);

	/** The server. */
	final class Server implements Ledger {

		private final Map<Integer, AtomicInteger> executed = new ConcurrentHashMap<>();

		int executed(int id) {
			AtomicInteger count = this.executed.get(id);
			return (count != null) ? count.get() : 0;
		}

		@Override
		public CompletableFuture<Integer> enter(int id) {
			this.executed.computeIfAbsent(id, (key) -> new AtomicInteger()).incrementAndGet();
			return CompletableFuture.completedFuture(id);
		}

		@Override
		public CompletableFuture<Integer> enterAgain(int id) {
			return enter(id);
		}

		@Override
		public CompletableFuture<byte[]> pages(int bytes) {
			return CompletableFuture.completedFuture(new byte[bytes]);
		}

	}

}
