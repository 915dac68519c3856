package io.genserver.rpc.peer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.protocol.ProtocolLimits;
import io.genserver.remote.RpcAuthorization;
import io.genserver.rpc.peer.RawPeer.Reply;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.PeerContexts;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** Methods of the endpoint itself are called as those of servers are. */
@ExtendWith(BufferLeaks.class)
class BuiltInCallsTest {

	private final TestServers servers = new TestServers().start();

	private final CountDownLatch gate = new CountDownLatch(1);

	private final AtomicInteger running = new AtomicInteger();

	private final List<RpcAuthorization.Target> asked = new CopyOnWriteArrayList<>();

	private @Nullable RawPeer peer;

	private RawPeer peer(ProtocolLimits limits, @Nullable RpcAuthorization authorization) {
		PeerContext context = this.servers.context(limits);
		context.exposure()
			.operations()
			.offer("weather", true, () -> Map.of("status", Thread.currentThread().isVirtual()));
		context.exposure().operations().offer("wait", false, this::await);
		context.exposure().operations().offer("broken", false, () -> {
			throw new IllegalStateException("a secret");
		});
		RawPeer made = new RawPeer(PeerContexts.of(context.connection().limits(), context.extLimits(),
				context.exposure().streamFailure(), context.exposure().operations(), context.connection().workers(),
				context.connection().clock(), authorization), 7);
		this.peer = made;
		return made;
	}

	private RawPeer peer() {
		return peer(ProtocolLimits.defaults(), null);
	}

	private String await() {
		this.running.incrementAndGet();
		try {
			assertThat(this.gate.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		this.running.decrementAndGet();
		return "done";
	}

	@AfterEach
	void stop() {
		this.gate.countDown();
		if (this.peer != null) {
			this.peer.disconnect();
		}
		this.servers.close();
	}

	@Test
	void pingAnswersWhatItGot() {
		RawPeer peer = peer();
		assertThat(peer.answer(peer.call("$rpc.ping", ""))).isEqualTo("0 ");
		assertThat(peer.answer(peer.call("$rpc.ping", "[\"are\", \"you there\"]")))
			.isEqualTo("0 [\"are\", \"you there\"]");
		assertThat(peer.connection.inboundBytes()).isZero();
		assertThat(peer.connection.callsInFlight()).isZero();
	}

	@Test
	void anAnswerIsMadeByAWorkerAndEncoded() {
		RawPeer peer = peer();
		assertThat(peer.answer(peer.call("$rpc.weather", ""))).isEqualTo("0 {\"status\":true}");
	}

	@Test
	void whatIsNotOfferedIsNotFound() {
		RawPeer peer = peer();
		assertThat(peer.answer(peer.call("$rpc.describe", ""))).startsWith("3 ");
		assertThat(peer.answer(peer.call("$rpc", ""))).startsWith("3 ");
	}

	@Test
	void aCastOfOneIsNothing() {
		RawPeer peer = peer();
		peer.cast("$rpc.wait", "");
		assertThat(peer.answer(peer.call("$rpc.ping", ""))).isEqualTo("0 ");
		assertThat(this.running).hasValue(0);
		assertThat(peer.unmatched).isEmpty();
	}

	@Test
	void whyOneFailsIsSaidInTheLogOnly() {
		RawPeer peer = peer();
		assertThat(peer.answer(peer.call("$rpc.broken", ""))).isEqualTo("2 $rpc.broken failed (error id #)");
	}

	@Test
	void oneThatIsTooLongIsRefused() {
		RawPeer peer = peer(ProtocolLimits.defaults().toBuilder().itemBytes(10).build(), null);
		assertThat(peer.answer(peer.call("$rpc.weather", "")))
			.isEqualTo("2 $rpc.weather: the reply of 15 bytes exceeds the limit of 10");
	}

	@Test
	void theyHoldPlacesAmongTheCallsInFlight() {
		RawPeer peer = peer(ProtocolLimits.defaults().toBuilder().callsInFlight(2).build(), null);
		List<Reply> held = new ArrayList<>(List.of(peer.call("$rpc.wait", ""), peer.call("$rpc.wait", "")));
		peer.pumpUntil(() -> this.running.get() == 2);
		assertThat(peer.answer(peer.call("$rpc.ping", ""))).startsWith("2 ");
		this.gate.countDown();
		held.forEach((each) -> assertThat(peer.answer(each)).isEqualTo("0 \"done\""));
		assertThat(peer.answer(peer.call("$rpc.ping", ""))).isEqualTo("0 ");
	}

	@Test
	void aCancelledOneHoldsItsPlaceUntilItIsOver() {
		RawPeer peer = peer();
		Reply given = peer.call("$rpc.wait", "");
		peer.pumpUntil(() -> this.running.get() == 1);
		peer.cancel(given);
		assertThat(peer.answer(peer.call("$rpc.ping", ""))).isEqualTo("0 ");
		assertThat(peer.connection.callsInFlight()).isEqualTo(1);
		this.gate.countDown();
		peer.pumpUntil(() -> peer.connection.callsInFlight() == 0);
		assertThat(peer.unmatched).isEmpty();
	}

	@Test
	void anEndpointThatShutsDownRefusesThem() {
		RawPeer peer = peer();
		Reply held = peer.call("$rpc.wait", "");
		peer.pumpUntil(() -> this.running.get() == 1);
		peer.connection.drain(Duration.ofSeconds(30), "leaving");
		peer.pump();
		assertThat(peer.answer(peer.call("$rpc.ping", ""))).isEqualTo("2 $rpc.ping: shutting down; not executed");
		this.gate.countDown();
		assertThat(peer.answer(held)).isEqualTo("0 \"done\"");
	}

	@Test
	void whoDecidesWhatMayBeCalledIsAskedWhereItMatters() {
		RawPeer peer = peer(ProtocolLimits.defaults(), (caller, target) -> {
			this.asked.add(target);
			return CompletableFuture.completedFuture(this.asked.size() > 1);
		});
		assertThat(peer.answer(peer.call("$rpc.ping", ""))).isEqualTo("0 ");
		assertThat(this.asked).isEmpty();
		assertThat(peer.answer(peer.call("$rpc.weather", ""))).isEqualTo("1 $rpc.weather: permission denied");
		assertThat(peer.answer(peer.call("$rpc.weather", ""))).isEqualTo("0 {\"status\":true}");
		assertThat(this.asked).containsOnly(new RpcAuthorization.Target("$rpc", null, "weather"));
		assertThat(peer.connection.inboundBytes()).isZero();
	}

	@Test
	void oneThatIsCancelledBeforeItIsDecidedNeverRuns() {
		CompletableFuture<Boolean> decision = new CompletableFuture<>();
		RawPeer peer = peer(ProtocolLimits.defaults(), (caller, target) -> {
			this.asked.add(target);
			return decision;
		});
		Reply given = peer.call("$rpc.weather", "");
		peer.pumpUntil(() -> !this.asked.isEmpty());
		peer.cancel(given);
		peer.pumpUntil(() -> peer.connection.callsInFlight() == 0);
		decision.complete(true);
		assertThat(peer.answer(peer.call("$rpc.ping", ""))).isEqualTo("0 ");
		assertThat(given.answers).isZero();
	}

}
