package io.genserver.jmh;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.infra.Blackhole;

/**
 * One thread asks an otherwise idle receiver and waits for the answer, a count, before it
 * asks again. Both sides have a deadline of 5 seconds per call. The thread is a platform
 * thread and waits with what each side offers for that: our blocking call, the peer's
 * future.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class CallBenchmark {

	@Benchmark
	@OperationsPerInvocation(Stopwatch.SAMPLED)
	public void genserver(GenserverCounter counter, Stopwatch watch, Blackhole hole) {
		for (int i = 1; i < Stopwatch.SAMPLED; i++) {
			hole.consume(increment(counter));
		}
		long before = System.nanoTime();
		hole.consume(increment(counter));
		watch.took(System.nanoTime() - before);
	}

	private static long increment(GenserverCounter counter) {
		return counter.ref.call((server) -> server.increment());
	}

	@Benchmark
	@OperationsPerInvocation(Stopwatch.SAMPLED)
	public void genserverContract(GenserverCounter counter, Stopwatch watch, Blackhole hole) {
		for (int i = 1; i < Stopwatch.SAMPLED; i++) {
			hole.consume(counter.contract.increment());
		}
		long before = System.nanoTime();
		hole.consume(counter.contract.increment());
		watch.took(System.nanoTime() - before);
	}

	@Benchmark
	@OperationsPerInvocation(Stopwatch.SAMPLED)
	public void pekko(PekkoCounter counter, Stopwatch watch, Blackhole hole)
			throws ExecutionException, InterruptedException {
		for (int i = 1; i < Stopwatch.SAMPLED; i++) {
			hole.consume(counter.increment().get());
		}
		long before = System.nanoTime();
		hole.consume(counter.increment().get());
		watch.took(System.nanoTime() - before);
	}

}
