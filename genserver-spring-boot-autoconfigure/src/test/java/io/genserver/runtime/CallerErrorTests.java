package io.genserver.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.genserver.GenServerRef;
import io.genserver.ServerState;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.message.CallerError;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What is its caller's fault is told to the caller and costs the server nothing. */
class CallerErrorTests {

	private static final class Refused extends RuntimeException implements CallerError {

		private static final long serialVersionUID = 1L;

	}

	@Test
	void aRefusalIsNoFailureOfTheServer() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			TestOperation beside = TestOperation.concurrent("beside", 1, (instance, payload) -> {
				throw new Refused();
			});
			Server server = engine.add("server", ServerSettings.DEFAULTS.withStrategy(SupervisionStrategy.STOP),
					Object::new, beside);
			engine.runtime.start();
			GenServerRef<Object> ref = engine.ref("server");
			CompletableFuture<Object> called = ref.callAsync((instance) -> {
				throw new Refused();
			});
			CompletableFuture<Object> overlapping = server.callAsync(null, beside, null, 0, false);
			ref.cast((instance) -> {
				throw new Refused();
			});
			scheduler.settle();
			assertThatExceptionOfType(CompletionException.class).isThrownBy(called::join)
				.withCauseInstanceOf(Refused.class);
			assertThatExceptionOfType(CompletionException.class).isThrownBy(overlapping::join)
				.withCauseInstanceOf(Refused.class);
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.RUNNING);
			assertThat(ServerInfos.of(server).failed()).isZero();
			assertThat(ServerInfos.of(server).failures()).isEmpty();
			CompletableFuture<Object> bug = ref.callAsync((instance) -> {
				throw new IllegalStateException("a bug");
			});
			scheduler.settle();
			assertThat(bug).isCompletedExceptionally();
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.STOPPED);
			engine.close();
		});
	}

}
