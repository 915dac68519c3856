package io.genserver.jmh;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import io.genserver.Cast;
import io.genserver.GenServerRef;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One server that counts; the twin of {@link PekkoCounter}.
 */
@State(Scope.Benchmark)
public class GenserverCounter {

	@SuppressWarnings("NullAway.Init")
	private GenserverEngine engine;

	@SuppressWarnings("NullAway.Init")
	GenServerRef<CounterServer> ref;

	@SuppressWarnings("NullAway.Init")
	Counter contract;

	@Setup
	public void start() {
		this.engine = new GenserverEngine();
		this.ref = this.engine.start("counter", CounterServer.class, CounterServer::new);
		this.contract = this.engine.registry.contract("counter", Counter.class);
	}

	@TearDown
	public void stop() {
		this.engine.close();
	}

	/** What the server does, as callers by contract see it. */
	public interface Counter {

		@Cast
		void add();

		@Cast
		void last(CountDownLatch done);

		long increment();

		CompletableFuture<Long> incrementAsync();

	}

	static final class CounterServer implements Counter {

		private long count;

		@Override
		public void add() {
			this.count++;
		}

		@Override
		public void last(CountDownLatch done) {
			this.count++;
			done.countDown();
		}

		@Override
		public long increment() {
			return ++this.count;
		}

		@Override
		public CompletableFuture<Long> incrementAsync() {
			return CompletableFuture.completedFuture(++this.count);
		}

	}

}
