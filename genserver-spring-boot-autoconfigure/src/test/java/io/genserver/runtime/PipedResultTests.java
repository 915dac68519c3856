package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

import io.genserver.Envelope;
import io.genserver.Envelope.Attribute;
import io.genserver.GenServerContext;
import io.genserver.GenServerInterceptor;
import io.genserver.GenServerRef;
import io.genserver.runtime.cell.Commands;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.contract.Invocation;
import io.genserver.testsupport.Reachable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Results of what goes on elsewhere become messages of the server that asked for them.
 */
class PipedResultTests {

	@Test
	void S01_aResultIsHandledInATurnOfItsOwn() {
		Seeds.each(100, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				CompletableFuture<String> report = new CompletableFuture<>();
				GenServerRef<Weather> weather = engine.start("weather", ServerSettings.DEFAULTS, Weather::new);
				weather.cast((server) -> server.await(report));
				weather.cast((server) -> server.happening("message", () -> scheduler.sleep(Duration.ofMillis(5))));
				scheduler.spawn("elsewhere", () -> report.complete("rain"));
				scheduler.finish();
				assertThat(weather.<List<String>, RuntimeException>call(Weather::happened))
					.containsExactlyInAnyOrder("message", "rain");
			}
		});
	}

	@Test
	void S10_aFullMailboxNeitherRefusesNorDelaysIt() {
		Seeds.each(100, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				CompletableFuture<String> report = new CompletableFuture<>();
				GenServerRef<Weather> weather = engine.start("weather", Engine.SMALL, Weather::new);
				weather.call((server) -> server.await(report));
				Gate gate = new Gate(scheduler, "handler");
				weather.cast((server) -> gate.pass());
				scheduler.settle();
				int queued = 0;
				while (weather.tryCast((server) -> server.happening("message", () -> {
				}))) {
					queued++;
				}
				assertThat(queued).isEqualTo(Engine.SMALL.capacity());
				engine.asEventLoop(() -> report.complete("rain"));
				gate.open();
				scheduler.finish();
				assertThat(weather.<List<String>, RuntimeException>call(Weather::happened)).hasSize(3)
					.element(0)
					.isEqualTo("rain");
				assertThat(engine.deadLetters).hasSize(1);
			}
		});
	}

	@Test
	void S10_resultsDoNotKeepMessagesFromTheirTurn() {
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Weather> weather = engine.start("weather", ServerSettings.DEFAULTS, Weather::new);
				// Each result asks for the next, which is there already.
				weather.call((server) -> server.again(100));
				weather.cast((server) -> server.happening("message", () -> {
				}));
				scheduler.finish();
				List<String> happened = weather.call(Weather::happened);
				assertThat(happened).hasSize(101);
				assertThat(happened.indexOf("message")).isLessThan(100);
			}
		});
	}

	@Test
	void S10_oneThatIsThereAlreadyIsHandledAfterTheMessageThatAskedForIt() {
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Weather> weather = engine.start("weather", ServerSettings.DEFAULTS, Weather::new);
				assertThat(weather.<Integer, RuntimeException>call((server) -> {
					server.await(CompletableFuture.completedFuture("rain"));
					server.await(CompletableFuture.completedFuture("sun"));
					return server.happened.size();
				})).isZero();
				scheduler.finish();
				assertThat(weather.<List<String>, RuntimeException>call(Weather::happened)).containsExactly("rain",
						"sun");
			}
		});
	}

	@Test
	void S12_aFailureIsHandledAsItWasThrownOrLikeThatOfACast() {
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Weather> weather = engine.start("weather", ServerSettings.DEFAULTS, Weather::new);
				IllegalStateException unknown = new IllegalStateException("unknown");
				List<@Nullable Object> given = weather.call((server) -> {
					List<@Nullable Object> all = new ArrayList<>();
					CompletionStage<String> stage = CompletableFuture.failedFuture(new CompletionException(unknown));
					server.context.pipe(stage, all::add, all::add);
					server.context.pipe(stage, all::add);
					return all;
				});
				scheduler.finish();
				assertThat(given).containsExactly(unknown);
				ServerCell cell = engine.cell("weather");
				assertThat(cell.statistics().failedCount()).isEqualTo(1);
				assertThat(weather.<Integer, RuntimeException>call((server) -> server.happened.size())).isZero();
			}
		});
	}

	@Test
	void S13_aRestartDropsItAndKeepsNothingOfTheFormerInstance() {
		Seeds.each(100, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				CompletableFuture<String> report = new CompletableFuture<>();
				GenServerRef<Weather> weather = engine.start("weather", ServerSettings.DEFAULTS, Weather::new);
				HandingStage<String> stage = new HandingStage<>();
				Weather former = weather.call((server) -> {
					server.await(report);
					server.context.pipe(stage, server.happened::add);
					return server;
				});
				CompletableFuture<Boolean> completed = scheduler.spawn("elsewhere", () -> report.complete("rain"));
				engine.runtime.server("weather").instances().restart(null);
				scheduler.finish();
				assertThat(completed.resultNow()).isTrue();
				assertThat(weather.<List<String>, RuntimeException>call(Weather::happened)).isEmpty();
				List<String> before = List.copyOf(former.happened);
				assertThat(before).isSubsetOf("rain");
				assertThat(Reachable.path(stage.dependent(), former.happened, null)).isNull();
				stage.complete("late");
				scheduler.finish();
				assertThat(former.happened).isEqualTo(before);
				assertThatIllegalStateException().isThrownBy(() -> former.await(report))
					.withMessageContaining("pipe(...)");
				assertThat(report).isNotCancelled();
			}
		});
	}

	@Test
	void S03_aStageThatCompletesTwiceOrRefusesIsHandledOnceOrNotAtAll() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Weather> weather = engine.start("weather", ServerSettings.DEFAULTS, Weather::new);
				HandingStage<String> stage = new HandingStage<>();
				weather.call((server) -> server.await(stage));
				stage.complete("rain");
				stage.complete("sun");
				scheduler.finish();
				assertThat(weather.<List<String>, RuntimeException>call(Weather::happened)).containsExactly("rain");
				HandingStage<String> refusing = new HandingStage<>();
				refusing.refuses = true;
				assertThatExceptionOfType(UnsupportedOperationException.class)
					.isThrownBy(() -> weather.call((server) -> server.await(refusing)));
				refusing.complete("late");
				scheduler.finish();
				assertThat(weather.<List<String>, RuntimeException>call(Weather::happened)).containsExactly("rain");
			}
		});
	}

	@Test
	void S17_anInstanceThatAwaitsAResultIsNotPassivated() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				engine.addKeyed("weather", ServerSettings.DEFAULTS.withIdleTimeout(Duration.ofSeconds(1)),
						Weather::new);
				engine.runtime.start();
				CompletableFuture<String> report = new CompletableFuture<>();
				GenServerRef<Weather> vienna = engine.ref("weather", "vienna");
				vienna.call((server) -> server.await(report));
				engine.<Weather>ref("weather", "graz").call(Weather::happened);
				scheduler.advance(Duration.ofSeconds(10));
				scheduler.finish();
				assertThat(engine.runtime.server("weather").hasInstance("graz")).isFalse();
				report.complete("rain");
				scheduler.settle();
				assertThat(vienna.<List<String>, RuntimeException>call(Weather::happened)).containsExactly("rain");
				scheduler.advance(Duration.ofSeconds(10));
				scheduler.finish();
				assertThat(engine.runtime.server("weather").hasInstance("vienna")).isFalse();
			}
		});
	}

	@Test
	void S01_aConcurrentHandlerPipesTooAndTheResultIsHandledInTheTurn() {
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				TestOperation fetch = TestOperation.concurrent("fetch", 2, (instance, payload) -> {
					Weather server = (Weather) instance;
					server.await(scheduler.spawn("elsewhere", () -> "rain"));
					return null;
				});
				engine.add("weather", ServerSettings.DEFAULTS, Weather::new, fetch);
				engine.runtime.start();
				for (int i = 0; i < 4; i++) {
					engine.runtime.server("weather").callAsync(null, fetch, null, 0, false);
				}
				scheduler.finish();
				assertThat(engine.<Weather>ref("weather").<List<String>, RuntimeException>call(Weather::happened))
					.containsExactly("rain", "rain", "rain", "rain");
			}
		});
	}

	@Test
	void S10_aSuspendedServerHandlesItWhenItIsResumed() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				CompletableFuture<String> report = new CompletableFuture<>();
				GenServerRef<Weather> weather = engine.start("weather", ServerSettings.DEFAULTS, Weather::new);
				Weather instance = weather.call((server) -> {
					server.await(report);
					return server;
				});
				engine.cell("weather").command(Commands.SUSPEND);
				scheduler.finish();
				report.complete("rain");
				scheduler.finish();
				assertThat(instance.happened).isEmpty();
				engine.cell("weather").command(Commands.RESUME);
				scheduler.finish();
				assertThat(instance.happened).containsExactly("rain");
			}
		});
	}

	@Test
	void S19_whatFollowsTheMessageThatAskedForItFollowsTheResult() {
		Attribute<String> trace = new Attribute<>("trace");
		Seeds.each(20, (scheduler) -> {
			List<@Nullable String> seen = new ArrayList<>();
			try (Engine engine = new Engine(scheduler, new GenServerInterceptor() {
				@Override
				public void sending(Envelope envelope) {
					envelope.put(trace, "t1");
				}

				@Override
				public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
					if (envelope.operation().startsWith("pipe")) {
						seen.add(envelope.get(trace));
					}
					return invocation.proceed();
				}
			})) {
				CompletableFuture<String> report = new CompletableFuture<>();
				GenServerRef<Weather> weather = engine.start("weather", ServerSettings.DEFAULTS, Weather::new);
				weather.call((server) -> server.await(report));
				report.complete("rain");
				scheduler.finish();
				assertThat(seen).containsExactly("t1");
			}
		});
	}

	/** A server that notes what happens, in whose turn nothing else does. */
	private static final class Weather {

		final GenServerContext context = GenServerContext.current();

		final List<String> happened = new ArrayList<>();

		private boolean inTurn;

		@Nullable Void await(CompletionStage<String> report) {
			this.context.pipe(report, (text) -> happening(text, () -> {
			}));
			return null;
		}

		@Nullable Void again(int times) {
			this.context.pipe(CompletableFuture.completedFuture(times - 1), (left) -> {
				this.happened.add("result");
				if (left > 0) {
					again(left);
				}
			});
			return null;
		}

		void happening(String what, Runnable task) {
			assertThat(this.inTurn).isFalse();
			this.inTurn = true;
			task.run();
			this.inTurn = false;
			this.happened.add(what);
		}

		List<String> happened() {
			return List.copyOf(this.happened);
		}

	}

	/** A stage of an application, which calls what depends on it as often as it likes. */
	private static final class HandingStage<T> extends CompletableFuture<T> {

		private @Nullable BiConsumer<? super T, ? super Throwable> dependent;

		private boolean refuses;

		@Override
		public CompletableFuture<T> whenComplete(BiConsumer<? super T, ? super Throwable> action) {
			this.dependent = action;
			if (this.refuses) {
				throw new UnsupportedOperationException("refused");
			}
			return this;
		}

		Object dependent() {
			assertThat(this.dependent).isNotNull();
			return this.dependent;
		}

		@Override
		@SuppressWarnings("NullAway")
		public boolean complete(T value) {
			BiConsumer<? super T, ? super Throwable> known = this.dependent;
			if (known != null) {
				known.accept(value, null);
			}
			return known != null;
		}

	}

}
