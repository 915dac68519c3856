package io.genserver.actuate;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import io.genserver.GenServer;
import io.genserver.GenServerEvent;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.autoconfigure.actuate.GenServerHealthAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of the health of an application when its servers fail.
 */
class ServerHealthTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(GenServerAutoConfiguration.class, GenServerHealthAutoConfiguration.class))
		.withUserConfiguration(Cell.class, Room.class)
		.withBean(Ended.class, Ended::new)
		.withPropertyValues("genserver.supervision.strategy=restart", "genserver.supervision.max-restarts=1",
				"genserver.supervision.backoff.initial=1ms", "genserver.supervision.backoff.max=1ms");

	@Test
	void S13_healthIsDownOnceAServerHasFailedUntilItIsRestarted() {
		this.runner.run((context) -> {
			GenServerRegistry registry = context.getBean(GenServerRegistry.class);
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
			Ended ended = context.getBean(Ended.class);
			GenServerRef<Cell> cell = registry.ref("cell");
			cell.cast(Cell::fail);
			cell.cast(Cell::fail);
			ended.await();
			Health down = await(context, (health) -> health.getStatus().equals(Status.DOWN));
			assertThat(down.getDetails()).containsEntry("failed", List.of("cell"));
			registry.restart("cell");
			assertThat(cell.<Integer, RuntimeException>call((state) -> 1)).isEqualTo(1);
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
		});
	}

	@Test
	void S13_aKeyThatHasFailedIsADetailOfTheHealth() {
		this.runner.run((context) -> {
			fail(context, context.getBean(GenServerRegistry.class).ref("room", "bad"));
			Health health = health(context);
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsEntry("failedInstances", List.of("room/bad"))
				.doesNotContainKey("failed");
		});
	}

	@Test
	void S13_theHealthForgetsAKeyThatHasFailedAfterItsIdleTime() {
		this.runner.withPropertyValues("genserver.servers.room.idle-timeout=20ms").run((context) -> {
			fail(context, context.getBean(GenServerRegistry.class).ref("room", "bad"));
			Health health = await(context, (each) -> Integer.valueOf(1).equals(each.getDetails().get("instances")));
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).doesNotContainKey("failedInstances");
		});
	}

	@Test
	void S13_healthIsOutOfServiceWhileAHandlerIsStuckPastItsLimit() {
		this.runner.withPropertyValues("genserver.stuck-handler-limit=1ms").run((context) -> {
			CountDownLatch release = new CountDownLatch(1);
			GenServerRef<Room> room = context.getBean(GenServerRegistry.class).ref("room", "slow");
			room.cast((state) -> release.await());
			Health stuck = await(context, (health) -> health.getStatus().equals(Status.OUT_OF_SERVICE));
			assertThat(stuck.getDetails().get("stuck")).asString()
				.contains("server=room", "key=slow", "operation=cast(action)");
			release.countDown();
			Health health = await(context, (each) -> each.getStatus().equals(Status.UP));
			assertThat(health.getDetails()).doesNotContainKey("stuck");
		});
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void S13_everyStepIsLoggedWithItsCause(CapturedOutput output) {
		this.runner.run((context) -> fail(context, context.getBean(GenServerRegistry.class).ref("cell")));
		assertThat(output).containsPattern("WARN.*Server cell restarts in \\d+ ms")
			.containsPattern("ERROR.*Server cell has failed: it was restarted 1 times within PT5S");
		assertThat(output.toString().split("IllegalStateException: on purpose")).hasSizeGreaterThan(2);
	}

	private static void fail(ApplicationContext context, GenServerRef<? extends Cell> ref) throws InterruptedException {
		Ended ended = context.getBean(Ended.class);
		ref.cast(Cell::fail);
		ref.cast(Cell::fail);
		ended.await();
	}

	private static Health health(ApplicationContext context) {
		Health health = context.getBean(GenServersHealthIndicator.class).health();
		assertThat(health).isNotNull();
		return health;
	}

	private static Health await(ApplicationContext context, Predicate<Health> condition) {
		long end = System.nanoTime() + HangGuard.DURATION.toNanos();
		Health health = health(context);
		while (!condition.test(health)) {
			assertThat(System.nanoTime()).as("waited in vain, health is %s", health).isLessThan(end);
			health = health(context);
		}
		return health;
	}

	/** Waits for a server to be given up. */
	private record Ended(CountDownLatch latch) implements ApplicationListener<PayloadApplicationEvent<GenServerEvent>> {

		Ended() {
			this(new CountDownLatch(1));
		}

		@Override
		public void onApplicationEvent(PayloadApplicationEvent<GenServerEvent> event) {
			if (event.getPayload().kind() == GenServerEvent.Kind.FAILED) {
				this.latch.countDown();
			}
		}

		void await() throws InterruptedException {
			assertThat(this.latch.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		}

	}

	@GenServer("cell")
	static class Cell {

		void fail() {
			throw new IllegalStateException("on purpose");
		}

	}

	@GenServer(name = "room", keyed = true)
	static class Room extends Cell {

	}

}
