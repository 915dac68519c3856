package io.genserver.rpc.client;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

import io.genserver.Caller;
import io.genserver.GenServerUnavailableException;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.Side;
import io.genserver.protocol.WireMode;
import io.genserver.protocol.ext.ExtLimits;
import io.genserver.rpc.inbound.ExposedOperations;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.rpc.outbound.OutboundCalls;
import io.genserver.rpc.outbound.RemoteMethod;
import io.genserver.rpc.outbound.RequestBody;
import io.genserver.rpc.peer.PeerContext;
import io.genserver.rpc.socket.SocketSettings;
import io.genserver.rpc.socket.WebSocketTransport;
import io.genserver.testsupport.PeerContexts;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** When a client tries to connect again: in virtual time, without a network. */
@ExtendWith(OutputCaptureExtension.class)
class ReconnectingConnectionTest {

	private static final URI ADDRESS = URI.create("ws://there:8080/ws");

	private final Time time = new Time();

	private final Network network = new Network();

	/** The greatest pause is the one that is made. */
	private final ReconnectingConnection link = new ReconnectingConnection(this.network, ADDRESS,
			new Backoff(Duration.ofMillis(200), Duration.ofSeconds(20), () -> 1), 10_000, Runnable::run,
			() -> this.time.nanos, this.time::after);

	@AfterEach
	void close() {
		this.link.close("the test is over");
		this.network.channels.forEach(EmbeddedChannel::finishAndReleaseAll);
	}

	@Test
	void withoutRequestsThePausesGrow() {
		this.link.connectInBackground();
		this.time.pass(Duration.ofMinutes(2));
		// After 0.2, 0.4, ... 12.8 s, and then 20 s each.
		assertThat(this.network.attempts).hasSize(12);
	}

	@Test
	void aCallCutsTheLongestPauseShort() {
		this.link.connectInBackground();
		this.time.pass(Duration.ofMinutes(5).plusSeconds(1));
		this.network.up = true;
		int before = this.network.attempts.size();
		Request call = new Request(true);
		this.link.whenConnected(call, null);
		this.time.pass(Duration.ofSeconds(2));
		assertThat(this.network.attempts).hasSize(before + 1);
		assertThat(call.connected).isOne();
		assertThat(this.link.state()).isEqualTo(ClientState.OPEN);
	}

	@Test
	void aClientWithCallsIsBackSoonAfterItsEndpoint() {
		this.link.connectInBackground();
		for (int second = 0; second < 300; second++) {
			this.link.whenConnected(new Request(true), null);
			this.time.pass(Duration.ofSeconds(1));
		}
		this.network.up = true;
		this.time.pass(Duration.ofSeconds(2));
		assertThat(this.link.state()).isEqualTo(ClientState.OPEN);
	}

	@Test
	void aThousandCallsMakeOneAttemptASecond() {
		this.link.connectInBackground();
		this.time.pass(Duration.ofMinutes(5));
		int before = this.network.attempts.size();
		for (int i = 0; i < 1000; i++) {
			this.link.whenConnected(new Request(true), null);
			this.time.pass(Duration.ofMillis(10));
		}
		assertThat(this.network.attempts.size() - before).isBetween(8, 10);
		for (int i = 1; i < this.network.attempts.size() - before; i++) {
			long gap = this.network.attempts.get(before + i) - this.network.attempts.get(before + i - 1);
			assertThat(Duration.ofNanos(gap)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
		}
	}

	@Test
	void onceNoCallWaitsPausesAreLongAgain() {
		this.link.connectInBackground();
		this.time.pass(Duration.ofMinutes(5));
		Request call = new Request(true);
		this.link.whenConnected(call, null);
		this.time.pass(Duration.ofSeconds(10));
		this.link.forget(call);
		this.time.pass(Duration.ofSeconds(20));
		int before = this.network.attempts.size();
		this.time.pass(Duration.ofSeconds(60));
		assertThat(this.network.attempts).hasSize(before + 3);
	}

	@Test
	void aStreamHurriesOneAttemptAndWaitsThen() {
		this.link.connectInBackground();
		this.time.pass(Duration.ofMinutes(5).plusSeconds(1));
		int before = this.network.attempts.size();
		this.link.whenConnected(new Request(false), null);
		this.time.pass(Duration.ofSeconds(2));
		assertThat(this.network.attempts).hasSize(before + 1);
		this.time.pass(Duration.ofSeconds(60));
		assertThat(this.network.attempts).hasSize(before + 4);
	}

	@Test
	void shortPausesAreNotMadeLonger() {
		this.link.connectInBackground();
		this.link.whenConnected(new Request(true), null);
		this.time.pass(Duration.ofMillis(700));
		// After 0.2 and 0.4 s.
		assertThat(this.network.attempts).hasSize(3);
	}

	@ParameterizedTest
	@ValueSource(ints = { CloseCode.RATE, CloseCode.OVERLOADED })
	void anEndpointThatHasTooMuchToDoIsLeftAlone(int code) {
		this.link.connectInBackground();
		this.time.pass(Duration.ofMinutes(5));
		this.network.up = true;
		while (this.link.state() != ClientState.OPEN) {
			this.time.pass(Duration.ofSeconds(1));
		}
		this.network.end(code);
		int before = this.network.attempts.size();
		this.link.whenConnected(new Request(true), null);
		this.time.pass(Duration.ofSeconds(19));
		assertThat(this.network.attempts).hasSize(before);
		this.time.pass(Duration.ofSeconds(2));
		assertThat(this.network.attempts).hasSize(before + 1);
	}

	@Test
	void aSecondRefusalOfCredentialsSoonAfterTheFirstIsTheEnd() {
		this.network.up = true;
		this.link.connectInBackground();
		this.time.pass(Duration.ofSeconds(60));
		this.network.end(CloseCode.UNAUTHENTICATED);
		assertThat(this.network.attempts).hasSize(2);
		assertThat(this.network.fresh).containsExactly(false, true);
		this.time.pass(Duration.ofMillis(9_999));
		this.network.end(CloseCode.UNAUTHENTICATED);
		assertThat(this.link.state()).isEqualTo(ClientState.CLOSED);
		assertThat(this.network.attempts).hasSize(2);
	}

	@Test
	void oneThatComesLaterIsAFirstOneAgain() {
		this.network.up = true;
		this.link.connectInBackground();
		for (int i = 1; i <= 5; i++) {
			this.time.pass(Duration.ofSeconds(10));
			this.network.end(CloseCode.UNAUTHENTICATED);
			assertThat(this.link.state()).isEqualTo(ClientState.OPEN);
			assertThat(this.network.attempts).hasSize(1 + i);
		}
		assertThat(this.network.fresh).containsExactly(false, true, true, true, true, true);
	}

	@Test
	void eachAttemptThatFailsIsALineWithTheTimeOfTheNext(CapturedOutput output) {
		this.network.up = true;
		this.link.connectInBackground();
		this.time.pass(Duration.ofSeconds(60));
		this.network.up = false;
		this.network.end(CloseCode.GOING_AWAY);
		assertThat(lines(output)).last()
			.asString()
			.contains("The connection to ws://there:8080/ws was lost (")
			.endsWith("The next attempt begins in 200 ms");
		this.time.pass(Duration.ofMillis(200));
		assertThat(lines(output)).last()
			.asString()
			.contains("Attempt 1 to connect to ws://there:8080/ws failed (Cannot connect: down)")
			.endsWith("The next attempt begins in 400 ms");
		this.network.why = "Cannot connect: 503";
		this.time.pass(Duration.ofMillis(400));
		assertThat(lines(output)).last()
			.asString()
			.contains("Attempt 2 to connect to ws://there:8080/ws failed (Cannot connect: 503)")
			.endsWith("The next attempt begins in 800 ms");
		int before = lines(output).size();
		this.link.whenConnected(new Request(true), null);
		this.time.pass(Duration.ofSeconds(60));
		// Attempts hurry, about one a second, but their lines do not.
		assertThat(lines(output).size() - before).isBetween(4, 6);
		this.network.up = true;
		this.time.pass(Duration.ofSeconds(2));
		assertThat(lines(output)).last().asString().endsWith("Connected to ws://there:8080/ws");
	}

	@Test
	void castsThatWereNeverWrittenGoOverTheNextConnectionBeforeWhatWaitsForIt() {
		this.network.up = true;
		this.link.connectInBackground();
		cast("note.a");
		cast("note.b");
		this.network.up = false;
		this.network.end(CloseCode.GOING_AWAY);
		List<Long> waiting = new ArrayList<>();
		this.link.whenConnected(new Request(true) {

			@Override
			public void connected(OutboundCalls calls) {
				waiting.add(ReconnectingConnectionTest.this.network.transports.getLast().peer().outboundBytes());
			}

		}, null);
		this.network.up = true;
		this.time.pass(Duration.ofSeconds(2));
		assertThat(this.link.state()).isEqualTo(ClientState.OPEN);
		assertThat(waiting).singleElement().satisfies((bytes) -> assertThat(bytes).isGreaterThan(100));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void castsThatCannotBeSentAgainAreCountedAndLogged(boolean closed, CapturedOutput output) {
		this.network.up = true;
		this.link.connectInBackground();
		for (int i = 0; i < 3; i++) {
			cast("note.a");
		}
		this.network.up = false;
		this.network.end(CloseCode.GOING_AWAY);
		if (closed) {
			this.link.close("the client was closed");
		}
		else {
			this.time.pass(Duration.ofSeconds(10));
			this.network.up = true;
			this.time.pass(Duration.ofSeconds(30));
		}
		assertThat(output.toString().lines().filter((line) -> line.contains("not sent again"))).isNotEmpty()
			.allSatisfy((line) -> assertThat(line).contains("casts were not delivered to ws://there:8080/ws")
				.endsWith(closed ? "the client was closed" : "its time is over"));
	}

	private void cast(String method) {
		OutboundCalls calls = this.link.connection();
		assertThat(calls).isNotNull();
		calls.cast(RemoteMethod.of(method, false), RequestBody.of(new byte[0]), Duration.ofSeconds(5).toNanos());
	}

	private static List<String> lines(CapturedOutput output) {
		return output.toString().lines().filter((line) -> line.contains("ws://there:8080")).toList();
	}

	/** Time that passes when the test says so. */
	private static final class Time {

		private final PriorityQueue<Task> tasks = new PriorityQueue<>(Comparator.comparingLong(Task::at));

		private long nanos = Long.MAX_VALUE / 2;

		void after(Runnable task, long delay) {
			this.tasks.add(new Task(this.nanos + delay, task));
		}

		void pass(Duration duration) {
			long end = this.nanos + duration.toNanos();
			for (Task next = this.tasks.peek(); next != null && next.at <= end; next = this.tasks.peek()) {
				this.tasks.remove();
				this.nanos = next.at;
				next.run.run();
			}
			this.nanos = end;
		}

		private record Task(long at, Runnable run) {
		}

	}

	/** What the client connects to. */
	private final class Network implements Connector {

		private final List<Long> attempts = new ArrayList<>();

		private final List<Boolean> fresh = new ArrayList<>();

		private final List<EmbeddedChannel> channels = new ArrayList<>();

		private final List<WebSocketTransport> transports = new ArrayList<>();

		private boolean up;

		private String why = "Cannot connect: down";

		@Override
		public CompletableFuture<WebSocketTransport> open(URI uri, boolean fresh) {
			this.attempts.add(ReconnectingConnectionTest.this.time.nanos);
			this.fresh.add(fresh);
			if (!this.up) {
				return CompletableFuture.failedFuture(new GenServerUnavailableException(this.why, true));
			}
			EmbeddedChannel channel = new EmbeddedChannel();
			PeerContext context = PeerContexts.of(ProtocolLimits.defaults(), ExtLimits.defaults(), StreamFailure.CANCEL,
					ExposedOperations.growing(), Runnable::run, () -> ReconnectingConnectionTest.this.time.nanos);
			WebSocketTransport transport = new WebSocketTransport(channel, new Caller.Remote("1", "there", null),
					WireMode.BASE, Side.CONNECTING,
					new SocketSettings(Duration.ofSeconds(25), Duration.ofSeconds(10), Duration.ofSeconds(1), context));
			this.channels.add(channel);
			this.transports.add(transport);
			return CompletableFuture.completedFuture(transport);
		}

		@Override
		public boolean renewsTokens() {
			return true;
		}

		/** The last connection ends. */
		void end(int code) {
			EmbeddedChannel channel = this.channels.getLast();
			this.transports.getLast().close(new CloseReason(code, "over"));
			channel.runPendingTasks();
		}

	}

	/** Something that waits for a connection. */
	private static class Request implements ReconnectingConnection.Waiting {

		private final boolean urgent;

		private int connected;

		Request(boolean urgent) {
			this.urgent = urgent;
		}

		@Override
		public boolean isUrgent() {
			return this.urgent;
		}

		@Override
		public void connected(OutboundCalls calls) {
			this.connected++;
		}

		@Override
		public void failed(GenServerUnavailableException failure) {
			// There is no connection at the end of the test.
		}

	}

}
