package io.genserver.runtime;

import java.time.Duration;

import io.genserver.GenServerRef;
import io.genserver.ServerInfo;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.cell.ServerCell;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A constructor or termination that hangs is seen as a handler that hangs is.
 */
class S18StuckLifecycleTests {

	@Test
	void S18_aConstructorOrTerminationThatHangsShowsInFlightAndAsSlow() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			InstanceFactory slow = new InstanceFactory() {

				@Override
				public Object create() {
					scheduler.sleep(Duration.ofSeconds(10));
					return new Object();
				}

				@Override
				public void destroy(Object instance) {
					scheduler.sleep(Duration.ofSeconds(10));
				}

			};
			Server server = engine.addKeyed("server", ServerSettings.DEFAULTS.withCallTimeout(Duration.ofSeconds(30)),
					slow);
			engine.runtime.start();
			GenServerRef<Object> ref = engine.ref("server", "key");
			ref.cast((instance) -> {
			});
			shows(engine, server, scheduler, "constructor");
			scheduler.sleep(Duration.ofSeconds(11));
			assertThat(ServerInfos.of(server).inFlight()).isNull();
			ref.stop();
			scheduler.settle();
			// Its successor waits, and the one that ends still shows.
			ref.cast((instance) -> {
			});
			shows(engine, server, scheduler, "@PreDestroy");
			scheduler.sleep(Duration.ofSeconds(30));
			assertThat(ServerInfos.of(server).inFlight()).isNull();
			engine.close();
		});
	}

	private static void shows(Engine engine, Server server, io.genserver.test.SeededScheduler scheduler, String step) {
		scheduler.settle();
		ServerCell cell = server.instances()
			.allThatLive()
			.stream()
			.filter((each) -> each.work().inFlight() != null)
			.findFirst()
			.orElseThrow();
		scheduler.advance(Duration.ofSeconds(3));
		ServerInfo.InFlight inFlight = ServerInfos.of(server).inFlight();
		assertThat(inFlight).isNotNull();
		assertThat(inFlight.operation()).isEqualTo(step);
		assertThat(inFlight.age()).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
		long second = Duration.ofSeconds(1).toNanos();
		assertThat(cell.isSlow(engine.runtime.nanoTime(), second)).isTrue();
		assertThat(cell.isSlow(engine.runtime.nanoTime(), second)).as("logged once").isFalse();
	}

}
