package io.genserver.jmh;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServerRef;
import io.genserver.jmh.GenserverCounter.CounterServer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What mailboxes cost that are full to the last place, because their servers are
 * suspended: others beside them, and whoever tries them. Ours only; the peer's mailboxes
 * have no bound.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class FullMailboxBenchmark {

	private static final int MESSAGES = 50_000;

	@Benchmark
	@OperationsPerInvocation(MESSAGES)
	public void beside(FullMailboxes others) throws InterruptedException {
		CountDownLatch done = new CountDownLatch(1);
		for (int i = 1; i < MESSAGES; i++) {
			others.free.cast((server) -> server.add());
		}
		others.free.cast((server) -> server.last(done));
		done.await();
	}

	@Benchmark
	public boolean refused(FullMailboxes others) {
		boolean queued = others.full.tryCast((server) -> server.add());
		if (queued) {
			throw new IllegalStateException("The mailbox was not full");
		}
		return queued;
	}

	/** Servers that are suspended, with full mailboxes, and one that is not. */
	@State(Scope.Benchmark)
	public static class FullMailboxes {

		@Param({ "1", "1000" })
		public int fullMailboxes;

		@SuppressWarnings("NullAway.Init")
		private GenserverEngine engine;

		@SuppressWarnings("NullAway.Init")
		private GenServerRef<CounterServer> free;

		@SuppressWarnings("NullAway.Init")
		private GenServerRef<CounterServer> full;

		@Setup
		public void start() {
			this.engine = new GenserverEngine();
			this.free = this.engine.start("free", CounterServer.class, CounterServer::new);
			for (int i = 0; i < this.fullMailboxes; i++) {
				this.full = this.engine.start("full" + i, CounterServer.class, CounterServer::new);
				this.engine.registry.suspend("full" + i);
				while (this.full.tryCast((server) -> server.add())) {
					// until it is full
				}
			}
		}

		@TearDown
		public void stop() {
			for (int i = 0; i < this.fullMailboxes; i++) {
				this.engine.registry.resume("full" + i);
			}
			this.engine.close();
		}

	}

}
