package io.genserver.rpc.peer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.WireMode;
import io.genserver.remote.RpcAuthorization;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.peer.RawPeer.Reply;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.PeerContexts;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of requests while it is decided whether they may be. */
@ExtendWith({ BufferLeaks.class, OutputCaptureExtension.class })
class AuthorizationsTest {

	private final Map<String, CompletableFuture<Boolean>> decisions = new ConcurrentHashMap<>();

	private final List<String> taken = new ArrayList<>();

	private final TestServers servers = new TestServers().add("log", new Log())
		.add("ticks", new Ticks())
		.add("other", new Other())
		.add("room", Room.class, Room::new, true, io.genserver.runtime.ServerSettings.DEFAULTS)
		.start();

	private final RawPeer peer = peer((caller, target) -> decision(target));

	private RawPeer peer(RpcAuthorization authorization) {
		PeerContext context = this.servers.context(ProtocolLimits.defaults());
		return new RawPeer(PeerContexts.of(context.connection().limits(), context.extLimits(),
				context.exposure().streamFailure(), context.exposure().operations(), context.connection().workers(),
				context.connection().clock(), authorization), 5);
	}

	private CompletableFuture<Boolean> decision(Object target) {
		return this.decisions.computeIfAbsent(target.toString(), (name) -> new CompletableFuture<>());
	}

	@AfterEach
	void stop() {
		this.peer.disconnect();
		this.servers.close();
	}

	@Test
	void S02_whateverIsDecidedFirstMessagesToAServerKeepTheirOrder() {
		this.peer.cast("log.first", "");
		Reply second = this.peer.call("log.second", "");
		this.peer.pumpUntil(() -> this.decisions.size() == 2);
		decision("log.second").complete(true);
		this.peer.pump();
		assertThat(this.taken).isEmpty();
		decision("log.first").complete(true);
		assertThat(this.peer.answer(second)).isEqualTo("0 \"second\"");
		assertThat(this.taken).containsExactly("first", "second");
	}

	@Test
	void itemsAskedForMeanwhileAreSentOnceItIsAllowed() {
		PeerContext context = this.servers.context(ProtocolLimits.defaults());
		RawPeer ext = new RawPeer(WireMode.EXT,
				PeerContexts.of(context.connection().limits(), context.extLimits(), context.exposure().streamFailure(),
						context.exposure().operations(), context.connection().workers(), context.connection().clock(),
						(caller, target) -> decision(target)),
				5);
		try {
			Reply reply = ext.stream("ticks.all", "", CallMetadata.NONE.toBuilder().itemCredit(1).build());
			ext.pumpUntil(() -> this.decisions.size() == 1);
			ext.connection.receive(Unpooled.buffer()
				.writeIntLE(2 * Integer.BYTES)
				.writeIntLE(reply.call().requestId())
				.writeIntLE(0)
				.writeByte(6)
				.writeIntLE(0)
				.writeIntLE(3));
			decision("ticks.all").complete(true);
			// The session, which has not asked for them, is surprised by more than one.
			ext.pumpUntil(() -> !ext.unmatched.isEmpty());
			assertThat(ext.unmatched).first().asString().startsWith("violation");
		}
		finally {
			ext.disconnect();
		}
	}

	@Test
	void otherServersDoNotWait() {
		Reply waiting = this.peer.call("log.second", "");
		Reply other = this.peer.call("other.echo", "\"x\"");
		this.peer.pumpUntil(() -> this.decisions.size() == 2);
		decision("other.echo").complete(true);
		assertThat(this.peer.answer(other)).isEqualTo("0 \"x\"");
		decision("log.second").complete(false);
		assertThat(this.peer.answer(waiting)).isEqualTo("1 log.second: permission denied");
	}

	@Test
	void theKeyOfTheInstanceIsKnownWhereItIsDecided() {
		Reply reply = this.peer.call("room.name", "[\"lobby\"]");
		this.peer.pumpUntil(() -> this.decisions.containsKey("room.name of lobby"));
		decision("room.name of lobby").complete(true);
		assertThat(this.peer.answer(reply)).isEqualTo("0 \"room\"");
	}

	@Test
	void whatIsCancelledBeforeItIsDecidedIsNeverHandled() {
		Reply cancelled = this.peer.call("log.second", "");
		this.peer.pumpUntil(() -> this.decisions.size() == 1);
		this.peer.cancel(cancelled);
		this.peer.pumpUntil(() -> this.peer.connection.callsInFlight() == 0);
		assertThat(this.peer.connection.inboundBytes()).isZero();
		decision("log.second").complete(true);
		Reply next = this.peer.call("log.third", "");
		decision("log.third").complete(true);
		assertThat(this.peer.answer(next)).isEqualTo("0 \"third\"");
		assertThat(this.taken).containsExactly("third");
		assertThat(this.servers.registry().info("log").failed()).isZero();
	}

	@Test
	void whatIsNotDecidedInTimeIsRefused() {
		Reply never = this.peer.call("other.brief", "");
		assertThat(this.peer.answer(never))
			.isEqualTo("2 other.brief: it was not decided in time whether it may be called");
	}

	@Test
	void aDecisionThatFailsRefuses() {
		RawPeer unlucky = peer((caller, target) -> {
			throw new IllegalStateException("no database");
		});
		Reply reply = unlucky.call("other.echo", "\"x\"");
		assertThat(unlucky.answer(reply)).isEqualTo("1 other.echo: permission denied (error id #)");
		assertThat(unlucky.connection.callsInFlight()).isZero();
		unlucky.disconnect();
	}

	@Test
	void aDecisionThatFailsLaterRefuses() {
		Reply reply = this.peer.call("other.echo", "\"x\"");
		this.peer.pumpUntil(() -> this.decisions.size() == 1);
		decision("other.echo").completeExceptionally(new IllegalStateException("no database"));
		assertThat(this.peer.answer(reply)).isEqualTo("1 other.echo: permission denied (error id #)");
		assertThat(this.peer.connection.callsInFlight()).isZero();
		assertThat(this.peer.connection.inboundBytes()).isZero();
	}

	@Test
	void theFirstRefusalOfAnOperationIsSaidInTheLog(CapturedOutput output) {
		decision("log.second").complete(false);
		decision("other.echo").complete(false);
		for (int i = 0; i < 3; i++) {
			assertThat(this.peer.answer(this.peer.call("log.second", ""))).startsWith("1 ");
			assertThat(this.peer.answer(this.peer.call("other.echo", "\"x\""))).startsWith("1 ");
		}
		assertThat(output.getAll().lines().filter((line) -> line.contains("WARN")))
			.filteredOn((line) -> line.contains("was refused"))
			.satisfiesExactly((line) -> assertThat(line).contains("log.second", "tester"),
					(line) -> assertThat(line).contains("other.echo"));
	}

	@Test
	void aDecisionThatIsNoneRefuses() {
		Reply reply = this.peer.call("other.echo", "\"x\"");
		this.peer.pumpUntil(() -> this.decisions.size() == 1);
		decision("other.echo").complete(null);
		assertThat(this.peer.answer(reply)).isEqualTo("1 other.echo: permission denied");
	}

	@Test
	void whoDecidesMaySayWhyNot() {
		Reply reply = this.peer.call("other.echo", "\"x\"");
		this.peer.pumpUntil(() -> this.decisions.size() == 1);
		decision("other.echo").completeExceptionally(new RpcException(Status.FAILED_PRECONDITION, "not today", true));
		assertThat(this.peer.answer(reply)).isEqualTo("1 not today");
		assertThat(this.peer.transport.closeCode()).isZero();
	}

	@Test
	void whatDecidesMayBlockForItDoesSoOnAWorker() {
		RawPeer patient = peer((caller, target) -> {
			assertThat(Thread.currentThread().isVirtual()).isTrue();
			return CompletableFuture
				.completedFuture(decision(target).orTimeout(HangGuard.SECONDS, TimeUnit.SECONDS).join());
		});
		Reply reply = patient.call("other.echo", "\"x\"");
		patient.pumpUntil(() -> this.decisions.containsKey("other.echo"));
		decision("other.echo").complete(true);
		assertThat(patient.answer(reply)).isEqualTo("0 \"x\"");
		patient.disconnect();
	}

	interface LogContract {

		@Cast
		void first();

		String second();

		String third();

	}

	interface OtherContract {

		String echo(String text);

		@Call(timeout = "50ms")
		String brief();

	}

	interface RoomContract {

		String name();

	}

	class Log implements LogContract {

		@Override
		public void first() {
			AuthorizationsTest.this.taken.add("first");
		}

		@Override
		public String second() {
			AuthorizationsTest.this.taken.add("second");
			return "second";
		}

		@Override
		public String third() {
			AuthorizationsTest.this.taken.add("third");
			return "third";
		}

	}

	static class Other implements OtherContract {

		@Override
		public String echo(String text) {
			return text;
		}

		@Override
		public String brief() {
			return Duration.ZERO.toString();
		}

	}

	static class Room implements RoomContract {

		@Override
		public String name() {
			return "room";
		}

	}

	interface Ticking {

		Flow.Publisher<Integer> all();

	}

	static final class Ticks implements Ticking {

		@Override
		public Flow.Publisher<Integer> all() {
			return FlowAdapters.toFlowPublisher(Flux.range(0, 100));
		}

	}

}
