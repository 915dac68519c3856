package io.genserver.rpc.peer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.Call;
import io.genserver.Caller;
import io.genserver.Cast;
import io.genserver.GenServerContext;
import io.genserver.Overflow;
import io.genserver.SupervisionStrategy;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.rpc.Outbound;
import io.genserver.rpc.inbound.ExposureException;
import io.genserver.rpc.peer.RawPeer.Reply;
import io.genserver.runtime.ServerSettings;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@ExtendWith(BufferLeaks.class)
@RealThreads
class InboundCallsTest {

	private final StoreServer store = new StoreServer();

	private final TestServers servers = new TestServers().add("kv", this.store)
		.add("hidden", new StoreServer())
		.add("room", RoomServer.class, RoomServer::new, true, ServerSettings.DEFAULTS)
		.add("small", StoreServer.class, () -> this.store, false,
				ServerSettings.DEFAULTS.withMailbox(1, Overflow.REJECT).withCallTimeout(HangGuard.DURATION))
		.add("hasty", StoreServer.class, () -> this.store, false,
				ServerSettings.DEFAULTS.withCallTimeout(Duration.ofMillis(50)))
		.add("fragile", StoreServer.class, StoreServer::new, false,
				ServerSettings.DEFAULTS.withStrategy(SupervisionStrategy.STOP))
		.start();

	private RawPeer peer = peer(ProtocolLimits.defaults());

	private RawPeer peer(ProtocolLimits limits) {
		return new RawPeer(this.servers.context(limits), 42);
	}

	@AfterEach
	void stop() {
		this.store.gate.countDown();
		this.peer.disconnect();
		assertThat(this.peer.connection.inboundBytes()).isZero();
		this.servers.close();
	}

	@Test
	void aCallIsAnsweredWithTheReplyOfTheHandler() {
		assertThat(answer("kv.set", "[\"a\", \"1\"]")).isEqualTo("0 ");
		assertThat(answer("kv.get", "\"a\"")).isEqualTo("0 \"1\"");
		assertThat(answer("kv.get", "\"b\"")).isEqualTo("0 null");
		assertThat(answer("kv.all", "")).isEqualTo("0 {\"a\":\"1\"}");
	}

	@Test
	void argumentsMayComeByName() {
		assertThat(answer("kv.set", "{\"value\": \"1\", \"key\": \"a\"}")).isEqualTo("0 ");
		assertThat(answer("kv.get", "\"a\"")).isEqualTo("0 \"1\"");
	}

	@Test
	void aSingleByteArrayIsRaw() {
		Reply reply = this.peer.call("kv.reverse", new byte[] { 1, 2, 3 });
		this.peer.pumpUntil(reply::isOver);
		assertThat(reply.status).isZero();
		assertThat(reply.payload).containsExactly(3, 2, 1);
	}

	@Test
	void aFutureIsAnsweredWhenItCompletes() {
		assertThat(answer("kv.find", "\"x\"")).isEqualTo("0 \"found x\"");
		assertThat(answer("kv.find", "\"bad\"")).isEqualTo("2 nothing is called bad (error id #)");
	}

	@Test
	void aReplyThatIsPutOffIsEncodedWhenItComes() {
		assertThat(answer("kv.later", "\"x\"")).isEqualTo("0 \"later x\"");
	}

	@Test
	void requestsThatArePutOffAreDecodedAgainAndCountAgainstTheirConnectionMeanwhile() {
		Reply first = this.peer.call("kv.whenOpen", "\"first\"");
		Reply second = this.peer.call("kv.whenOpen", "\"second\"");
		this.peer.pumpUntil(() -> this.store.putOff.get() == 2);
		assertThat(answer("kv.get", "\"a\"")).isEqualTo("0 null");
		assertThat(this.peer.connection.inboundBytes()).isGreaterThanOrEqualTo(15);
		assertThat(first.isOver()).isFalse();
		assertThat(answer("kv.open", "")).isEqualTo("0 ");
		this.peer.pumpUntil(() -> first.isOver() && second.isOver());
		assertThat(new String(first.payload, StandardCharsets.UTF_8)).isEqualTo("\"first 2\"");
		assertThat(new String(second.payload, StandardCharsets.UTF_8)).isEqualTo("\"second 2\"");
		assertThat(this.peer.connection.inboundBytes()).isZero();
	}

	@Test
	void requestsThatArePutOffGoWithTheirConnection() {
		this.peer.call("kv.whenOpen", "\"first\"");
		this.peer.pumpUntil(() -> this.store.putOff.get() == 1);
		assertThat(answer("kv.get", "\"a\"")).isEqualTo("0 null");
		this.peer.disconnect();
		HangGuard.await("the bytes of what was put off", () -> this.peer.connection.inboundBytes() == 0);
	}

	@Test
	void aConcurrentOperationIsConcurrentForPeersToo() {
		Reply first = this.peer.call("kv.meet", new byte[0]);
		Reply second = this.peer.call("kv.meet", new byte[0]);
		this.peer.pumpUntil(() -> first.isOver() && second.isOver());
		assertThat(first.text()).isEqualTo("\"met\"");
		assertThat(second.text()).isEqualTo("\"met\"");
	}

	@Test
	void S02_anOperationThatOvertakesDoesSoForPeersToo() {
		Reply first = this.peer.call("kv.hold", new byte[0]);
		Reply second = this.peer.call("kv.hold", new byte[0]);
		this.peer.pumpUntil(() -> this.store.blocked.get() == 1);
		assertThat(answer("kv.held", "")).isEqualTo("0 1");
		assertThat(first.isOver() || second.isOver()).isFalse();
		this.store.gate.countDown();
		this.peer.pumpUntil(() -> first.isOver() && second.isOver());
		assertThat(second.text()).isEqualTo("\"held\"");
	}

	@Test
	void aMessageHandlerIsCalledByItsClass() {
		assertThat(answer("kv.Increment", "{\"by\": 5}")).isEqualTo("0 5");
		assertThat(answer("kv.Increment", "{\"by\": 2}")).isEqualTo("0 7");
	}

	@Test
	void largeArgumentsAndRepliesTravelWhole() {
		String text = "0123456789".repeat(20_000);
		assertThat(answer("kv.set", "[\"big\", \"" + text + "\"]")).isEqualTo("0 ");
		assertThat(answer("kv.get", "\"big\"")).isEqualTo("0 \"" + text + "\"");
	}

	@Test
	void whatIsNotExposedIsNotFound() {
		assertThat(answer("hidden.get", "\"a\"")).startsWith("3 method ")
			.endsWith(" does not exist here or is not exposed");
		assertThat(answer("nobody.get", "\"a\"")).startsWith("3 ");
		assertThat(answer("kv.hashCode", "")).startsWith("3 ");
		assertThat(answer("kv.secret", "")).startsWith("3 ");
	}

	@Test
	void badArgumentsAreTheCallersFaultAndNameTheParameter() {
		assertThat(answer("kv.set", "[\"a\"]")).isEqualTo("1 kv.set: 2 arguments are expected (String key, String"
				+ " value), not 1: parameter value, a String, is missing");
		assertThat(answer("kv.add", "\"seven\"")).isEqualTo("1 kv.add: parameter amount must be a long, not \"seven\"");
		assertThat(answer("kv.add", "{}")).isEqualTo("1 kv.add: parameter amount, a long, is missing");
		assertThat(answer("kv.add", "{\"amount\": {}}"))
			.isEqualTo("1 kv.add: parameter amount must be a long, not an object");
		assertThat(answer("kv.add", "1.5")).isEqualTo("1 kv.add: parameter amount must be a long, not 1.5");
		assertThat(answer("kv.add", "1e30"))
			.startsWith("1 kv.add: parameter amount must be a long: the number is out of range");
		assertThat(answer("kv.add", "7x")).startsWith("1 kv.add: not valid JSON");
		assertThat(answer("kv.add", "7 8")).isEqualTo("1 kv.add: nothing may follow the arguments");
		assertThat(answer("kv.all", "[1]")).isEqualTo("1 kv.all: no arguments are expected");
		assertThat(answer("kv.add", "7")).isEqualTo("0 7");
	}

	@Test
	void badArgumentsDoNotCostAServerItsState() {
		assertThat(answer("fragile.set", "[\"a\", \"1\"]")).isEqualTo("0 ");
		assertThat(answer("fragile.add", "{}")).startsWith("1 ");
		assertThat(answer("fragile.get", "\"a\"")).isEqualTo("0 \"1\"");
	}

	@Test
	void aHandlersExceptionIsToldByItsMessageOnly() {
		assertThat(answer("kv.fail", "\"no such thing\"")).isEqualTo("2 no such thing (error id #)");
		assertThat(answer("kv.fail", "null")).isEqualTo("2 kv.fail failed (error id #)");
		assertThat(answer("kv.bug", "")).isEqualTo("2 kv.bug failed (error id #)");
	}

	@Test
	void aReplyThatCannotBeEncodedIsTheServersFault() {
		assertThat(answer("kv.unencodable", ""))
			.isEqualTo("2 kv.unencodable: the reply cannot be encoded (error id #)");
	}

	@Test
	void aReplyOverTheItemLimitIsRefused() {
		this.peer = peer(ProtocolLimits.defaults().toBuilder().itemBytes(1000).build());
		assertThat(answer("kv.text", "2000")).isEqualTo("2 kv.text: the reply of 2002 bytes exceeds the limit of 1000");
		assertThat(answer("kv.text", "10")).isEqualTo("0 \"xxxxxxxxxx\"");
	}

	@Test
	void S02_oneConnectionIsOneSenderWhoseRequestsRunInTheOrderTheyBecameComplete() {
		List<Reply> replies = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			this.peer.cast("kv.log", "\"cast " + i + "\"");
			replies.add(this.peer.call("kv.log", "\"call " + i + "\""));
		}
		replies.forEach(this.peer::answer);
		assertThat(this.store.log).hasSize(1000);
		for (int i = 0; i < 500; i++) {
			assertThat(this.store.log.get(2 * i)).isEqualTo("cast " + i);
			assertThat(this.store.log.get(2 * i + 1)).isEqualTo("call " + i);
		}
	}

	@Test
	void answersThatAreReadyTogetherShareMessages() {
		// The answer to one call, from which on replies are known to be short.
		this.peer.room = 1;
		assertThat(answer("kv.get", "\"a\"")).isEqualTo("0 null");
		List<Reply> replies = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			replies.add(this.peer.call("kv.get", "\"a\""));
		}
		int bytes = Outbound.OVERHEAD + "null".length();
		this.peer.pumpUntil(() -> this.peer.connection.outboundBytes() >= 200 * bytes);
		this.peer.room = Long.MAX_VALUE;
		replies.forEach(this.peer::answer);
		assertThat(this.peer.messages).isLessThan(6);
	}

	@Test
	void anEventIsACast() {
		this.peer.cast("kv.log", "\"one\"");
		this.peer.cast("kv.put", "[\"a\", \"1\"]");
		this.peer.cast("hidden.log", "\"two\"");
		assertThat(answer("kv.get", "\"a\"")).isEqualTo("0 \"1\"");
		assertThat(this.store.log).containsExactly("one");
		assertThat(this.peer.unmatched).isEmpty();
	}

	@Test
	void aCallOfACastIsAnsweredOnceItIsQueued() throws InterruptedException {
		Reply blocked = this.peer.call("kv.block", "");
		this.peer.pumpUntil(() -> this.store.blocked.get() == 1);
		assertThat(answer("kv.put", "[\"a\", \"1\"]")).isEqualTo("0 ");
		assertThat(this.store.map).isEmpty();
		this.store.gate.countDown();
		assertThat(this.peer.answer(blocked)).isEqualTo("0 ");
		assertThat(answer("kv.get", "\"a\"")).isEqualTo("0 \"1\"");
	}

	@Test
	void theHandlerKnowsItsCaller() {
		assertThat(answer("kv.caller", "")).isEqualTo("0 \"peer memory (tester)\"");
	}

	@Test
	void aKeyedServerIsFoundByTheFirstArgument() {
		assertThat(answer("room.say", "[\"lobby\", \"hi\"]")).isEqualTo("0 \"lobby: hi (1)\"");
		assertThat(answer("room.say", "[\"lobby\", \"ho\"]")).isEqualTo("0 \"lobby: ho (2)\"");
		assertThat(answer("room.say", "[\"at\\u0074ic\", \"hi\"]")).isEqualTo("0 \"attic: hi (1)\"");
		assertThat(answer("room.count", "[\"lobby\"]")).isEqualTo("0 2");
	}

	@Test
	void aKeyedServerNeedsAKey() {
		assertThat(answer("room.say", "\"hi\"")).startsWith("1 room.say: a keyed operation takes a JSON array");
		assertThat(answer("room.say", "[1, \"hi\"]")).startsWith("1 room.say: a keyed operation takes a JSON array");
		assertThat(answer("room.say", "[\"\", \"hi\"]")).isEqualTo("1 room.say: a key must not be empty");
		assertThat(answer("room.count", "")).startsWith("1 ");
		assertThat(answer("room.say", "[\"lobby\"]")).isEqualTo("1 room.say: 1 argument after the key is expected"
				+ " (String text), not 0: parameter text, a String, is missing");
	}

	@Test
	void aKeyedOperationWithARawParameterIsOutOfReach() {
		assertThat(answer("room.draw", "xxx")).startsWith("1 room.draw: ").contains("base mode");
	}

	@Test
	void S08_aFullMailboxRefusesARemoteCallAtOnce() {
		Reply running = this.peer.call("small.block", "");
		this.peer.pumpUntil(() -> this.store.blocked.get() == 1);
		Reply queued = this.peer.call("small.get", "\"a\"");
		assertThat(answer("small.get", "\"b\"")).isEqualTo("2 small.get: the mailbox is full; not executed");
		this.store.gate.countDown();
		assertThat(this.peer.answer(running)).startsWith("0 ");
		assertThat(this.peer.answer(queued)).startsWith("0 ");
	}

	@Test
	void S06_aTimeoutSaysInWhichPhaseTheCallWas() {
		String running = answer("hasty.block", "");
		while (!running.contains("RUNNING")) {
			// It was past its deadline before it began, on a busy machine.
			assertThat(running).startsWith("2 hasty.block: timed out after 50 ms in phase QUEUED");
			running = answer("hasty.block", "");
		}
		assertThat(running).startsWith("2 hasty.block: timed out after 50 ms in phase RUNNING");
		// The handler goes on, although its caller does not wait for it.
		assertThat(answer("hasty.get", "\"a\"")).startsWith("2 hasty.get: timed out after 50 ms in phase QUEUED");
	}

	@Test
	void aStoppedServerIsUnavailable() {
		assertThat(answer("fragile.fail", "\"boom\"")).isEqualTo("2 boom (error id #)");
		this.peer.pumpUntil(() -> answer("fragile.get", "\"a\"").endsWith("not executed"));
		assertThat(answer("fragile.get", "\"a\""))
			.isEqualTo("2 fragile.get: the server is not available; not executed");
	}

	@Test
	void aCancelledCallIsNotAnsweredAndItsHandlerKnows() {
		Reply reply = this.peer.call("kv.untilCancelled", "");
		this.peer.pumpUntil(() -> this.store.blocked.get() == 1);
		this.peer.cancel(reply);
		this.peer.pumpUntil(() -> this.store.sawCancel.getCount() == 0);
		assertThat(answer("kv.get", "\"a\"")).isEqualTo("0 null");
		this.peer.pumpUntil(() -> this.peer.connection.callsInFlight() == 0);
		assertThat(reply.isOver()).isFalse();
		assertThat(this.peer.unmatched).isEmpty();
	}

	@Test
	void aCallCancelledInTheQueueNeverStarts() {
		Reply blocked = this.peer.call("kv.block", "");
		this.peer.pumpUntil(() -> this.store.blocked.get() == 1);
		Reply queued = this.peer.call("kv.log", "\"never\"");
		this.peer.pump();
		this.peer.cancel(queued);
		this.peer.pumpUntil(() -> this.peer.connection.callsInFlight() == 1);
		this.store.gate.countDown();
		assertThat(this.peer.answer(blocked)).isEqualTo("0 ");
		assertThat(answer("kv.get", "\"a\"")).isEqualTo("0 null");
		assertThat(this.store.log).isEmpty();
	}

	@Test
	void aCancelledCallHoldsItsPlaceUntilItsHandlerHasStopped() {
		this.peer = peer(ProtocolLimits.defaults().toBuilder().callsInFlight(2).build());
		Reply first = this.peer.call("kv.block", "");
		this.peer.pumpUntil(() -> this.store.blocked.get() == 1);
		Reply second = this.peer.call("kv.log", "\"queued\"");
		this.peer.pump();
		this.peer.cancel(first);
		this.peer.cancel(second);
		this.peer.pumpUntil(() -> this.peer.connection.callsInFlight() == 1);
		this.peer.call("kv.log", "\"fits\"");
		assertThat(answer("kv.log", "\"too much\""))
			.isEqualTo("2 2 calls are in flight on this connection; not executed");
		this.store.gate.countDown();
		this.peer.pumpUntil(() -> this.peer.connection.callsInFlight() == 0);
		assertThat(answer("kv.log", "\"now\"")).startsWith("0");
		assertThat(this.store.log).containsExactly("fits", "now");
	}

	@Test
	void cancellingStartedCallsTooOftenClosesTheConnection() {
		this.peer = peer(ProtocolLimits.defaults().toBuilder().cancels(3).build());
		for (int i = 1; i <= 4; i++) {
			Reply reply = this.peer.call("kv.hang", "");
			int count = i;
			this.peer.pumpUntil(() -> this.store.blocked.get() == count);
			assertThat(this.peer.transport.closeCode()).isZero();
			this.peer.cancel(reply);
			this.peer.pump();
			this.store.hanging.complete(null);
			this.store.hanging = new CompletableFuture<>();
		}
		assertThat(this.peer.transport.closeCode()).isEqualTo(CloseCode.RATE);
	}

	@Test
	void aLostConnectionCancelsItsCalls() throws InterruptedException {
		this.peer.call("kv.untilCancelled", "");
		this.peer.pumpUntil(() -> this.store.blocked.get() == 1);
		this.peer.disconnect();
		assertThat(this.store.sawCancel.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		assertThat(this.peer.completed).isTrue();
	}

	@Test
	void whatIsQueuedWhenItsConnectionIsLostNeverStarts() {
		this.peer.call("kv.block", "");
		this.peer.pumpUntil(() -> this.store.blocked.get() == 1);
		this.peer.call("kv.log", "\"queued\"");
		this.peer.pump();
		this.peer.disconnect();
		this.store.gate.countDown();
		RawPeer other = peer(ProtocolLimits.defaults());
		assertThat(other.answer(other.call("kv.get", "\"a\""))).isEqualTo("0 null");
		assertThat(this.store.log).isEmpty();
		other.disconnect();
	}

	@Test
	void drainingRefusesNewCallsAndWaitsForThoseThatRun() {
		Reply running = this.peer.call("kv.block", "");
		this.peer.pumpUntil(() -> this.store.blocked.get() == 1);
		CompletableFuture<@Nullable Void> drained = this.peer.connection.drain(Duration.ZERO, "test");
		this.peer.pump();
		assertThat(answer("kv.get", "\"a\"")).isEqualTo("2 kv.get: shutting down; not executed");
		assertThat(drained).isNotDone();
		this.store.gate.countDown();
		this.peer.pumpUntil(drained::isDone);
		assertThat(this.peer.answer(running)).isEqualTo("0 ");
	}

	@Test
	void readingPausesWhileTooMuchWaitsToBeHandled() {
		this.peer = peer(
				ProtocolLimits.defaults().toBuilder().itemBytes(1000).inboundBudgetBytes(2000 + 2 * 512).build());
		this.peer.call("kv.block", "");
		this.peer.pumpUntil(() -> this.store.blocked.get() == 1);
		List<Reply> queued = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			assertThat(this.peer.transport.paused).isFalse();
			queued.add(this.peer.call("kv.log", "\"" + "x".repeat(800) + "\""));
			this.peer.pump();
		}
		assertThat(this.peer.transport.paused).isTrue();
		this.store.gate.countDown();
		this.peer.pumpUntil(() -> !this.peer.transport.paused);
		queued.forEach((reply) -> assertThat(this.peer.answer(reply)).startsWith("0"));
	}

	@Test
	void twoExposedOperationsOfOneNameFail() {
		try (TestServers twins = new TestServers().add("twins", new TwinsServer())) {
			assertThatExceptionOfType(ExposureException.class).isThrownBy(twins::exposed)
				.withMessageContaining("Two operations would be called twins.get on the wire")
				.withMessageContaining("@Call");
		}
	}

	private String answer(String wireName, String arguments) {
		return this.peer.answer(this.peer.call(wireName, arguments));
	}

	interface Store {

		String whenOpen(String text);

		void open();

		String later(String text);

		@Call(concurrent = 2)
		String meet() throws InterruptedException;

		@Call(concurrent = 1, timeout = "1m")
		String hold() throws InterruptedException;

		@Call(overtakes = true)
		int held();

		@Nullable String get(String key);

		void set(String key, String value);

		@Cast
		void put(String key, String value);

		Map<String, String> all();

		CompletableFuture<String> find(String name);

		long add(long amount);

		byte[] reverse(byte[] bytes);

		String text(int length);

		void fail(@Nullable String message);

		void bug();

		Object unencodable();

		void log(String line);

		String caller();

		void block() throws InterruptedException;

		void untilCancelled();

		CompletableFuture<Void> hang();

	}

	interface Twins {

		String get(String key);

		String get(String key, String otherwise);

	}

	interface Room {

		String say(String text);

		int count();

		void draw(byte[] picture);

	}

	record Increment(long by) {
	}

	static final class StoreServer implements Store {

		final Map<String, String> map = new TreeMap<>();

		final List<String> log = Collections.synchronizedList(new ArrayList<>());

		final CountDownLatch gate = new CountDownLatch(1);

		final CountDownLatch meeting = new CountDownLatch(2);

		final CountDownLatch sawCancel = new CountDownLatch(1);

		final AtomicInteger blocked = new AtomicInteger();

		volatile CompletableFuture<Void> hanging = new CompletableFuture<>();

		private long counter;

		private boolean isOpen;

		final AtomicInteger putOff = new AtomicInteger();

		@Override
		public String whenOpen(String text) {
			if (!this.isOpen) {
				GenServerContext.current().stash();
				this.putOff.incrementAndGet();
				return "ignored";
			}
			return text + " " + this.putOff;
		}

		@Override
		public void open() {
			this.isOpen = true;
			GenServerContext.current().unstash();
		}

		@Override
		public String hold() throws InterruptedException {
			this.blocked.incrementAndGet();
			this.gate.await();
			return "held";
		}

		@Override
		public int held() {
			return this.blocked.get();
		}

		@Override
		public @Nullable String get(String key) {
			return this.map.get(key);
		}

		@Override
		public void set(String key, String value) {
			this.map.put(key, value);
		}

		@Override
		public void put(String key, String value) {
			this.map.put(key, value);
		}

		@Override
		public Map<String, String> all() {
			return this.map;
		}

		@Override
		public CompletableFuture<String> find(String name) {
			return CompletableFuture.supplyAsync(() -> {
				if (name.equals("bad")) {
					throw new IllegalArgumentException("nothing is called bad");
				}
				return "found " + name;
			});
		}

		@Override
		public String later(String text) {
			io.genserver.Reply<String> reply = GenServerContext.current().deferReply();
			CompletableFuture.runAsync(() -> reply.complete("later " + text));
			return "ignored";
		}

		@Override
		public String meet() throws InterruptedException {
			this.meeting.countDown();
			return this.meeting.await(HangGuard.SECONDS, TimeUnit.SECONDS) ? "met" : "alone";
		}

		@Override
		public long add(long amount) {
			this.counter += amount;
			return this.counter;
		}

		@Call
		long on(Increment increment) {
			return add(increment.by());
		}

		@Override
		public byte[] reverse(byte[] bytes) {
			byte[] reversed = new byte[bytes.length];
			for (int i = 0; i < bytes.length; i++) {
				reversed[i] = bytes[bytes.length - 1 - i];
			}
			return reversed;
		}

		@Override
		public String text(int length) {
			return "x".repeat(length);
		}

		@Override
		public void fail(@Nullable String message) {
			throw new IllegalStateException(message);
		}

		@Override
		public void bug() {
			throw new NullPointerException("Cannot invoke \"io.genserver.Secret.get()\"");
		}

		@Override
		public Object unencodable() {
			return new Object() {
				@SuppressWarnings("unused")
				public String getValue() {
					throw new IllegalStateException("secret");
				}
			};
		}

		@Override
		public void log(String line) {
			this.log.add(line);
		}

		@Override
		public String caller() {
			Caller caller = GenServerContext.current().caller();
			assertThat(caller).isInstanceOf(Caller.Remote.class);
			return caller.toString();
		}

		@Override
		public void block() throws InterruptedException {
			this.blocked.incrementAndGet();
			this.gate.await();
		}

		@Override
		public void untilCancelled() {
			this.blocked.incrementAndGet();
			while (!GenServerContext.current().isCancelled()) {
				Thread.onSpinWait();
			}
			this.sawCancel.countDown();
		}

		@Override
		public CompletableFuture<Void> hang() {
			this.blocked.incrementAndGet();
			return this.hanging;
		}

		void secret() {
			throw new AssertionError("not an operation");
		}

	}

	static final class TwinsServer implements Twins {

		@Override
		public String get(String key) {
			return key;
		}

		@Override
		public String get(String key, String otherwise) {
			return otherwise;
		}

	}

	static final class RoomServer implements Room {

		private int count;

		@Override
		public String say(String text) {
			this.count++;
			return GenServerContext.current().key() + ": " + text + " (" + this.count + ")";
		}

		@Override
		public int count() {
			return this.count;
		}

		@Override
		public void draw(byte[] picture) {
		}

	}

}
