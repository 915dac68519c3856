package io.genserver.rpc.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import io.genserver.Cast;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.peer.TestServers;
import io.genserver.rpc.socket.Ticks;
import io.genserver.rpc.socket.WebSocketTransport;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.ForeignMuxioServer;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import io.genserver.testsupport.Traffic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which connections live on, and which are given up: real sockets, on which time passes
 * only when the test says so. After each step both ends look at the time, and the test
 * waits until every byte that was sent because of it has arrived.
 */
@ExtendWith(BufferLeaks.class)
@RealThreads
class LivenessEndToEndTest {

	private static final Duration INTERVAL = Duration.ofSeconds(25);

	/** Silence after which the end under test gives the other up, in seconds. */
	private static final int PATIENCE = 35;

	/** Of the end that is not under test: longer than any of these tests. */
	private static final Duration NEVER = Duration.ofHours(5);

	private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);

	private final PostServer post = new PostServer();

	private final TestServers servers = new TestServers().add("post", this.post).start();

	private final List<AutoCloseable> open = new ArrayList<>();

	private Traffic clientTraffic;

	private Other other;

	private WebSocketTransport tested;

	@AfterEach
	void stop() throws Exception {
		for (AutoCloseable each : this.open.reversed()) {
			each.close();
		}
		this.servers.close();
	}

	static Stream<Arguments> everything() {
		return Stream.of(End.values())
			.flatMap((end) -> Stream.of(WireMode.values())
				.flatMap((mode) -> Stream.of(Habit.values()).map((habit) -> Arguments.of(end, mode, habit))));
	}

	@ParameterizedTest
	@MethodSource("everything")
	void aConnectionWhosePeerIsThereIsKept(End end, WireMode mode, Habit habit) {
		Pair pair = connect(end, mode, (habit == Habit.PINGS) ? Duration.ofSeconds(20) : NEVER);
		keeps(pair, habit);
	}

	@ParameterizedTest
	@EnumSource
	void aForeignServerThatIsThereIsKept(Habit habit) {
		keeps(connectForeign(), habit);
	}

	private void keeps(Exchange exchange, Habit habit) {
		exchange.begin(habit);
		for (int step = 1; step <= 60; step++) {
			exchange.step(habit, step);
			pass(5);
			assertThat(this.tested.closeCode()).as("after %d seconds", 5 * step).isEqualTo(CloseCode.ABNORMAL);
			assertThat(this.clientTraffic.isOpen()).as("after %d seconds", 5 * step).isTrue();
		}
		exchange.answers();
	}

	@Test
	void aPeerThatHasPausedReadingShowsThatItIsThere() {
		Pair pair = connect(End.CLIENT, WireMode.BASE, NEVER);
		pair.begin(Habit.SILENT);
		settle();
		pair.pauseReading();
		for (int seconds = 5; seconds <= 300; seconds += 5) {
			pass(5);
			assertThat(this.tested.closeCode()).as("after %d seconds", seconds).isEqualTo(CloseCode.ABNORMAL);
		}
		pair.accepted.resumeReading();
		pair.answers();
	}

	static Stream<Arguments> ends() {
		return Stream.of(End.values())
			.flatMap((end) -> Stream.of(WireMode.values()).map((mode) -> Arguments.of(end, mode)));
	}

	@ParameterizedTest
	@MethodSource("ends")
	void aPeerThatVanishesIsGivenUpAndNotBefore(End end, WireMode mode) {
		Pair pair = connect(end, mode, NEVER);
		pair.begin(Habit.SILENT);
		pair.cut();
		givesUp();
	}

	@Test
	void aForeignServerThatVanishesIsGivenUpAndNotBefore() {
		Foreign foreign = connectForeign();
		foreign.begin(Habit.BUSY);
		foreign.step(Habit.BUSY, 1);
		foreign.connection.deaf();
		givesUp();
	}

	/** From a moment on at which the last byte has just been heard. */
	private void givesUp() {
		int seconds = 0;
		tick();
		for (; seconds < PATIENCE - 1; seconds++) {
			assertThat(this.tested.closeCode()).as("after %d seconds", seconds).isEqualTo(CloseCode.ABNORMAL);
			advance(1);
			tick();
		}
		advance(1);
		tick();
		waitFor(() -> this.tested.closeCode() == CloseCode.IDLE);
	}

	@ParameterizedTest
	@EnumSource
	void bothEndsCountTheSameBytes(WireMode mode) {
		Pair pair = connect(End.CLIENT, mode, NEVER);
		pair.begin(Habit.BUSY);
		settle();
		long sent = pair.client.bytesSent();
		long received = pair.client.bytesReceived();
		long taken = pair.accepted.bytesReceived();
		long given = pair.accepted.bytesSent();
		for (int i = 1; i <= 20; i++) {
			pair.step(Habit.BUSY, i);
			pass(5);
		}
		assertThat(pair.client.bytesSent() - sent).isEqualTo(pair.accepted.bytesReceived() - taken).isPositive();
		assertThat(pair.client.bytesReceived() - received).isEqualTo(pair.accepted.bytesSent() - given).isPositive();
	}

	private GenServerClientBuilder builder(WireMode mode, Duration interval) {
		GenServerClientBuilder builder = GenServerClient.builder()
			.callTimeout(NEVER)
			.clock(this.now::get)
			.keepAlive(interval, Duration.ofSeconds(10))
			.noReconnect()
			.httpClient((http) -> http
				.doOnChannelInit((observer, channel, remote) -> this.clientTraffic = Traffic.of(channel)));
		return (mode == WireMode.BASE) ? builder.baseMode() : builder;
	}

	private Pair connect(End end, WireMode mode, Duration otherInterval) {
		TestEndpoint endpoint = new TestEndpoint(this.servers, 0, ProtocolLimits.defaults(),
				(end == End.ENDPOINT) ? INTERVAL : otherInterval, this.now::get);
		this.open.add(endpoint);
		GenServerClient client = builder(mode, (end == End.CLIENT) ? INTERVAL : otherInterval)
			.connect(endpoint.uri("/ws"));
		this.open.add(client);
		Pair pair = new Pair(client, endpoint, end);
		this.tested = (end == End.CLIENT) ? pair.client : pair.accepted;
		this.other = pair;
		assertThat(this.tested.mode()).isEqualTo(mode);
		settle();
		return pair;
	}

	private Foreign connectForeign() {
		ForeignMuxioServer server = new ForeignMuxioServer();
		this.open.add(server);
		GenServerClient client = builder(WireMode.BASE, INTERVAL).connect(server.uri());
		this.open.add(client);
		waitFor(() -> server.connections().size() == 1);
		Foreign foreign = new Foreign(client, server.connections().getFirst());
		this.tested = client.link().transports().getFirst();
		this.other = foreign;
		settle();
		return foreign;
	}

	private void pass(int seconds) {
		advance(seconds);
		tick();
		settle();
	}

	private void advance(int seconds) {
		this.now.addAndGet(Duration.ofSeconds(seconds).toNanos());
	}

	private void tick() {
		Ticks.tick(this.tested);
		this.other.tick();
		this.clientTraffic.settle();
		this.other.settle();
	}

	/**
	 * Waits until all that was sent has arrived, and nothing more is sent because of it.
	 */
	private void settle() {
		long[] before;
		long[] after = counts();
		do {
			waitFor(() -> (this.clientTraffic.written() == this.other.read() || this.other.isPaused())
					&& this.clientTraffic.read() == this.other.written() || !this.clientTraffic.isOpen());
			before = after;
			this.clientTraffic.settle();
			this.other.settle();
			after = counts();
		}
		while (this.clientTraffic.isOpen() && !Arrays.equals(before, after));
	}

	private long[] counts() {
		return new long[] { this.clientTraffic.written(), this.clientTraffic.read(), this.other.written(),
				this.other.read() };
	}

	private static void waitFor(BooleanSupplier condition) {
		long end = System.nanoTime() + HangGuard.DURATION.toNanos();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("hang guard").isLessThan(end);
			Thread.yield();
		}
	}

	/** Which end is to decide whether the other is there. */
	enum End {

		CLIENT, ENDPOINT

	}

	/** What happens on a connection, as seen by the end that decides. */
	enum Habit {

		/** Nothing, but that pings are answered. */
		SILENT,

		/** An item of a stream comes before it would ask. */
		ITEMS,

		/** Calls and answers. */
		BUSY,

		/** It sends, and nothing comes but what answers a ping. */
		SENDING,

		/** The other end asks before it would. */
		PINGS

	}

	/** The end that is not under test. */
	private interface Other {

		long read();

		long written();

		/** Whether it leaves unread what is sent to it. */
		default boolean isPaused() {
			return false;
		}

		void tick();

		void settle();

	}

	private interface Exchange {

		void begin(Habit habit);

		void step(Habit habit, int step);

		/** The connection can be used. */
		void answers();

	}

	/** Our client and our endpoint. */
	private final class Pair implements Other, Exchange {

		private final Post remote;

		private final WebSocketTransport client;

		private final WebSocketTransport accepted;

		private final Traffic acceptedTraffic;

		private final End tested;

		private final Sinks.Many<Integer> items = Sinks.many().unicast().onBackpressureBuffer();

		private final AtomicInteger came = new AtomicInteger();

		private int sent;

		private boolean paused;

		Pair(GenServerClient client, TestEndpoint endpoint, End tested) {
			this.tested = tested;
			this.remote = client.server("post", Post.class);
			this.client = client.link().transports().getFirst();
			this.accepted = endpoint.connection();
			this.acceptedTraffic = endpoint.traffic.getFirst();
		}

		@Override
		public void begin(Habit habit) {
			boolean fromClient = (this.tested == End.CLIENT) == (habit == Habit.SENDING);
			if (habit == Habit.ITEMS || habit == Habit.SENDING) {
				if (fromClient) {
					this.remote.collect(this.items.asFlux()).subscribe();
				}
				else {
					this.remote.deliver().subscribe((item) -> this.came.incrementAndGet());
				}
			}
			answers();
		}

		@Override
		public void step(Habit habit, int step) {
			boolean fromClient = (this.tested == End.CLIENT) == (habit == Habit.SENDING);
			if (habit == Habit.BUSY) {
				answers();
				this.remote.note("step");
			}
			else if (habit == Habit.SENDING || (habit == Habit.ITEMS && step % 4 == 0)) {
				this.sent++;
				Sinks.Many<Integer> source = fromClient ? this.items : LivenessEndToEndTest.this.post.items;
				source.tryEmitNext(step).orThrow();
				AtomicInteger arrived = fromClient ? LivenessEndToEndTest.this.post.collected : this.came;
				waitFor(() -> arrived.get() == this.sent || !this.acceptedTraffic.isOpen());
			}
		}

		@Override
		public void answers() {
			assertThat(this.remote.weigh("parcel")).isEqualTo(6);
		}

		void pauseReading() {
			this.paused = true;
			this.accepted.pauseReading();
		}

		@Override
		public boolean isPaused() {
			return this.paused;
		}

		void cut() {
			LivenessEndToEndTest.this.settle();
			if (this.tested == End.CLIENT) {
				this.acceptedTraffic.cut();
			}
			else {
				LivenessEndToEndTest.this.clientTraffic.cut();
			}
		}

		@Override
		public long read() {
			return this.acceptedTraffic.read();
		}

		@Override
		public long written() {
			return this.acceptedTraffic.written();
		}

		@Override
		public void tick() {
			Ticks.tick((this.tested == End.CLIENT) ? this.accepted : this.client);
		}

		@Override
		public void settle() {
			this.acceptedTraffic.settle();
		}

	}

	/** Our client and a server that does as stock muxio servers do. */
	private static final class Foreign implements Other, Exchange {

		private final Post remote;

		private final ForeignMuxioServer.Connection connection;

		Foreign(GenServerClient client, ForeignMuxioServer.Connection connection) {
			this.remote = client.server("post", Post.class);
			this.connection = connection;
		}

		@Override
		public void begin(Habit habit) {
			answers();
		}

		@Override
		public void step(Habit habit, int step) {
			switch (habit) {
				case SENDING -> this.remote.note("step");
				case BUSY, ITEMS -> {
					if (habit == Habit.BUSY || step % 4 == 0) {
						answers();
					}
				}
				case PINGS -> this.connection.ping();
				case SILENT -> {
				}
			}
		}

		@Override
		public void answers() {
			assertThat(this.remote.echo("parcel")).isEqualTo("parcel");
		}

		@Override
		public long read() {
			return this.connection.read();
		}

		@Override
		public long written() {
			return this.connection.written();
		}

		@Override
		public void tick() {
		}

		@Override
		public void settle() {
		}

	}

	interface Post {

		int weigh(String parcel);

		String echo(String text);

		@Cast
		void note(String text);

		Flux<Integer> deliver();

		Flux<Integer> collect(Flux<Integer> items);

	}

	interface LocalPost {

		int weigh(String parcel);

		@Cast
		void note(String text);

		Flow.Publisher<Integer> deliver();

		Flow.Publisher<Integer> collect(Flux<Integer> items);

	}

	static final class PostServer implements LocalPost {

		private final Sinks.Many<Integer> items = Sinks.many().unicast().onBackpressureBuffer();

		private final AtomicInteger collected = new AtomicInteger();

		@Override
		public int weigh(String parcel) {
			return parcel.length();
		}

		@Override
		public void note(String text) {
			// What is noted is read by nobody.
		}

		@Override
		public Flow.Publisher<Integer> deliver() {
			return FlowAdapters.toFlowPublisher(this.items.asFlux());
		}

		@Override
		public Flow.Publisher<Integer> collect(Flux<Integer> items) {
			return FlowAdapters
				.toFlowPublisher(items.doOnNext((item) -> this.collected.incrementAndGet()).ignoreElements().flux());
		}

	}

}
