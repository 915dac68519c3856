package io.genserver.jmh;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/**
 * Messages without a reply, as fast as they are <em>handled</em>: each producer sends
 * {@link #MESSAGES} of them to the one receiver and waits until its last one was handled,
 * which, as messages of one sender keep their order, is when all were. The thread count
 * is the number of producers.
 * <p>
 * The receiver adds one to a field. On both sides the message carries nothing and is not
 * allocated by the producer (a lambda without captures, an enum constant). Our mailbox is
 * bounded, so our producers also pay for waiting whenever they are 1024 messages ahead;
 * the peer's grows instead. A queue with a virtual thread and a bare queue have our
 * bound.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class CastBenchmark {

	private static final int MESSAGES = 50_000;

	@Benchmark
	@OperationsPerInvocation(MESSAGES)
	public void genserver(GenserverCounter counter) throws InterruptedException {
		CountDownLatch done = new CountDownLatch(1);
		for (int i = 1; i < MESSAGES; i++) {
			counter.ref.cast((server) -> server.add());
		}
		counter.ref.cast((server) -> server.last(done));
		done.await();
	}

	@Benchmark
	@OperationsPerInvocation(MESSAGES)
	public void genserverContract(GenserverCounter counter) throws InterruptedException {
		CountDownLatch done = new CountDownLatch(1);
		for (int i = 1; i < MESSAGES; i++) {
			counter.contract.add();
		}
		counter.contract.last(done);
		done.await();
	}

	@Benchmark
	@OperationsPerInvocation(MESSAGES)
	public void pekko(PekkoCounter counter) throws InterruptedException {
		CountDownLatch done = new CountDownLatch(1);
		for (int i = 1; i < MESSAGES; i++) {
			counter.actor.tell(PekkoCounter.Add.INSTANCE);
		}
		counter.actor.tell(new PekkoCounter.Last(done));
		done.await();
	}

	@Benchmark
	@OperationsPerInvocation(MESSAGES)
	public void queueThread(QueueThread counter) throws InterruptedException {
		CountDownLatch done = new CountDownLatch(1);
		Runnable add = () -> counter.count++;
		for (int i = 1; i < MESSAGES; i++) {
			counter.queue.put(add);
		}
		counter.queue.put(done::countDown);
		done.await();
	}

	@Benchmark
	@OperationsPerInvocation(MESSAGES)
	public void bareQueue(BareQueue counter) throws InterruptedException {
		CountDownLatch done = new CountDownLatch(1);
		Runnable add = () -> counter.count++;
		for (int i = 1; i < MESSAGES; i++) {
			counter.put(add);
		}
		counter.put(done::countDown);
		done.await();
	}

}
