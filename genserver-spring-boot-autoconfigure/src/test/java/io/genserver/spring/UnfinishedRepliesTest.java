package io.genserver.spring;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.genserver.Call;
import io.genserver.GenServerContext;
import io.genserver.GenServerTimeoutException;
import io.genserver.Reply;
import io.genserver.Request;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.LocalRegistry;
import io.genserver.runtime.RuntimeSettings;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.contract.ReflectiveContracts;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a handler returns unfinished, or in vain, keeps no server.
 */
class UnfinishedRepliesTest {

	private final GenServerRuntime runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS, null, List.of(),
			() -> false);

	private final LocalRegistry registry = new LocalRegistry(this.runtime,
			new ReflectiveContracts(ReactiveReplyAdapters.create(getClass().getClassLoader(), null)),
			ServerSettings.DEFAULTS.withStrategy(SupervisionStrategy.RESTART).withCallTimeout(Duration.ofSeconds(30)));

	private final List<String> seen = new CopyOnWriteArrayList<>();

	private Answers answers;

	@BeforeEach
	void start() {
		this.runtime.start();
		this.registry.start("answers", AnswersServer.class, () -> new AnswersServer(this.seen));
		this.answers = this.registry.contract("answers", Answers.class);
	}

	@AfterEach
	void close() {
		this.runtime.shutdown();
	}

	@Test
	void S05_theSubscriptionToAMonoThatNobodyWaitsForIsCancelledBeforeTheNextMessage() {
		assertThatExceptionOfType(GenServerTimeoutException.class).isThrownBy(
				() -> this.registry.<AnswersServer>ref("answers").withTimeout(Duration.ofMillis(1)).call(new Never()));
		assertThat(this.answers.made()).isOne();
		Disposable subscriber = this.answers.never().subscribe();
		subscriber.dispose();
		assertThat(this.answers.made()).isOne();
		assertThat(this.seen.stream().filter("subscribed"::equals).count())
			.isEqualTo(this.seen.stream().filter("cancelled in answers"::equals).count());
		assertThat(this.registry.info("answers").abandonedReplies()).isZero();
	}

	@Test
	void S03_theReplyThatWasPutOffCountsWhateverTheHandlerReturns() throws Exception {
		assertThat(this.answers.plain()).isEqualTo("later");
		for (Kind kind : Kind.values()) {
			assertThat(this.answers.future(kind).get(30, TimeUnit.SECONDS)).as("future %s", kind).isEqualTo("later");
			assertThat(this.answers.mono(kind).block(Duration.ofSeconds(30))).as("mono %s", kind).isEqualTo("later");
			assertThat(this.registry.call("answers", new Ask(kind))).as("message %s", kind).isEqualTo("later");
		}
		assertThat(this.answers.made()).isOne();
		assertThat(this.seen).isEmpty();
		assertThat(this.registry.info("answers").failed()).isZero();
	}

	enum Kind {

		NULL, FAILED, NEVER, COMPLETE

	}

	record Ask(Kind kind) implements Request<String> {
	}

	record Never() implements Request<String> {
	}

	interface Answers {

		@Nullable String plain();

		CompletableFuture<String> future(Kind kind);

		Mono<String> mono(Kind kind);

		Mono<String> never();

		int made();

	}

	static class AnswersServer implements Answers {

		private final List<String> seen;

		private int made;

		AnswersServer(List<String> seen) {
			this.seen = seen;
			this.made++;
		}

		private static void later() {
			Reply<String> reply = GenServerContext.current().deferReply();
			Thread.startVirtualThread(() -> reply.complete("later"));
		}

		@Override
		public @Nullable String plain() {
			later();
			return null;
		}

		@Override
		public CompletableFuture<String> future(Kind kind) {
			later();
			return switch (kind) {
				case NULL -> null;
				case FAILED -> CompletableFuture.failedFuture(new IllegalStateException("ignored"));
				case NEVER -> new CompletableFuture<>();
				case COMPLETE -> CompletableFuture.completedFuture("ignored");
			};
		}

		@Override
		public Mono<String> mono(Kind kind) {
			later();
			return switch (kind) {
				case NULL -> null;
				case FAILED -> Mono.defer(() -> {
					this.seen.add("subscribed");
					return Mono.error(new IllegalStateException("ignored"));
				});
				case NEVER -> Mono.never();
				case COMPLETE -> Mono.just("ignored");
			};
		}

		@Call
		CompletableFuture<String> on(Ask ask) {
			return future(ask.kind());
		}

		@Call
		Mono<String> on(Never never) {
			return never();
		}

		@Override
		public Mono<String> never() {
			return Mono.<String>never()
				.doOnSubscribe((subscription) -> this.seen.add("subscribed"))
				.doOnCancel(() -> this.seen.add("cancelled in " + GenServerContext.current().name()));
		}

		@Override
		public int made() {
			return this.made;
		}

	}

}
