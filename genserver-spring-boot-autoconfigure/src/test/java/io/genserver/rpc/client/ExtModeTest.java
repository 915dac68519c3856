package io.genserver.rpc.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.GenServerContext;
import io.genserver.GenServerException;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerTimeoutException.Phase;
import io.genserver.GenServerUnavailableException;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.WireMode;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.codec.CborCodec;
import io.genserver.rpc.peer.TestServers;
import io.genserver.rpc.socket.WebSocketTransport;
import io.genserver.runtime.ServerSettings;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import io.genserver.testsupport.Traffic;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.dataformat.cbor.CBORMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What only ext mode has, over real connections. */
@ExtendWith(BufferLeaks.class)
@RealThreads
class ExtModeTest {

	private static final Duration GUARD = HangGuard.DURATION;

	private static final CloseReason LEAVING = new CloseReason(CloseCode.GOING_AWAY, "moving house");

	private final DeskServer desk = new DeskServer();

	private final TestServers servers = new TestServers().add("desk", this.desk)
		.add("drawer", DrawerServer.class, DrawerServer::new, true, ServerSettings.DEFAULTS)
		.start();

	private final TestEndpoint endpoint = new TestEndpoint(this.servers);

	private final GenServerClient client = connect(builder());

	private final Desk remote = this.client.server("desk", Desk.class);

	private static GenServerClientBuilder builder() {
		return GenServerClient.builder().callTimeout(GUARD).reconnect(Duration.ofMillis(1), Duration.ofMillis(20));
	}

	private GenServerClient connect(GenServerClientBuilder builder) {
		return builder.connect(this.endpoint.uri("/ws"));
	}

	@AfterEach
	void stop() {
		this.desk.gate.countDown();
		this.client.close();
		this.endpoint.close();
		this.servers.close();
	}

	@Test
	void S04_theDeadlineOfTheCallerIsThatOfTheMessage() {
		long before = System.nanoTime();
		long remaining = this.remote.remainingMillis();
		long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before);
		assertThat(remaining).isBetween(GUARD.toMillis() - millis - 1, GUARD.toMillis());
	}

	@Test
	void S04_aCallMadeInATurnInheritsItsDeadlineUnlessItIsDetached() throws Exception {
		GenServerRef<Object> caller = this.servers.registry().start("caller", Object.class, Object::new);
		Duration outer = GUARD.dividedBy(2);
		List<Long> remaining = caller.withTimeout(outer)
			.call((server) -> List.of(this.remote.remainingMillis(),
					this.client.server("desk", Own.class).remainingMillis(),
					this.client.server("desk", OwnLater.class).remainingMillis().get(),
					GenServerContext.current().detached(this.remote::remainingMillis)));
		assertThat(remaining.get(0)).isLessThanOrEqualTo(outer.toMillis());
		assertThat(remaining.subList(1, 3)).allMatch((each) -> each > outer.toMillis());
		assertThat(remaining.get(3)).isGreaterThan(outer.toMillis());
	}

	@Test
	void S06_aTimeoutSaysWhoseDeadlineWasInherited() {
		GenServerRef<Object> caller = this.servers.registry().start("caller", Object.class, Object::new);
		List<Throwable> failures = new CopyOnWriteArrayList<>();
		// It may have no time left before it has begun, on a busy machine.
		while (failures.size() < 2) {
			failures.clear();
			failureOf(() -> caller.withTimeout(Duration.ofMillis(300)).call((server) -> {
				CompletableFuture<Void> later = this.client.callAsync("desk.block", Void.class);
				failures.add(failureOf(this.remote::block));
				failures.add(failureOf(later::join));
				return null;
			}));
			waitFor(() -> failures.size() != 1);
		}
		assertThat(failures.get(0)).isInstanceOf(GenServerTimeoutException.class)
			.hasMessageContaining("deadline inherited from caller call(function)");
		assertThat(failures.get(1)).rootCause()
			.isInstanceOf(GenServerTimeoutException.class)
			.hasMessageContaining("deadline inherited from caller call(function)");
	}

	@Test
	void S06_aTimeoutOverThereIsATimeoutHere() {
		// The server is busy for longer than it gives itself, and less than we wait.
		CompletableFuture<Void> busy = this.client.callAsync("desk.block", Void.class);
		waitFor(() -> this.desk.blocked.get() == 1);
		try (GenServerClient patient = connect(builder())) {
			Throwable failure = failureOf(() -> patient.server("desk", Brief.class).count());
			assertThat(failure).isInstanceOf(GenServerTimeoutException.class);
			assertThat(((GenServerTimeoutException) failure).phase()).isIn(Phase.QUEUED, Phase.RUNNING);
		}
		this.desk.gate.countDown();
		assertThat(busy).succeedsWithin(GUARD);
	}

	@Test
	void aHandlerSaysWhatItsCallerIsTold() {
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> this.remote.find("it"))
			.withMessage("Call of desk.find failed: there is no it")
			.satisfies((ex) -> {
				assertThat(ex.status()).isEqualTo(Status.NOT_FOUND);
				assertThat(ex.reason()).isEqualTo("no-such-thing");
				assertThat(ex.isRetryable()).isTrue();
				assertThat(ex.retryAfter()).isEqualTo(Duration.ofMillis(1500));
				assertThat(ex.notExecuted()).isFalse();
			});
	}

	@Test
	void S16_aServerThatIsNotThereSaysSoAtOnceAndTheConnectionStays() {
		this.servers.registry().stop("desk");
		waitFor(() -> failureOf(this.remote::count) instanceof GenServerUnavailableException);
		GenServerException failure = (GenServerException) failureOf(this.remote::count);
		assertThat(failure.notExecuted()).isTrue();
		assertThat(this.endpoint.connections).hasSize(1);
		assertThat(this.client.isOpen()).isTrue();
	}

	@Test
	void whenTheOtherEndLeavesWhatRunsThereIsAnsweredAndTheRestGoesToAnotherConnection() {
		CompletableFuture<Integer> running = this.client.callAsync("desk.block", Integer.class);
		waitFor(() -> this.desk.blocked.get() == 1);
		WebSocketTransport old = this.endpoint.connection();
		old.drainThenClose(LEAVING, GUARD);
		waitFor(() -> this.endpoint.connections.size() == 2 && this.client.isOpen());
		CompletableFuture<Integer> next = this.client.callAsync("desk.count", Integer.class);
		this.desk.gate.countDown();
		assertThat(running).succeedsWithin(GUARD).isEqualTo(7);
		assertThat(next).succeedsWithin(GUARD).isEqualTo(1);
		waitFor(() -> old.closeCode() == CloseCode.GOING_AWAY);
		assertThat(this.client.isOpen()).isTrue();
	}

	@Test
	void aHandOverUnderLoadFailsNoCallAndRepeatsNone() throws Exception {
		AtomicBoolean enough = new AtomicBoolean();
		AtomicInteger called = new AtomicInteger();
		List<CompletableFuture<Void>> callers = IntStream.range(0, 4)
			.mapToObj((each) -> CompletableFuture.runAsync(() -> {
				while (!enough.get()) {
					this.remote.count();
					called.incrementAndGet();
				}
			}, (task) -> Thread.ofVirtual().start(task)))
			.toList();
		AtomicInteger cast = new AtomicInteger();
		CompletableFuture<Void> caster = CompletableFuture.runAsync(() -> {
			while (!enough.get()) {
				this.remote.note(String.valueOf(cast.getAndIncrement()));
				waitFor(() -> cast.get() - this.desk.notes.size() < 100);
			}
		}, (task) -> Thread.ofPlatform().start(task));
		for (int i = 1; i <= 5; i++) {
			int before = called.get();
			this.endpoint.connection().drainThenClose(LEAVING, GUARD);
			int wanted = i + 1;
			waitFor(() -> this.endpoint.connections.size() == wanted && called.get() > before + 100
					|| callers.stream().anyMatch(CompletableFuture::isCompletedExceptionally));
		}
		enough.set(true);
		for (CompletableFuture<Void> caller : callers) {
			caller.get(HangGuard.SECONDS, TimeUnit.SECONDS);
		}
		assertThat(this.remote.count()).isEqualTo(called.get() + 1);
		caster.get(HangGuard.SECONDS, TimeUnit.SECONDS);
		assertNoted(cast.get());
	}

	/** Casts are counted as received in the order they were made, each once. */
	private void assertNoted(int casts) {
		waitFor(() -> this.desk.notes.size() >= casts);
		assertThat(this.desk.notes)
			.containsExactlyElementsOf(IntStream.range(0, casts).mapToObj(String::valueOf).toList());
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void S16_castsThatTheOtherEndAcceptsNoMoreGoOverTheNextConnection(boolean callRuns) {
		AtomicReference<Traffic> traffic = new AtomicReference<>();
		try (GenServerClient reader = connect(builder().httpClient((http) -> http
			.doOnChannelInit((observer, channel, remote) -> traffic.compareAndSet(null, Traffic.of(channel)))))) {
			Desk slow = reader.server("desk", Desk.class);
			slow.note("0");
			CompletableFuture<Integer> running = callRuns ? reader.callAsync("desk.block", Integer.class) : null;
			waitFor(() -> this.desk.notes.size() == 1 && this.desk.blocked.get() == (callRuns ? 1 : 0));
			// From here on the client does not read that the endpoint leaves.
			reader.link().transports().getFirst().pauseReading();
			traffic.get().settle();
			WebSocketTransport old = this.endpoint.connection();
			long before = old.bytesReceived();
			long said = old.bytesSent();
			old.drainThenClose(LEAVING, GUARD);
			waitFor(() -> old.bytesSent() > said);
			for (int i = 1; i <= 200; i++) {
				slow.note(String.valueOf(i));
			}
			// An endpoint that has nothing to wait for closes, which the client may see.
			waitFor(() -> !callRuns || old.bytesReceived() - before > 200 * 30);
			reader.link().transports().getFirst().resumeReading();
			this.desk.gate.countDown();
			if (running != null) {
				assertThat(running).succeedsWithin(GUARD).isEqualTo(7);
			}
			assertNoted(201);
		}
	}

	@Test
	void rawBytesReachTheInstanceOfAKey() {
		Drawer left = this.client.server("drawer", "left", Drawer.class);
		Drawer right = this.client.server("drawer", "right", Drawer.class);
		assertThat(left.add(new byte[] { 1, 2 })).isEqualTo(2);
		assertThat(left.add(new byte[] { 3 })).isEqualTo(3);
		assertThat(right.add(new byte[] { 4 })).isEqualTo(1);
	}

	@Test
	void rawBytesCannotReachTheInstanceOfAKeyInBaseMode() {
		try (GenServerClient base = connect(builder().baseMode())) {
			assertThatExceptionOfType(RpcException.class)
				.isThrownBy(() -> base.server("drawer", "left", Drawer.class).add(new byte[1]))
				.withMessageContaining("the key of drawer.add has no place among its arguments, which needs ext mode");
		}
	}

	@Test
	void argumentsAndRepliesTravelAsCbor() {
		CborCodec cbor = new CborCodec(CBORMapper.shared());
		try (GenServerClient compact = connect(builder().codec(cbor))) {
			assertThat(compact.server("desk", Desk.class).reversed(Map.of("a", "b"))).isEqualTo(Map.of("b", "a"));
			assertThat(compact.server("drawer", "left", Labels.class).label("things")).isEqualTo("left: things");
			assertThatExceptionOfType(RpcException.class)
				.isThrownBy(() -> compact.call("desk.reversed", String.class, 7))
				.satisfies((ex) -> assertThat(ex.status()).isEqualTo(Status.INVALID_ARGUMENT));
		}
		try (GenServerClient base = connect(builder().codec(cbor).baseMode())) {
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> base.server("desk", Desk.class).count())
				.withMessageContaining("needs ext mode");
		}
	}

	@Test
	void manyLongRepliesAndArgumentsShareTheWindows() {
		byte[] large = new byte[1_000_000];
		for (int wave = 0; wave < 4; wave++) {
			List<CompletableFuture<byte[]>> echoes = IntStream.range(0, 6)
				.mapToObj((i) -> this.client.callAsync("desk.echo", byte[].class, (Object) large))
				.toList();
			for (CompletableFuture<byte[]> echo : echoes) {
				assertThat(echo).succeedsWithin(GUARD).satisfies((bytes) -> assertThat(bytes).hasSize(large.length));
			}
		}
		assertThat(this.endpoint.connection().mode()).isEqualTo(WireMode.EXT);
	}

	private static @Nullable Throwable failureOf(Runnable action) {
		try {
			action.run();
			return null;
		}
		catch (RuntimeException ex) {
			return ex;
		}
	}

	private static void waitFor(BooleanSupplier condition) {
		long end = System.nanoTime() + GUARD.toNanos();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("hang guard").isLessThan(end);
			Thread.yield();
		}
	}

	/** The same server with time of its own. */
	interface Own {

		@Call(timeout = "1h", detached = true)
		long remainingMillis();

	}

	/** The same for a caller that does not block. */
	interface OwnLater {

		@Call(timeout = "1h", detached = true)
		CompletableFuture<Long> remainingMillis();

	}

	interface Desk {

		int count();

		long remainingMillis();

		String find(String what);

		int block();

		byte[] echo(byte[] bytes);

		Map<String, String> reversed(Map<String, String> map);

		@Cast
		void note(String text);

	}

	/** The same server, by those who are in a hurry. */
	interface Brief {

		@io.genserver.Call(timeout = "50ms")
		int count();

	}

	interface Drawer {

		int add(byte[] bytes);

	}

	interface Labels {

		String label(String text);

	}

	static final class DeskServer implements Desk {

		final CountDownLatch gate = new CountDownLatch(1);

		final AtomicInteger blocked = new AtomicInteger();

		final List<String> notes = Collections.synchronizedList(new ArrayList<>());

		private int count;

		@Override
		public int count() {
			return ++this.count;
		}

		@Override
		public long remainingMillis() {
			Duration remaining = GenServerContext.current().remaining();
			return (remaining != null) ? remaining.toMillis() : -1;
		}

		@Override
		public String find(String what) {
			throw new RpcException(Status.NOT_FOUND, "no-such-thing", "there is no " + what, false, true,
					Duration.ofMillis(1500));
		}

		@Override
		public int block() {
			this.blocked.incrementAndGet();
			try {
				this.gate.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return 7;
		}

		@Override
		public byte[] echo(byte[] bytes) {
			return bytes;
		}

		@Override
		public Map<String, String> reversed(Map<String, String> map) {
			return map.entrySet()
				.stream()
				.collect(java.util.stream.Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
		}

		@Override
		public void note(String text) {
			this.notes.add(text);
		}

	}

	static final class DrawerServer implements Drawer, Labels {

		private final String key = String.valueOf(GenServerContext.current().key());

		private int bytes;

		@Override
		public int add(byte[] more) {
			this.bytes += more.length;
			return this.bytes;
		}

		@Override
		public String label(String text) {
			return this.key + ": " + text;
		}

	}

}
