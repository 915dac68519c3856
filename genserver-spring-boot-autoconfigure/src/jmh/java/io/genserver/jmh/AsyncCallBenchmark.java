package io.genserver.jmh;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/**
 * One thread keeps {@link #OUTSTANDING} calls under way to one receiver and collects
 * their answers. An invocation ends when every answer has arrived. Both sides have a
 * deadline of 5 seconds per call and answer with a {@link CompletableFuture}.
 * <p>
 * The answers are collected in two ways. In {@code genserver} and {@code pekko} the
 * sender gets the oldest future before it sends the next call. In the methods named
 * {@code Callback} a dependent stage of each future lets the sender go on, so the price
 * of running code of the application on completion is included.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class AsyncCallBenchmark {

	private static final int OUTSTANDING = 64;

	private static final int CALLS = 10_000;

	@Benchmark
	@OperationsPerInvocation(CALLS)
	public long genserver(GenserverCounter counter, Stopwatch watch) throws ExecutionException, InterruptedException {
		return window(() -> counter.ref.callAsync((server) -> server.increment()), watch);
	}

	@Benchmark
	@OperationsPerInvocation(CALLS)
	public long genserverContract(GenserverCounter counter, Stopwatch watch)
			throws ExecutionException, InterruptedException {
		return window(() -> counter.contract.incrementAsync(), watch);
	}

	@Benchmark
	@OperationsPerInvocation(CALLS)
	public long pekko(PekkoCounter counter, Stopwatch watch) throws ExecutionException, InterruptedException {
		return window(counter::increment, watch);
	}

	@Benchmark
	@OperationsPerInvocation(CALLS)
	public void genserverCallback(GenserverCounter counter) throws InterruptedException {
		permits(() -> counter.ref.callAsync((server) -> server.increment()));
	}

	@Benchmark
	@OperationsPerInvocation(CALLS)
	public void pekkoCallback(PekkoCounter counter) throws InterruptedException {
		permits(counter::increment);
	}

	private static long window(Supplier<CompletableFuture<Long>> call, Stopwatch watch)
			throws ExecutionException, InterruptedException {
		@SuppressWarnings({ "unchecked", "rawtypes" })
		CompletableFuture<Long>[] window = new CompletableFuture[OUTSTANDING];
		long sum = 0;
		for (int i = 0; i < CALLS; i++) {
			int place = i % OUTSTANDING;
			if (i >= OUTSTANDING) {
				sum += window[place].get();
			}
			window[place] = (i % Stopwatch.SAMPLED == 0) ? timed(call, watch) : call.get();
		}
		for (CompletableFuture<Long> rest : window) {
			sum += rest.get();
		}
		return sum;
	}

	private static CompletableFuture<Long> timed(Supplier<CompletableFuture<Long>> call, Stopwatch watch) {
		long before = System.nanoTime();
		CompletableFuture<Long> answer = call.get();
		answer.whenComplete((count, failure) -> watch.took(System.nanoTime() - before));
		return answer;
	}

	private static void permits(Supplier<CompletableFuture<Long>> call) throws InterruptedException {
		Semaphore permits = new Semaphore(OUTSTANDING);
		for (int i = 0; i < CALLS; i++) {
			permits.acquire();
			call.get().whenComplete((count, failure) -> {
				if (failure == null) {
					permits.release();
				}
			});
		}
		permits.acquire(OUTSTANDING);
	}

}
