package io.genserver.jmh;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

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
	public long genserver(GenserverCounter counter) {
		return counter.ref.call((server) -> server.increment());
	}

	@Benchmark
	public long genserverContract(GenserverCounter counter) {
		return counter.contract.increment();
	}

	@Benchmark
	public long pekko(PekkoCounter counter) throws ExecutionException, InterruptedException {
		return counter.increment().get();
	}

}
