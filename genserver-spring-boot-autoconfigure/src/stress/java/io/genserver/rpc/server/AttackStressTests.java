package io.genserver.rpc.server;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import io.genserver.rpc.client.GenServerClient;
import io.genserver.rpc.server.AttackedProcess.State;
import io.genserver.rpc.server.AttackedProcess.Weight;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.MuxioClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that make an application hold and do as much as they can, in each of the ways
 * of the threat model, and come back whenever they are closed. The application runs in a
 * JVM of its own with a heap of 512 MB, which is weighed before and during each attack
 * and when the attackers have left. All calls of others succeed meanwhile, in both modes
 * and on connections made before and during the attack; afterwards nothing is held any
 * more. Prints what each attack came to.
 */
@Tag("stress")
class AttackStressTests {

	private static final int SECONDS = Integer.getInteger("genserver.rpc.attack-seconds", 1);

	/** What the names of the attacks contain that are made, a regular expression. */
	private static final Pattern ONLY = Pattern.compile(System.getProperty("genserver.rpc.attack", ""));

	/** Beyond this they are not short: times out as an application does by default. */
	private static final int LONG = 30;

	private static final long MB = 1_000_000;

	/** What an attack may make of classes, pools and statistics, once and for all. */
	private static final long REMAINS = 4 * MB;

	/**
	 * A quarter of the heap is what connections may hold together, and see {@link #WORK}.
	 */
	private static final long TOTAL_BUFFER = 128 * MB;

	/** What handlers work with, and connections bring until they are looked at again. */
	private static final long WORK = 200 * MB;

	/** What is not counted at the moment: objects that were made since it was counted. */
	private static final long UNCOUNTED = 64 * MB;

	/** What is in direct memory, of half frames and of what is being written. */
	private static final long DIRECT = TOTAL_BUFFER + WORK;

	/** What pools of direct memory may keep for later. */
	private static final long POOLED = 64 * MB;

	/** What a log of attacks may come to in each second, beside some lines of a kind. */
	private static final long LOGGED = 20_000;

	private static AttackedProcess application;

	private static GenServerClient ext;

	private static MuxioClient base;

	/** What lives in the application that nobody has attacked. */
	private static Weight first;

	static List<Attacks.Kind> attacks() {
		return Attacks.all().stream().filter((each) -> ONLY.matcher(each.what()).find()).toList();
	}

	@BeforeAll
	static void start() throws Exception {
		List<String> properties = new ArrayList<>(
				List.of("genserver.servers.room.idle-timeout=1s", "genserver.call-timeout=1m"));
		if (SECONDS < LONG) {
			properties
				.addAll(List.of("genserver.rpc.limits.handshake-timeout=2s", "genserver.rpc.limits.outbound-stall=2s",
						"genserver.rpc.limits.read-pause=500ms", "genserver.rpc.limits.half-open-idle=500ms"));
		}
		application = new AttackedProcess("512m", properties);
		base = MuxioClient.connect(application.port());
		ext = GenServerClient.builder()
			.callTimeout(Duration.ofSeconds(60))
			.connect(URI.create("ws://localhost:" + application.port() + "/ws"));
		for (int i = 0; i < 2000; i++) {
			callAll(i);
		}
		first = application.weigh();
		System.out.println("heap/direct/resident of the application that nobody has attacked: " + first);
	}

	@AfterAll
	static void stop() throws Exception {
		ext.close();
		base.close();
		application.close();
	}

	/** What others do all the time. */
	private static void callAll(int i) {
		assertThat(base.call("kv.get", "\"a\"")).isEqualTo("0 null");
		assertThat(base.call("board.post", "1")).isEqualTo("0 ");
		assertThat(ext.<Integer>call("slow.ask", Integer.class, i)).isEqualTo(i);
		assertThat(ext.<Integer>call("room.sit", Integer.class, "lobby", i)).isEqualTo(i);
	}

	private static void newcomer() {
		try (MuxioClient client = MuxioClient.connect(application.port())) {
			assertThat(client.call("kv.get", "\"a\"")).isEqualTo("0 null");
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("attacks")
	void othersNoticeNothingAndNothingIsHeldAfterwards(Attacks.Kind kind) throws Exception {
		Weight before = application.weigh();
		long buffers = application.state().buffers();
		String codesBefore = application.codes();
		long logged = application.logged();
		Attackers attackers = new Attackers(application.port(), kind);
		Watch watch;
		try {
			watch = watch();
		}
		catch (Throwable ex) {
			ex.addSuppressed(new AssertionError(application.describe()));
			throw ex;
		}
		finally {
			attackers.leave();
		}
		HangGuard.await("nothing is held", () -> application.state().isQuiet(2), () -> application.state().toString());
		HangGuard.await("no buffer is held", () -> application.state().buffers() <= buffers,
				() -> application.state() + ", before " + buffers);
		HangGuard.await("the heap is where it was", () -> application.weigh().heap() <= before.heap() + REMAINS,
				() -> application.weigh() + ", before " + before + ": " + application.histogram());
		Weight after = application.weigh();
		long lines = application.logged() - logged;
		System.out.printf(
				"| %s | %d, slowest round %d ms | %d came, %d not let in | %s | %s | %s | %s | codes %s before %s"
						+ " | log %d kB |%n",
				kind, watch.calls(), TimeUnit.NANOSECONDS.toMillis(watch.slowest()), attackers.came(),
				attackers.refused(), before, watch.weight(), after, watch.state(), application.codes(), codesBefore,
				lines / 1000);
		assertThat(attackers.came()).isPositive();
		assertThat(watch.weight().heap()).isLessThan(first.heap() + TOTAL_BUFFER + WORK);
		assertThat(watch.weight().heap()).as("what is not counted")
			.isLessThan(before.heap() + watch.state().held() + (kind.handlersHold() ? WORK : UNCOUNTED));
		assertThat(watch.weight().direct()).isLessThan(first.direct() + DIRECT);
		assertThat(after.direct()).as("what pools keep").isLessThan(first.direct() + POOLED);
		assertThat(lines).as(application.describe()).isLessThan(LOGGED * (SECONDS + 5));
	}

	/** Call all the time, and look at the application in the middle. */
	private static Watch watch() {
		long begin = System.nanoTime();
		long end = begin + TimeUnit.SECONDS.toNanos(SECONDS);
		long weighing = begin + TimeUnit.SECONDS.toNanos(SECONDS) / 2;
		Watch watch = new Watch(0, 0, null, null);
		long now = begin;
		while (now < end || watch.weight() == null) {
			callAll((int) watch.calls());
			newcomer();
			long next = System.nanoTime();
			watch = watch.round(next - now);
			if (watch.weight() == null && next >= weighing) {
				// What is counted changes while the heap is weighed.
				State counted = application.state();
				Weight weight = application.weigh();
				State afterwards = application.state();
				watch = new Watch(watch.calls(), watch.slowest(),
						(counted.held() < afterwards.held()) ? afterwards : counted, weight);
				next = System.nanoTime();
			}
			now = next;
		}
		return watch;
	}

	/**
	 * What others saw of an attack.
	 *
	 * @param calls how many they made
	 * @param slowest nanoseconds of the slowest round of them
	 * @param state in the middle of the attack
	 * @param weight in the middle of the attack
	 */
	private record Watch(long calls, long slowest, @Nullable State state, @Nullable Weight weight) {

		Watch round(long nanos) {
			return new Watch(this.calls + 5, Math.max(this.slowest, nanos), this.state, this.weight);
		}

	}

}
