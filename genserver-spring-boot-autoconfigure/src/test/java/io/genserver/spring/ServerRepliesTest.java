package io.genserver.spring;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.GenServerTimeoutException;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Handlers that answer later, or with streams, in an application context.
 */
class ServerRepliesTest {

	private static final Duration GUARD = HangGuard.DURATION;

	private final Probe probe = new Probe();

	@Test
	void theServerWaitsForAFutureBeforeItsNextMessage() {
		run((answers, ref) -> waitsFor(answers.future(), ref));
	}

	@Test
	void theServerWaitsForAStageBeforeItsNextMessage() {
		run((answers, ref) -> waitsFor(answers.stage().toCompletableFuture(), ref));
	}

	@Test
	void theServerWaitsForAMonoBeforeItsNextMessage() {
		run((answers, ref) -> waitsFor(answers.mono().toFuture(), ref));
	}

	@Test
	void theServerWaitsForWhatAFunctionReturnsToo() {
		run((answers, ref) -> {
			CompletableFuture<CompletableFuture<String>> reply = ref.callAsync(AnswersServer::future);
			assertWaits(ref);
			this.probe.pending.complete("late");
			assertThat(reply.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isCompletedWithValue("late");
			assertServes(ref);
		});
	}

	@Test
	void aMonoIsACallForEachSubscriberAndSubscribedInTheTurn() {
		run((answers, ref) -> {
			this.probe.pending.complete("done");
			Mono<String> mono = answers.mono();
			assertServes(ref);
			assertThat(this.probe.journal).as("nothing is sent before a subscription").isEmpty();
			StepVerifier.create(mono).expectNext("done").expectComplete().verify(GUARD);
			StepVerifier.create(mono).expectNext("done").expectComplete().verify(GUARD);
			assertThat(this.probe.journal).containsExactly("mono in answers", "mono in answers");
		});
	}

	@Test
	void S05_cancellingTheMonoCancelsTheCall() {
		run((answers, ref) -> {
			CompletableFuture<String> blocking = answers.future();
			assertWaits(ref);
			Mono<String> queued = answers.mono();
			this.probe.journal.clear();
			queued.subscribe().dispose();
			this.probe.pending.complete("done");
			assertThat(blocking.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("done");
			assertServes(ref);
			assertThat(this.probe.journal).as("it was cancelled while it was queued").isEmpty();
		});
	}

	@Test
	void whatALateReplyFailsWithReachesTheCallerAsItIs() {
		run((answers, ref) -> {
			IllegalStateException failure = new IllegalStateException("on purpose");
			this.probe.pending.completeExceptionally(failure);
			StepVerifier.create(answers.mono())
				.expectErrorSatisfies((ex) -> assertThat(ex).isSameAs(failure))
				.verify(GUARD);
			assertThatExceptionOfType(ExecutionException.class)
				.isThrownBy(() -> answers.stage().toCompletableFuture().get(HangGuard.SECONDS, TimeUnit.SECONDS))
				.satisfies((ex) -> assertThat(ex.getCause()).isSameAs(failure));
		});
	}

	@Test
	void anEmptyMonoIsNoReply() {
		run((answers, ref) -> {
			StepVerifier.create(answers.nothing()).expectComplete().verify(GUARD);
			assertThat(this.probe.journal).containsExactly("nothing in answers");
		});
	}

	@Test
	void aStreamIsMadeAndSubscribedInTheTurnAndItsItemsComeFromOutside() {
		run((answers, ref) -> {
			StepVerifier.create(answers.flux())
				.then(() -> assertServes(ref))
				.then(() -> assertThat(this.probe.journal).containsExactly("body in answers", "subscribed in answers"))
				.then(() -> this.probe.items.tryEmitNext("a"))
				.expectNext("a")
				.then(() -> this.probe.items.tryEmitNext("b"))
				.expectNext("b")
				.then(() -> assertThat(this.probe.journal).endsWith("a in none", "b in none"))
				.thenCancel()
				.verify(GUARD);
			assertThat(this.probe.cancelled.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		});
	}

	@Test
	void streamsOfAllKindsArePassedOn() {
		run((answers, ref) -> {
			StepVerifier.create(answers.publisher()).expectNext("a", "b").expectComplete().verify(GUARD);
			StepVerifier.create(JdkFlowAdapter.flowPublisherToFlux(answers.flow()))
				.expectNext("a", "b")
				.expectComplete()
				.verify(GUARD);
		});
	}

	@Test
	void aStreamThatFailsTellsItsSubscriberWhy() {
		run((answers, ref) -> StepVerifier.create(answers.failing())
			.expectNext("a")
			.expectErrorMessage("on purpose")
			.verify(GUARD));
	}

	private void waitsFor(CompletableFuture<String> reply, GenServerRef<AnswersServer> ref) throws Exception {
		assertWaits(ref);
		assertThat(reply).isNotDone();
		this.probe.pending.complete("late");
		assertThat(reply.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("late");
		assertServes(ref);
	}

	/** Once a handler has returned what it waits for, no other message gets its turn. */
	private void assertWaits(GenServerRef<AnswersServer> ref) throws Exception {
		assertThat(this.probe.waiting.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		assertThatExceptionOfType(GenServerTimeoutException.class)
			.isThrownBy(() -> ref.withTimeout(Duration.ofMillis(50)).call((server) -> true))
			.satisfies((ex) -> assertThat(ex.phase()).isEqualTo(GenServerTimeoutException.Phase.QUEUED));
	}

	private static void assertServes(GenServerRef<AnswersServer> ref) {
		assertThat(ref.withTimeout(GUARD).<Boolean, RuntimeException>call((server) -> true)).isTrue();
	}

	private void run(Body body) {
		Servers.runner()
			.withBean(Probe.class, () -> this.probe)
			.withUserConfiguration(AnswersServer.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				body.run(context.getBean(Answers.class), context.getBean(GenServerRegistry.class).ref("answers"));
				this.probe.pending.cancel(false);
			});
	}

	private interface Body {

		void run(Answers answers, GenServerRef<AnswersServer> ref) throws Exception;

	}

	/** What a test and the server share. */
	static class Probe {

		final CompletableFuture<String> pending = new CompletableFuture<>();

		final Sinks.Many<String> items = Sinks.many().unicast().onBackpressureBuffer();

		final CompletableFuture<Boolean> cancelled = new CompletableFuture<>();

		final List<String> journal = new CopyOnWriteArrayList<>();

		final CountDownLatch waiting = new CountDownLatch(1);

		void note(String what) {
			this.journal.add(what + " in " + turn());
		}

		private static String turn() {
			try {
				return GenServerContext.current().name();
			}
			catch (IllegalStateException ex) {
				return "none";
			}
		}

	}

	interface Answers {

		CompletableFuture<String> future();

		CompletionStage<String> stage();

		Mono<String> mono();

		Mono<Void> nothing();

		Flux<String> flux();

		Publisher<String> publisher();

		Flow.Publisher<String> flow();

		Flux<String> failing();

	}

	@GenServer("answers")
	static class AnswersServer implements Answers {

		private final Probe probe;

		AnswersServer(Probe probe) {
			this.probe = probe;
		}

		@Override
		public CompletableFuture<String> future() {
			this.probe.waiting.countDown();
			return this.probe.pending.thenApply(Function.identity());
		}

		@Override
		public CompletionStage<String> stage() {
			return future();
		}

		@Override
		public Mono<String> mono() {
			return Mono.defer(() -> {
				this.probe.note("mono");
				return Mono.fromFuture(future());
			});
		}

		@Override
		public Mono<Void> nothing() {
			return Mono.fromRunnable(() -> this.probe.note("nothing"));
		}

		@Override
		public Flux<String> flux() {
			this.probe.note("body");
			return this.probe.items.asFlux()
				.doOnNext(this.probe::note)
				.doOnCancel(() -> this.probe.cancelled.complete(true))
				.doOnSubscribe((subscription) -> this.probe.note("subscribed"));
		}

		@Override
		public Publisher<String> publisher() {
			return Flux.just("a", "b");
		}

		@Override
		public Flow.Publisher<String> flow() {
			return JdkFlowAdapter.publisherToFlowPublisher(Flux.just("a", "b"));
		}

		@Override
		public Flux<String> failing() {
			return Flux.concat(Flux.just("a"), Flux.error(new IllegalStateException("on purpose")));
		}

	}

}
