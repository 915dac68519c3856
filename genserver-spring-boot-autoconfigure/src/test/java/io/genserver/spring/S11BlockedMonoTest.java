package io.genserver.spring;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import io.genserver.CallCycleException;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.LocalRegistry;
import io.genserver.runtime.RuntimeSettings;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * A handler that blocks for the Mono of a call waits as in a blocking call.
 */
@RealThreads
class S11BlockedMonoTest {

	private static final List<Function<Mono<String>, Object>> BLOCKING = List.of(Mono::block,
			(mono) -> mono.block(HangGuard.DURATION), Mono::blockOptional,
			(mono) -> mono.blockOptional(HangGuard.DURATION));

	private final GenServerRuntime runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS, null, List.of(),
			() -> false);

	private final LocalRegistry registry = new LocalRegistry(this.runtime,
			new ReflectiveContracts(ReactiveReplyAdapters.create(getClass().getClassLoader(), null)),
			ServerSettings.DEFAULTS.withCallTimeout(HangGuard.DURATION));

	private Answers answers;

	private GenServerRef<AnswersServer> self;

	private GenServerRef<AnswersServer> other;

	@BeforeEach
	void start() {
		this.runtime.start();
		this.registry.start("answers", AnswersServer.class, AnswersServer::new);
		this.registry.start("other", AnswersServer.class, AnswersServer::new);
		this.answers = this.registry.contract("answers", Answers.class);
		this.self = this.registry.ref("answers");
		this.other = this.registry.ref("other");
	}

	@AfterEach
	void close() {
		this.runtime.shutdown();
	}

	@Test
	void S11_aBlockForACallThatClosesACycleFailsAtOnce() {
		for (Function<Mono<String>, Object> way : BLOCKING) {
			assertThatExceptionOfType(CallCycleException.class)
				.isThrownBy(() -> this.self.call((server) -> way.apply(this.answers.answer("x"))))
				.withMessageContaining("answers -> answers");
			assertThatExceptionOfType(CallCycleException.class).isThrownBy(
					() -> this.self.call((server) -> this.other.call((second) -> way.apply(this.answers.answer("x")))));
		}
	}

	@Test
	void oneThatDoesNotGoesOn() {
		for (Function<Mono<String>, Object> way : BLOCKING) {
			assertThat(this.other.<Object, RuntimeException>call((server) -> way.apply(this.answers.answer("x"))))
				.isIn("x", Optional.of("x"));
			assertThat(way.apply(this.answers.answer("x"))).isIn("x", Optional.of("x"));
			assertThat(this.other.<Object, RuntimeException>call((server) -> way.apply(this.answers.answer(""))))
				.isIn(null, Optional.empty());
			assertThatIllegalStateException()
				.isThrownBy(() -> this.other.call((server) -> way.apply(this.answers.answer("fails"))))
				.withMessage("fails");
		}
	}

	@Test
	void whatOperatorsMakeOfItEndsAtTheDeadline() {
		assertThatExceptionOfType(GenServerTimeoutException.class)
			.isThrownBy(() -> this.self.withTimeout(Duration.ofMillis(20))
				.call((server) -> this.answers.answer("x").map(String::trim).block()));
		assertThat(this.answers.answer("y").block()).isEqualTo("y");
	}

	interface Answers {

		Mono<String> answer(String text);

	}

	static class AnswersServer implements Answers {

		@Override
		public Mono<String> answer(String text) {
			if (text.equals("fails")) {
				throw new IllegalStateException(text);
			}
			return text.isEmpty() ? Mono.empty() : Mono.just(text);
		}

	}

}
