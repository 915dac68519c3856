package io.genserver.actuate;

import java.time.Duration;

import io.genserver.Cast;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRegistry;
import io.genserver.GenServerUnavailableException;
import io.genserver.Keyed;
import io.genserver.autoconfigure.actuate.GenServerHealthAutoConfiguration;
import io.genserver.autoconfigure.actuate.GenServerMetricsAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.core.ResolvableType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What alerts can be built on when servers fail. */
@RealThreads
class FailureMetersTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
				SimpleMetricsExportAutoConfiguration.class, GenServerAutoConfiguration.class,
				GenServerHealthAutoConfiguration.class, GenServerMetricsAutoConfiguration.class))
		.withUserConfiguration(FailingServer.class, RoomServer.class)
		.withPropertyValues("genserver.servers.room.max-instances=1");

	@Test
	void whateverFailsIsCountedByServerAndOperation() {
		this.runner.run((context) -> {
			Failing failing = context.getBean(Failing.class);
			assertThatIllegalStateException().isThrownBy(failing::call);
			failing.cast();
			failing.cast();
			failing.timer();
			assertThatIllegalStateException().isThrownBy(() -> failing.stream().blockLast());
			assertThatIllegalStateException().isThrownBy(() -> failing.refusesStream().blockLast());
			HangGuard.await("all were counted",
					() -> failures(context, "failing", "call") == 1 && failures(context, "failing", "cast") == 2
							&& failures(context, "failing", "timer") == 1 && failures(context, "failing", "stream") == 1
							&& failures(context, "failing", "refusesStream") == 1);
			assertThat(context.getBean(GenServerRegistry.class).info("failing").failed()).isEqualTo(6);
		});
	}

	@Test
	void soAreConstructorsOfKeysAndInstancesThereIsNoPlaceFor() {
		this.runner.run((context) -> {
			Keyed<Room> rooms = rooms(context);
			assertThatIllegalStateException().isThrownBy(() -> rooms.get("broken").enter());
			assertThat(failures(context, "room", "constructor")).isEqualTo(1);
			rooms.get("one").enter();
			assertThatExceptionOfType(GenServerUnavailableException.class).isThrownBy(() -> rooms.get("two").enter());
			assertThat(context.getBean(MeterRegistry.class)
				.get("genserver.mailbox.rejected")
				.tag("server", "room")
				.tag("reason", "too-many-instances")
				.counter()
				.count()).isOne();
			assertThat(gauge(context, "genserver.instances", "room")).isEqualTo(1);
			assertThat(gauge(context, "genserver.mailbox.deepest", "room")).isZero();
		});
	}

	@Test
	void S13_aServerThatItsStrategyStopsIsDownUntilItIsRestarted() {
		this.runner.withPropertyValues("genserver.servers.failing.supervision.strategy=stop").run((context) -> {
			assertThat(state(context, "running")).isEqualTo(1);
			assertThatIllegalStateException().isThrownBy(context.getBean(Failing.class)::call);
			HangGuard.await("it has stopped", () -> state(context, "stopped") == 1);
			assertThat(state(context, "running")).isZero();
			Health down = health(context);
			assertThat(down.getStatus()).isEqualTo(Status.DOWN);
			assertThat(down.getDetails().get("stoppedByFailure")).asString().isEqualTo("[failing]");
			GenServerRegistry registry = context.getBean(GenServerRegistry.class);
			assertThat(registry.info("failing").stoppedByFailure()).isTrue();
			registry.restart("failing");
			HangGuard.await("it runs again", () -> state(context, "running") == 1);
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
		});
	}

	@Test
	void aServerThatWasStoppedOnPurposeIsUp() {
		this.runner.run((context) -> {
			context.getBean(GenServerRegistry.class).stop("failing").join();
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
		});
	}

	private static Health health(ApplicationContext context) {
		Health health = context.getBean(GenServersHealthIndicator.class).health();
		assertThat(health).isNotNull();
		return health;
	}

	private static double failures(ApplicationContext context, String server, String operation) {
		Counter counter = context.getBean(MeterRegistry.class)
			.find("genserver.failures")
			.tag("server", server)
			.tag("operation", operation)
			.counter();
		return (counter != null) ? counter.count() : 0;
	}

	private static double gauge(ApplicationContext context, String name, String server) {
		return context.getBean(MeterRegistry.class).get(name).tag("server", server).gauge().value();
	}

	private static double state(ApplicationContext context, String state) {
		Gauge gauge = context.getBean(MeterRegistry.class)
			.get("genserver.state")
			.tag("server", "failing")
			.tag("state", state)
			.gauge();
		return gauge.value();
	}

	@SuppressWarnings("unchecked")
	private static Keyed<Room> rooms(ApplicationContext context) {
		return (Keyed<Room>) context.getBeanProvider(ResolvableType.forClassWithGenerics(Keyed.class, Room.class))
			.getObject();
	}

	interface Failing {

		int call();

		@Cast
		void cast();

		void timer();

		Flux<Integer> stream();

		Flux<Integer> refusesStream();

	}

	@GenServer("failing")
	static class FailingServer implements Failing {

		private final GenServerContext context;

		FailingServer(GenServerContext context) {
			this.context = context;
		}

		@Override
		public int call() {
			throw new IllegalStateException("on purpose");
		}

		@Override
		public void cast() {
			throw new IllegalStateException("on purpose");
		}

		@Override
		public void timer() {
			this.context.schedule(Duration.ofMillis(1), () -> {
				throw new IllegalStateException("on purpose");
			});
		}

		@Override
		public Flux<Integer> stream() {
			return Flux.just(1).concatWith(Flux.error(new IllegalStateException("on purpose")));
		}

		@Override
		public Flux<Integer> refusesStream() {
			throw new IllegalStateException("on purpose");
		}

	}

	interface Room {

		void enter();

	}

	@GenServer(name = "room", keyed = true)
	static class RoomServer implements Room {

		RoomServer(GenServerContext context) {
			if ("broken".equals(context.key())) {
				throw new IllegalStateException("on purpose");
			}
		}

		@Override
		public void enter() {
		}

	}

}
