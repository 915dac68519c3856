package io.genserver.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Timers that replace those of the same name, and the time of day. */
class NamedTimerTests {

	private static final class Device {

		final GenServerContext context = GenServerContext.current();

		final List<String> happened = new ArrayList<>();

		GenServerTimer heartbeat(String what) {
			return this.context.timer("offline", Duration.ofSeconds(10), () -> this.happened.add(what));
		}

		boolean cancel() {
			return this.context.cancelTimer("offline");
		}

	}

	@Test
	void aTimerTakesThePlaceOfTheOneOfItsName() {
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Device> device = engine.start("device", ServerSettings.DEFAULTS, Device::new);
				GenServerTimer first = device.call((server) -> server.heartbeat("first"));
				scheduler.advance(Duration.ofSeconds(6));
				scheduler.settle();
				GenServerTimer second = device.call((server) -> server.heartbeat("second"));
				assertThat(first.isCancelled()).isTrue();
				scheduler.advance(Duration.ofSeconds(6));
				scheduler.settle();
				assertThat(device.<List<String>, RuntimeException>call((server) -> server.happened)).isEmpty();
				assertThat(second.isCancelled()).isFalse();
				scheduler.advance(Duration.ofSeconds(6));
				scheduler.settle();
				assertThat(device.<List<String>, RuntimeException>call((server) -> server.happened))
					.containsExactly("second");
				assertThat(device.<Boolean, RuntimeException>call(Device::cancel)).isFalse();
			}
		});
	}

	@Test
	void alsoIfThatOneIsDueAlready() {
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Device> device = engine.start("device", ServerSettings.DEFAULTS, Device::new);
				device.call((server) -> server.heartbeat("first"));
				device.withTimeout(Duration.ofMinutes(1)).call((server) -> {
					scheduler.sleep(Duration.ofSeconds(20));
					return server.heartbeat("second");
				});
				scheduler.advance(Duration.ofSeconds(11));
				scheduler.settle();
				assertThat(device.<List<String>, RuntimeException>call((server) -> server.happened))
					.containsExactly("second");
			}
		});
	}

	@Test
	void oneIsCancelledByItsNameOrItself() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Device> device = engine.start("device", ServerSettings.DEFAULTS, Device::new);
				device.call((server) -> server.heartbeat("first"));
				assertThat(device.<Boolean, RuntimeException>call(Device::cancel)).isTrue();
				assertThat(device.<Boolean, RuntimeException>call(Device::cancel)).isFalse();
				GenServerTimer second = device.call((server) -> server.heartbeat("second"));
				assertThat(second.cancel()).isTrue();
				assertThat(device.<Boolean, RuntimeException>call(Device::cancel)).isFalse();
				scheduler.advance(Duration.ofSeconds(30));
				scheduler.settle();
				assertThat(device.<List<String>, RuntimeException>call((server) -> server.happened)).isEmpty();
			}
		});
	}

	@Test
	void theyEndWithTheirInstance() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Device> device = engine.start("device", ServerSettings.DEFAULTS, Device::new);
				List<String> former = device.call((server) -> {
					server.heartbeat("first");
					return server.happened;
				});
				engine.runtime.server("device").instances().restart(null);
				scheduler.advance(Duration.ofSeconds(30));
				scheduler.settle();
				assertThat(former).isEmpty();
				assertThat(device.<Boolean, RuntimeException>call(Device::cancel)).isFalse();
			}
		});
	}

	@Test
	void theTimeOfDayIsThatOfTheTimers() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Device> device = engine.start("device", ServerSettings.DEFAULTS, Device::new);
				Instant before = device.call((server) -> server.context.now());
				scheduler.advance(Duration.ofMinutes(1));
				scheduler.settle();
				Instant after = device.call((server) -> server.context.now());
				assertThat(Duration.between(before, after)).isGreaterThanOrEqualTo(Duration.ofMinutes(1));
			}
		});
	}

}
