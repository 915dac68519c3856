package io.genserver.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import io.genserver.ServerInfo;
import io.genserver.ServerState;
import io.genserver.actuate.Servers.Busy;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;

@RealThreads
class GenServersHealthIndicatorTest {

	private final Servers servers = new Servers(null);

	@AfterEach
	void stop() {
		this.servers.close();
	}

	@Test
	void isUpWithCountsWhenNothingIsWrong() {
		this.servers.add("kv", false).add("room", true).start();
		this.servers.ref("room", "a").call((cell) -> cell.value);
		this.servers.ref("room", "b").call((cell) -> cell.value);
		Health health = health(Duration.ofMinutes(1));
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).isEqualTo(Map.of("servers", 2, "instances", 3));
	}

	@Test
	void isDownAndNamesTheServerThatFailed() {
		this.servers.add("kv", false).add("broken", false, 4, () -> {
			throw new IllegalStateException("no luck");
		}).start();
		Health health = health(Duration.ofMinutes(1));
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsEntry("failed", List.of("broken")).doesNotContainKey("stuck");
	}

	@Test
	void isOutOfServiceAndNamesTheHandlerThatIsStuck() throws Exception {
		this.servers.add("kv", false).start();
		try (Busy busy = this.servers.occupy(this.servers.ref("kv"))) {
			assertThat(health(Duration.ofHours(1)).getStatus()).isEqualTo(Status.UP);
			Health health = health(Duration.ZERO);
			assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
			assertThat(stuck(health)).singleElement()
				.satisfies((stuck) -> assertThat(stuck).containsEntry("server", "kv")
					.containsEntry("operation", "cast(action)")
					.containsKey("ageMillis")
					.doesNotContainKey("key"));
		}
	}

	@Test
	void namesTheInstanceOfAKeyedServerThatIsStuck() throws Exception {
		this.servers.add("room", true).start();
		this.servers.ref("room", "quiet").call((cell) -> cell.value);
		try (Busy busy = this.servers.occupy(this.servers.ref("room", "loud"))) {
			assertThat(stuck(health(Duration.ZERO))).singleElement()
				.satisfies((stuck) -> assertThat(stuck).containsEntry("server", "room").containsEntry("key", "loud"));
		}
	}

	@Test
	void staysUpAndNamesTheInstanceOfAKeyedServerThatFailed() throws Exception {
		AtomicBoolean broken = new AtomicBoolean();
		this.servers.add("room", true, 4, () -> {
			if (broken.get()) {
				throw new IllegalStateException("no luck");
			}
			return new Servers.Cell();
		}).start();
		this.servers.ref("room", "fine").call((cell) -> cell.value);
		this.servers.ref("room", "broken").call((cell) -> cell.value);
		broken.set(true);
		this.servers.registry().restart("room", "broken");
		await(() -> {
			ServerInfo info = this.servers.registry().info("room", "broken");
			return info != null && info.state() == ServerState.FAILED;
		});
		Health health = health(Duration.ofMinutes(1));
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("failedInstances", List.of("room/broken"));
	}

	@Test
	void isDownRatherThanOutOfServiceAndShowsBoth() throws Exception {
		this.servers.add("kv", false).add("broken", false, 4, () -> {
			throw new IllegalStateException("no luck");
		}).start();
		try (Busy busy = this.servers.occupy(this.servers.ref("kv"))) {
			Health health = health(Duration.ZERO);
			assertThat(health.getStatus()).isEqualTo(Status.DOWN);
			assertThat(health.getDetails()).containsKeys("failed", "stuck");
		}
	}

	private static void await(BooleanSupplier condition) {
		long end = System.nanoTime() + HangGuard.DURATION.toNanos();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("waited in vain").isLessThan(end);
			Thread.onSpinWait();
		}
	}

	private Health health(Duration stuckHandlerLimit) {
		Health health = new GenServersHealthIndicator(this.servers.registry(), stuckHandlerLimit).health();
		assertThat(health).isNotNull();
		return health;
	}

	@SuppressWarnings("unchecked")
	private static List<Map<String, Object>> stuck(Health health) {
		return (List<Map<String, Object>>) health.getDetails().get("stuck");
	}

}
