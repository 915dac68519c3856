package io.genserver.jmh;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Flux;

/**
 * Calls and streams over one connection between two JVMs. A call carries
 * {@link EchoServer#PAYLOAD} bytes there and back, an item as many.
 * <p>
 * {@code sequential} waits for each answer. {@code window} is one thread of the
 * application that keeps calls in flight and gets the oldest future before it sends the
 * next; its latencies end where that thread has the answer, so that nothing depends on
 * the futures but that thread. {@code merged} is Reactor's own way: {@code flatMap} sends
 * the next call when an answer arrives, on whatever thread brings it. {@code stream}
 * takes the items of one stream as fast as they come, without bounds on demand.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class RemoteBenchmark {

	private static final int SEQUENTIAL = 100;

	private static final int CALLS = 5_120;

	private static final int ITEMS = 20_000;

	private static final byte[] PAYLOAD = EchoServer.ITEM;

	@Benchmark
	@OperationsPerInvocation(SEQUENTIAL)
	public void sequential(RemoteLink link, Stopwatch watch) {
		for (int i = 0; i < SEQUENTIAL; i++) {
			long before = System.nanoTime();
			check(link.client.echo(PAYLOAD));
			watch.took(System.nanoTime() - before);
		}
		link.done(SEQUENTIAL);
	}

	@Benchmark
	@OperationsPerInvocation(CALLS)
	public void window(RemoteLink link, Window size, Stopwatch watch) throws ExecutionException, InterruptedException {
		@SuppressWarnings({ "unchecked", "rawtypes" })
		CompletableFuture<byte[]>[] window = new CompletableFuture[size.inFlight];
		long[] begun = new long[size.inFlight];
		for (int i = 0; i < CALLS; i++) {
			int place = i % window.length;
			if (i >= window.length) {
				check(window[place].get());
				if (begun[place] != 0) {
					watch.took(System.nanoTime() - begun[place]);
				}
			}
			begun[place] = (i % Stopwatch.SAMPLED == 0) ? System.nanoTime() : 0;
			window[place] = link.client.echoAsync(PAYLOAD);
		}
		for (CompletableFuture<byte[]> rest : window) {
			check(rest.get());
		}
		link.done(CALLS);
	}

	@Benchmark
	@OperationsPerInvocation(CALLS)
	public void merged(RemoteLink link, Window size) {
		Flux.range(0, CALLS)
			.flatMap((number) -> link.client.echoMono(PAYLOAD), size.inFlight)
			.doOnNext(RemoteBenchmark::check)
			.blockLast();
		link.done(CALLS);
	}

	@Benchmark
	@OperationsPerInvocation(ITEMS)
	public void stream(RemoteLink link) {
		Long count = link.client.items(ITEMS).doOnNext(RemoteBenchmark::check).count().block();
		if (count == null || count != ITEMS) {
			throw new IllegalStateException(count + " items came instead of " + ITEMS);
		}
		link.done(ITEMS);
	}

	private static void check(byte[] answer) {
		if (answer.length != EchoServer.PAYLOAD) {
			throw new IllegalStateException(answer.length + " bytes came instead of " + EchoServer.PAYLOAD);
		}
	}

	/** Number of calls in flight. */
	@State(Scope.Benchmark)
	public static class Window {

		@Param({ "64", "512" })
		public int inFlight;

	}

}
