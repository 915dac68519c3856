package io.genserver.runtime;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerTimeoutException.Phase;
import io.genserver.Overflow;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.supervision.RestartHistory;
import io.genserver.runtime.supervision.Supervision;
import io.genserver.time.DurationText;
import io.genserver.time.Durations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Whatever duration a user may set is one, from the shortest to the longest. */
class DurationsTests {

	private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

	private static final Duration MINUS_FOREVER = Duration.ofSeconds(Long.MIN_VALUE);

	/** All that are accepted wherever a positive duration is. */
	static Stream<Duration> positive() {
		return Stream.of(Duration.ofNanos(1), Duration.ofMillis(1), Duration.ofDays(365),
				Duration.ofNanos(Long.MAX_VALUE), Duration.ofNanos(Long.MAX_VALUE).plusNanos(1),
				Duration.ofMillis(Long.MAX_VALUE), Duration.ofSeconds(Long.MAX_VALUE), FOREVER);
	}

	static Stream<Duration> negative() {
		return Stream.of(Duration.ofNanos(-1), Duration.ofDays(-365), MINUS_FOREVER);
	}

	@ParameterizedTest
	@MethodSource("positive")
	void numbersNeverOverflowNorTheirSumsWithTheTime(Duration duration) {
		assertThat(Durations.nanos(duration)).isBetween(1L, Durations.LONGEST);
		assertThat(Durations.millis(duration)).isBetween(0L, Durations.LONGEST / 1_000_000);
		for (long now : new long[] { Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE }) {
			long deadline = now + Durations.nanos(duration);
			assertThat(deadline - now).isPositive();
			assertThat(deadline + Durations.LONGEST - now).isPositive();
		}
	}

	@Test
	void theLongestNegativeOneIsANumberToo() {
		assertThat(Durations.nanos(MINUS_FOREVER)).isEqualTo(-Durations.LONGEST);
		assertThat(Durations.millis(MINUS_FOREVER)).isEqualTo(-Durations.LONGEST / 1_000_000);
	}

	@ParameterizedTest
	@MethodSource("positive")
	void S04_everyDurationCanLimitACall(Duration duration) {
		Seeds.each(3, (scheduler) -> {
			Engine engine = new Engine(scheduler, Engine.shutdown(duration, duration));
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS.withCallTimeout(duration),
					Object::new);
			boolean ends = duration.compareTo(Duration.ofSeconds(1)) < 0;
			for (GenServerRef<Object> ref : List.of(server, server.withTimeout(duration))) {
				CompletableFuture<Integer> call = ref.callAsync((instance) -> 1);
				scheduler.settle();
				if (!ends) {
					assertThat(call).isCompletedWithValue(1);
				}
			}
			engine.close();
		});
	}

	@ParameterizedTest
	@MethodSource("positive")
	void S10_everyDurationCanBeScheduled(Duration duration) {
		Seeds.each(3, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			int[] ticks = new int[2];
			server.cast((instance) -> {
				GenServerContext.current().schedule(duration, () -> ticks[0]++);
				GenServerContext.current().scheduleEvery(duration, () -> ticks[1]++);
				GenServerContext.current().schedule(Duration.ZERO, () -> {
				});
			});
			scheduler.sleep(Duration.ofMillis(3));
			boolean due = duration.compareTo(Duration.ofMillis(1)) <= 0;
			assertThat(ticks[0]).isEqualTo(due ? 1 : 0);
			assertThat(ticks[1]).matches((count) -> due ? count > 0 : count == 0);
			assertThat(server.callAsync((instance) -> 1)).satisfies((call) -> scheduler.settle())
				.isCompletedWithValue(1);
			engine.close();
		});
	}

	@ParameterizedTest
	@MethodSource("positive")
	void S17_everyDurationCanBeAnIdleTime(Duration duration) {
		Seeds.each(3, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Server keyed = engine.addKeyed("keyed", ServerSettings.DEFAULTS.withIdleTimeout(duration), Object::new);
			engine.runtime.start();
			engine.ref("keyed", "key").cast(Object::hashCode);
			scheduler.sleep(Duration.ofSeconds(1));
			boolean idle = duration.compareTo(Duration.ofSeconds(1)) < 0;
			assertThat(keyed.instances().all()).hasSize(idle ? 0 : 1);
			assertThat(keyed.instances().isLooking()).as("looks for idle instances").isEqualTo(!idle);
			engine.close();
		});
	}

	@ParameterizedTest
	@MethodSource("positive")
	void S13_everyDurationCanLimitRestarts(Duration duration) {
		Supervision supervision = new Supervision(SupervisionStrategy.RESTART, SupervisionStrategy.RESTART, List.of(),
				1000, duration, duration, FOREVER);
		RestartHistory history = supervision.history();
		long now = Long.MAX_VALUE - 5;
		long before = 0;
		for (int i = 0; i < 500; i++) {
			long pause = history.next(now, 0);
			assertThat(pause).isBetween(before, Durations.LONGEST);
			before = pause;
		}
	}

	@ParameterizedTest
	@MethodSource("negative")
	void whatIsNegativeIsRefusedWithAReason(Duration duration) {
		ServerSettings settings = ServerSettings.DEFAULTS;
		for (Runnable setting : List.<Runnable>of(() -> settings.withCallTimeout(duration),
				() -> settings.withIdleTimeout(duration), () -> Engine.shutdown(duration, Duration.ZERO),
				() -> Engine.shutdown(Duration.ZERO, duration),
				() -> new RuntimeSettings(Duration.ZERO, Duration.ZERO, duration, Duration.ofSeconds(1)),
				() -> new RuntimeSettings(Duration.ZERO, Duration.ZERO, Duration.ZERO, duration),
				() -> new Supervision(SupervisionStrategy.RESTART, SupervisionStrategy.RESTART, List.of(), 1, duration,
						Duration.ZERO, Duration.ZERO),
				() -> new Supervision(SupervisionStrategy.RESTART, SupervisionStrategy.RESTART, List.of(), 1,
						Duration.ofSeconds(1), duration, Duration.ZERO),
				() -> DurationText.parse(duration.toString()), () -> DurationText.parseDelay(duration.toString()))) {
			assertThatIllegalArgumentException().isThrownBy(setting::run).withMessageContaining(duration.toString());
		}
		Seeds.each(1, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			assertThatIllegalArgumentException().isThrownBy(() -> server.withTimeout(duration));
			assertThatIllegalArgumentException().isThrownBy(() -> server.withTimeout(Duration.ZERO));
			for (Consumer<GenServerContext> schedule : List.<Consumer<GenServerContext>>of(
					(context) -> context.schedule(duration, Object::new),
					(context) -> context.scheduleEvery(duration, Object::new),
					(context) -> context.scheduleEvery(Duration.ZERO, Object::new))) {
				assertThatIllegalArgumentException().isThrownBy(() -> server.call((instance) -> {
					schedule.accept(GenServerContext.current());
					return null;
				})).withMessageContaining("must");
			}
			engine.close();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "999999999999999d", "999999999999999h", "PT2562047788015215H30M7.999999999S", "300000d" })
	void annotationsMayNameAnyDuration(String text) {
		assertThat(Durations.nanos(DurationText.parse(text))).isEqualTo(Durations.LONGEST);
		assertThat(Durations.nanos(DurationText.parseDelay(text))).isEqualTo(Durations.LONGEST);
	}

	@Test
	void aTimeoutOfAnyLengthCanBeDescribed() {
		assertThat(new GenServerTimeoutException(new GenServerTimeoutException.Details("server", null, "operation",
				FOREVER, Phase.QUEUED, FOREVER, FOREVER, Duration.ZERO, 0, 1, null, null)))
			.hasMessageContaining(FOREVER.toString());
	}

	@Test
	void aCastWaitsForRoomForAnyTime() {
		Seeds.each(3, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			GenServerRef<Object> server = engine.start("server",
					ServerSettings.DEFAULTS.withMailbox(1, Overflow.BLOCK).withCallTimeout(FOREVER), Object::new);
			server.cast((instance) -> gate.pass());
			scheduler.settle();
			server.cast(Object::hashCode);
			CompletableFuture<?> waits = scheduler.spawn("sender", () -> {
				server.cast(Object::hashCode);
				return null;
			});
			scheduler.sleep(Duration.ofDays(1));
			assertThat(waits).isNotDone();
			gate.open();
			scheduler.settle();
			assertThat(waits).isCompleted();
			engine.close();
		});
	}

}
