package io.genserver.jmh;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServerRef;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Messages with a reply to one server: one after the other, the thread waiting for each;
 * and asynchronously with 64 outstanding. Both sides have a deadline of five seconds.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class Call {

	private static final int CALLS = 20_000;

	private static final int OUTSTANDING = 64;

	private Ours ours;

	private GenServerRef<Cast.Counter> server;

	private Theirs theirs;

	private ActorRef<Add> actor;

	@Setup
	public void setUp() {
		this.ours = new Ours();
		this.server = this.ours.start("counter", Cast.Counter.class, Cast.Counter::new);
		this.theirs = new Theirs();
		Cast.Counter counter = new Cast.Counter();
		this.actor = this.theirs.spawn(Behaviors.receive(Add.class).onMessage(Add.class, (message) -> {
			message.replyTo().tell(counter.add(message.by()));
			return Behaviors.same();
		}).build(), "counter");
	}

	@TearDown
	public void tearDown() {
		this.ours.close();
		this.theirs.close();
	}

	@Benchmark
	public long blockingOurs() {
		return this.server.call((counter) -> counter.add(1));
	}

	@Benchmark
	public long blockingPeer() {
		return ask().toCompletableFuture().join();
	}

	@Benchmark
	@OperationsPerInvocation(CALLS)
	public void asyncOurs() {
		CompletableFuture<?>[] window = new CompletableFuture<?>[OUTSTANDING];
		for (int i = 0; i < CALLS; i++) {
			await(window, i);
			window[i % OUTSTANDING] = this.server.callAsync((counter) -> counter.add(1));
		}
		CompletableFuture.allOf(window).join();
	}

	@Benchmark
	@OperationsPerInvocation(CALLS)
	public void asyncPeer() {
		CompletableFuture<?>[] window = new CompletableFuture<?>[OUTSTANDING];
		for (int i = 0; i < CALLS; i++) {
			await(window, i);
			window[i % OUTSTANDING] = ask().toCompletableFuture();
		}
		CompletableFuture.allOf(window).join();
	}

	private CompletionStage<Long> ask() {
		return AskPattern.ask(this.actor, (ActorRef<Long> replyTo) -> new Add(1, replyTo), Theirs.TIMEOUT,
				this.theirs.system.scheduler());
	}

	private static void await(CompletableFuture<?>[] window, int i) {
		CompletableFuture<?> oldest = window[i % OUTSTANDING];
		if (oldest != null) {
			oldest.join();
		}
	}

	record Add(long by, ActorRef<Long> replyTo) {
	}

}
