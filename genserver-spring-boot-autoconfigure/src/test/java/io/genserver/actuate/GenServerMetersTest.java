package io.genserver.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.genserver.CastAction;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.actuate.Servers.Busy;
import io.genserver.actuate.Servers.Cell;
import io.genserver.runtime.ServerDefinition;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.scheduling.TurnExecutor;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@RealThreads
class GenServerMetersTest {

	private static final CastAction<Cell> NOTHING = (cell) -> {
	};

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final GenServerMeters meters = new GenServerMeters(this.registry);

	private final Servers servers = new Servers(this.meters);

	@AfterEach
	void stop() {
		this.servers.close();
	}

	@Test
	void timesCallsByServerOperationAndOutcome() {
		this.servers.add("kv", false).add("other", false).start();
		this.servers.ref("kv").call((cell) -> cell.value);
		this.servers.ref("kv").call((cell) -> cell.value);
		this.servers.ref("other").call((cell) -> cell.value);
		assertThatIllegalStateException().isThrownBy(() -> this.servers.ref("kv").call((cell) -> {
			throw new IllegalStateException("no");
		}));
		assertThat(calls("kv", "success").count()).isEqualTo(2);
		assertThat(calls("kv", "success").totalTime(TimeUnit.NANOSECONDS)).isPositive();
		assertThat(calls("kv", "error").count()).isOne();
		assertThat(calls("other", "success").count()).isOne();
	}

	@Test
	void countsFuturesThatServersNoLongerWaitFor() throws Exception {
		this.servers.add("kv", false).start();
		this.meters.follow(this.servers.runtime());
		GenServerRef<Cell> kv = this.servers.ref("kv");
		CountDownLatch begun = new CountDownLatch(1);
		CompletableFuture<?> call = kv.callAsync((cell) -> {
			begun.countDown();
			return new CompletableFuture<>();
		});
		assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
		call.cancel(false);
		kv.call((cell) -> cell.value);
		assertThat(this.registry.get("genserver.replies.abandoned").tag("server", "kv").functionCounter().count())
			.isEqualTo(1);
		assertThat(this.servers.registry().info("kv").abandonedReplies()).isOne();
	}

	@Test
	void countsTurnsThatWereLostAndFound() throws Exception {
		AtomicBoolean noMemory = new AtomicBoolean();
		TurnExecutor executor = new TurnExecutor("threads",
				(task) -> new Unable(task, noMemory.getAndSet(false)).start(), () -> false);
		this.servers.runtime()
			.add(new ServerDefinition("kv", Cell.class, List.of(), false, List.of(), Cell::new, ServerSettings.DEFAULTS,
					List.of(), executor));
		this.meters.follow(this.servers.start().runtime());
		GenServerRef<Cell> kv = this.servers.ref("kv");
		kv.call((cell) -> cell.value);
		noMemory.set(true);
		HangGuard.await("a turn failed", () -> {
			kv.callAsync((cell) -> cell.value).join();
			return !noMemory.get();
		});
		HangGuard.await("the turn was found",
				() -> this.registry.get("genserver.turns.recovered").functionCounter().count() == 1);
	}

	@Test
	void tellsTimeoutsCancellationsRefusalsAndStoppedServersApart() throws Exception {
		this.servers.add("kv", false, 1, Cell::new).start();
		GenServerRef<Cell> kv = this.servers.ref("kv");
		try (Busy busy = this.servers.occupy(kv)) {
			assertThatExceptionOfType(GenServerTimeoutException.class)
				.isThrownBy(() -> kv.withTimeout(Duration.ofMillis(1)).call((cell) -> cell.value));
			kv.callAsync((cell) -> cell.value).cancel(false);
			kv.cast(NOTHING);
			assertThat(kv.callAsync((cell) -> cell.value)).failsWithin(HangGuard.DURATION)
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(MailboxFullException.class);
		}
		this.servers.registry().stop("kv").get(HangGuard.SECONDS, TimeUnit.SECONDS);
		assertThatExceptionOfType(GenServerUnavailableException.class).isThrownBy(() -> kv.call((cell) -> cell.value));
		assertThat(kv.callAsync((cell) -> cell.value)).failsWithin(HangGuard.DURATION);
		assertThat(calls("kv", "timeout").count()).isOne();
		assertThat(calls("kv", "cancelled").count()).isOne();
		assertThat(calls("kv", "rejected").count()).isOne();
		assertThat(calls("kv", "unavailable").count()).isEqualTo(2);
	}

	@Test
	void aTimeoutPassedOnByTheHandlerIsAnError() {
		this.servers.add("front", false).add("back", false).start();
		CountDownLatch release = new CountDownLatch(1);
		this.servers.ref("back").cast((cell) -> release.await());
		assertThatExceptionOfType(GenServerTimeoutException.class).isThrownBy(() -> this.servers.ref("front")
			.call((cell) -> this.servers.ref("back").withTimeout(Duration.ofMillis(1)).call((other) -> other.value)));
		release.countDown();
		assertThat(calls("front", "error").count()).isOne();
		assertThat(calls("back", "timeout").count()).isOne();
	}

	@Test
	void measuresTheWaitOfCastsAndCalls() {
		this.servers.add("kv", false).start();
		this.servers.ref("kv").cast(NOTHING);
		this.servers.ref("kv").call((cell) -> cell.value);
		assertThat(this.registry.get("genserver.mailbox.wait").tag("server", "kv").timer().count()).isEqualTo(2);
	}

	@Test
	void countsRefusedMessagesByReason() throws Exception {
		this.servers.add("kv", false, 1, Cell::new).start();
		GenServerRef<Cell> kv = this.servers.ref("kv");
		try (Busy busy = this.servers.occupy(kv)) {
			kv.cast(NOTHING);
			assertThat(kv.tryCast(NOTHING)).isFalse();
			assertThatExceptionOfType(MailboxFullException.class).isThrownBy(() -> kv.cast(NOTHING));
			this.servers.registry().stop("kv");
		}
		this.servers.registry().stop("kv").get(HangGuard.SECONDS, TimeUnit.SECONDS);
		assertThat(rejected("mailbox-full")).isEqualTo(2);
		assertThat(rejected("stopped")).isOne();
	}

	@Test
	void countsLateReplies() throws Exception {
		this.servers.add("kv", false).start();
		CountDownLatch started = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		CompletableFuture<String> call = this.servers.ref("kv").callAsync((cell) -> {
			started.countDown();
			release.await();
			return "late";
		});
		started.await();
		call.cancel(false);
		release.countDown();
		this.servers.ref("kv").call((cell) -> cell.value);
		assertThat(this.registry.get("genserver.replies.late").tag("server", "kv").counter().count()).isOne();
	}

	@Test
	void showsTheDepthOfAllMailboxesOfAKeyedServerWithoutItsKeys() throws Exception {
		this.servers.add("room", true).start();
		this.meters.follow(this.servers.runtime());
		assertThat(depth("room")).isZero();
		List<Busy> busy = new ArrayList<>();
		for (String key : List.of("a", "b", "c")) {
			GenServerRef<Cell> ref = this.servers.ref("room", key);
			busy.add(this.servers.occupy(ref));
			ref.cast(NOTHING);
			ref.cast(NOTHING);
		}
		assertThat(depth("room")).isEqualTo(6);
		busy.forEach(Busy::close);
		assertThat(this.registry.getMeters()).flatExtracting((Meter meter) -> meter.getId().getTags())
			.extracting(Tag::getKey)
			.isSubsetOf("server", "operation", "outcome", "reason", "state");
	}

	@Test
	void countsRestarts() {
		this.servers.add("kv", false).start();
		this.servers.registry().restart("kv");
		// A turn that runs already may take the next message first.
		HangGuard.await("the server restarts", () -> this.servers.registry().info("kv").restarts() == 1);
		this.servers.ref("kv").call((cell) -> cell.value);
		assertThat(this.registry.get("genserver.restarts").tag("server", "kv").counter().count()).isOne();
		assertThat(this.servers.registry().info("kv").restarts()).isOne();
	}

	@Test
	void registersWhatAServerShowsBeforeItsFirstMessage() {
		this.servers.add("kv", false).start();
		this.meters.follow(this.servers.runtime());
		assertThat(this.registry.get("genserver.restarts").tag("server", "kv").counter().count()).isZero();
		assertThat(this.registry.get("genserver.replies.late").tag("server", "kv").counter().count()).isZero();
		assertThat(this.registry.get("genserver.mailbox.wait").tag("server", "kv").timer().count()).isZero();
	}

	@Test
	void S14_aServerStartedAtRunTimeHasTheMetersOfABeanUntilItHasStopped() throws Exception {
		this.servers.add("kv", false).start();
		this.meters.follow(this.servers.runtime());
		this.servers.ref("kv").call((cell) -> cell.value);
		List<Meter> before = this.registry.getMeters();
		for (int i = 0; i < 3; i++) {
			GenServerRef<Cell> ref = this.servers.registry().start("session", Cell.class, Cell::new);
			assertThat(depth("session")).isZero();
			ref.call((cell) -> cell.value);
			ref.stop().get(30, TimeUnit.SECONDS);
			assertThat(this.registry.getMeters()).containsExactlyInAnyOrderElementsOf(before);
		}
	}

	@Test
	void S14_whatComesForServersThatHaveStoppedIsCountedForAllOfThemTogether() throws Exception {
		this.servers.start();
		this.meters.follow(this.servers.runtime());
		for (int i = 0; i < 3; i++) {
			GenServerRef<Cell> ref = this.servers.registry().start("session-" + i, Cell.class, Cell::new);
			ref.stop().get(30, TimeUnit.SECONDS);
			assertThat(ref.tryCast(NOTHING)).isFalse();
			assertThat(ref.callAsync((cell) -> cell.value)).failsWithin(Duration.ofSeconds(30));
		}
		assertThat(this.registry.getMeters()).flatExtracting((Meter meter) -> meter.getId().getTags())
			.filteredOn((tag) -> tag.getKey().equals("server"))
			.extracting(Tag::getValue)
			.containsOnly("(stopped)");
		assertThat(this.registry.get("genserver.mailbox.rejected").tag("reason", "stopped").counter().count())
			.isEqualTo(6);
		assertThat(calls("(stopped)", "unavailable").count()).isEqualTo(3);
	}

	private Timer calls(String server, String outcome) {
		return this.registry.get("genserver.calls")
			.tags("server", server, "operation", "call(function)", "outcome", outcome)
			.timer();
	}

	private double rejected(String reason) {
		return this.registry.get("genserver.mailbox.rejected").tags("server", "kv", "reason", reason).counter().count();
	}

	private double depth(String server) {
		return this.registry.get("genserver.mailbox.depth").tag("server", server).gauge().value();
	}

	/** A thread that may have no memory for anything. */
	private static final class Unable extends Thread {

		private final boolean unable;

		Unable(Runnable task, boolean unable) {
			super(task);
			this.unable = unable;
		}

		@Override
		public ClassLoader getContextClassLoader() {
			if (this.unable) {
				throw new OutOfMemoryError("expected");
			}
			return super.getContextClassLoader();
		}

	}

}
