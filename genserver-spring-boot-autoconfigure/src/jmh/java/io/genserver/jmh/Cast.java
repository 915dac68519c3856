package io.genserver.jmh;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServerRef;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
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
 * Messages without a reply into one server from one or two threads. An invocation sends a
 * number of messages and waits until the last of them has been handled.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class Cast {

	private static final int MESSAGES = 200_000;

	@Param({ "1", "2" })
	public int producers;

	private Ours ours;

	private GenServerRef<Counter> server;

	private Theirs theirs;

	private ActorRef<Object> actor;

	@Setup
	public void setUp() {
		this.ours = new Ours();
		this.server = this.ours.start("counter", Counter.class, Counter::new);
		this.theirs = new Theirs();
		Counter counter = new Counter();
		this.actor = this.theirs.spawn(Behaviors.receive(Object.class).onMessage(Increment.class, (message) -> {
			counter.add(message.by());
			return Behaviors.same();
		}).onMessage(Last.class, (message) -> {
			message.handled().countDown();
			return Behaviors.same();
		}).build(), "counter");
	}

	@TearDown
	public void tearDown() {
		this.ours.close();
		this.theirs.close();
	}

	@Benchmark
	@OperationsPerInvocation(MESSAGES)
	public void ours() throws InterruptedException {
		CountDownLatch handled = new CountDownLatch(this.producers);
		inParallel(() -> {
			for (int i = 1; i < MESSAGES / this.producers; i++) {
				this.server.cast((counter) -> counter.add(1));
			}
			this.server.cast((counter) -> handled.countDown());
		});
		handled.await();
	}

	@Benchmark
	@OperationsPerInvocation(MESSAGES)
	public void peer() throws InterruptedException {
		CountDownLatch handled = new CountDownLatch(this.producers);
		inParallel(() -> {
			for (int i = 1; i < MESSAGES / this.producers; i++) {
				this.actor.tell(new Increment(1));
			}
			this.actor.tell(new Last(handled));
		});
		handled.await();
	}

	private void inParallel(Runnable producer) throws InterruptedException {
		Thread other = (this.producers == 2) ? Thread.ofPlatform().start(producer) : null;
		producer.run();
		if (other != null) {
			other.join();
		}
	}

	record Increment(long by) {
	}

	record Last(CountDownLatch handled) {
	}

	/** The state of either. */
	static final class Counter {

		private long value;

		long add(long by) {
			this.value += by;
			return this.value;
		}

	}

}
