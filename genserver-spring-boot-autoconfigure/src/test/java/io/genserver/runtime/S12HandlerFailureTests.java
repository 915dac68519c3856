package io.genserver.runtime;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import io.genserver.Envelope;
import io.genserver.GenServerInterceptor;
import io.genserver.GenServerRef;
import io.genserver.GenServerUnavailableException;
import io.genserver.ServerState;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.cell.InstanceFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What a handler throws, and what becomes of its server.
 */
class S12HandlerFailureTests {

	private static final ServerSettings STOP = ServerSettings.DEFAULTS.withStrategy(SupervisionStrategy.STOP);

	@Test
	void S12_theCallerGetsTheVeryExceptionTheHandlerThrew() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server",
					ServerSettings.DEFAULTS.withStrategy(SupervisionStrategy.RESUME), Object::new);
			for (Throwable thrown : new Throwable[] { new IllegalStateException("unchecked"),
					new IOException("checked"), new StackOverflowError("error"),
					new CompletionException("wrapper", new IOException("inside")) }) {
				TestOperation operation = TestOperation.call("fails", (instance, payload) -> {
					throw thrown;
				});
				assertThat(catchThrowable(() -> engine.runtime.server("server").call(null, operation, null, 0, false)))
					.isSameAs(thrown);
				CompletableFuture<Object> reply = engine.runtime.server("server")
					.callAsync(null, operation, null, 0, false);
				scheduler.settle();
				assertThat(catchThrowable(reply::get))
					.hasCauseReference((thrown instanceof CompletionException) ? thrown.getCause() : thrown);
			}
			assertThat(catchThrowable(() -> server.call((instance) -> {
				throw new IOException("through a ref");
			}))).isInstanceOf(IOException.class);
			engine.close();
		});
	}

	@Test
	void S12_aFailureIsCountedBeforeAnyoneLearnsOfIt() {
		Seeds.each(5, (scheduler) -> {
			List<Long> counted = new ArrayList<>();
			Engine[] engine = new Engine[1];
			engine[0] = new Engine(scheduler, new GenServerInterceptor() {

				@Override
				public void ended(Envelope envelope, @Nullable Throwable failure) {
					counted.add(engine[0].cell("server").statistics().failedCount());
				}

			});
			GenServerRef<Object> server = engine[0].start("server", ServerSettings.DEFAULTS, Object::new);
			for (int i = 0; i < 2; i++) {
				server.callAsync((instance) -> {
					throw new IllegalStateException("on purpose");
				});
				server.cast((instance) -> {
					throw new IllegalStateException("on purpose");
				});
			}
			scheduler.settle();
			assertThat(counted).containsExactly(1L, 2L, 3L, 4L);
			engine[0].close();
		});
	}

	@Test
	void S12_whatAReturnedFutureFailsWithReachesTheCallerUnwrapped() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("server", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			IOException thrown = new IOException("later");
			for (boolean late : new boolean[] { true, false }) {
				CompletableFuture<Object> source = new CompletableFuture<>();
				TestOperation operation = TestOperation.call("later",
						(instance, payload) -> source.thenApply((value) -> value));
				CompletableFuture<Object> reply = engine.runtime.server("server")
					.callAsync(null, operation, null, 0, false);
				if (late) {
					scheduler.settle();
				}
				source.completeExceptionally(thrown);
				scheduler.settle();
				assertThat(reply.exceptionNow()).isSameAs(thrown);
			}
			engine.close();
		});
	}

	@Test
	void S12_aFutureThatCannotBeWaitedForIsAFailureLikeAnyOther() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			IllegalStateException thrown = new IllegalStateException("no dependents, please");
			CompletionStage<Object> broken = new CompletableFuture<>() {

				@Override
				public CompletableFuture<Object> whenComplete(
						java.util.function.BiConsumer<? super Object, ? super Throwable> action) {
					throw thrown;
				}

			};
			TestOperation operation = TestOperation.call("broken", (instance, payload) -> broken);
			CompletableFuture<Object> reply = engine.runtime.server("server")
				.callAsync(null, operation, null, 0, false);
			scheduler.settle();
			assertThat(reply.exceptionNow()).isSameAs(thrown);
			assertThat(server.<Integer, RuntimeException>call((instance) -> 1)).isOne();
			engine.close();
		});
	}

	@Test
	void S12_resumeKeepsTheStateAndGoesOnWithTheNextMessage() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<StringBuilder> server = engine.start("server", ServerSettings.DEFAULTS, StringBuilder::new);
			server.cast((state) -> state.append("a"));
			server.cast((state) -> {
				state.append("b");
				throw new IllegalStateException("bad input");
			});
			CompletableFuture<String> next = server.callAsync((state) -> state.append("c").toString());
			scheduler.settle();
			assertThat(next).isCompletedWithValue("abc");
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.RUNNING);
			assertThat(engine.cell("server").statistics().failedCount()).isOne();
			engine.close();
		});
	}

	@Test
	void S12_stopEndsTheServerAfterTheFailureAndFailsWhatIsQueued() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			int[] destroyed = new int[1];
			engine.add("server", STOP, new InstanceFactory() {

				@Override
				public Object create() {
					return new Object();
				}

				@Override
				public void destroy(Object instance) {
					destroyed[0]++;
				}

			});
			engine.runtime.start();
			GenServerRef<Object> server = engine.ref("server");
			IllegalStateException thrown = new IllegalStateException("bad input");
			CompletableFuture<Object> failed = server.callAsync((instance) -> {
				throw thrown;
			});
			CompletableFuture<Integer> queued = server.callAsync((instance) -> 1);
			scheduler.settle();
			assertThat(failed.exceptionNow()).isSameAs(thrown);
			assertThat(queued.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(catchThrowable(() -> server.call((instance) -> 1)))
				.isInstanceOf(GenServerUnavailableException.class)
				.hasCauseReference(thrown);
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.STOPPED);
			assertThat(engine.cell("server").mailbox().size()).isZero();
			assertThat(destroyed[0]).isOne();
			engine.close();
			assertThat(destroyed[0]).isOne();
		});
	}

	@Test
	void S12_aFailureOfAReturnedFutureCountsForTheStrategyToo() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("server", STOP, Object::new);
			engine.runtime.start();
			CompletableFuture<Object> source = new CompletableFuture<>();
			TestOperation operation = TestOperation.call("later", (instance, payload) -> source);
			CompletableFuture<Object> reply = engine.runtime.server("server")
				.callAsync(null, operation, null, 0, false);
			CompletableFuture<Integer> queued = engine.<Object>ref("server").callAsync((instance) -> 1);
			scheduler.settle();
			source.completeExceptionally(new IllegalStateException("later"));
			scheduler.settle();
			assertThat(reply.exceptionNow()).hasMessage("later");
			assertThat(queued.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.STOPPED);
			engine.close();
		});
	}

	@Test
	void S12_theNextMessageToAKeyedServerThatStoppedFindsANewInstance() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.addKeyed("server", STOP, StringBuilder::new);
			engine.runtime.start();
			GenServerRef<StringBuilder> server = engine.ref("server", "k");
			server.call((state) -> state.append("old"));
			server.cast((state) -> {
				throw new IllegalStateException("bad input");
			});
			scheduler.settle();
			assertThat(server.<String, RuntimeException>call((state) -> state.append("new").toString()))
				.isEqualTo("new");
			engine.close();
		});
	}

}
