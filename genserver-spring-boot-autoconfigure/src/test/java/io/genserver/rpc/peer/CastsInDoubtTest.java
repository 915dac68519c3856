package io.genserver.rpc.peer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.genserver.Cast;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.outbound.OutboundCalls;
import io.genserver.rpc.outbound.RemoteMethod;
import io.genserver.testsupport.HangGuard;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/** Casts of which nothing tells, when their connection ends, whether they were read. */
class CastsInDoubtTest {

	private static final RemoteMethod TAKE = RemoteMethod.of("shared.take");

	private static final RemoteMethod PING = RemoteMethod.of("shared.ping");

	private final TestServers servers = new TestServers().add("shared", new SharedServer()).start();

	private final List<Long> inDoubt = new CopyOnWriteArrayList<>();

	private @Nullable PeerPair pair;

	@AfterEach
	void stop() {
		if (this.pair != null) {
			this.pair.close();
		}
		this.servers.close();
	}

	private OutboundCalls connect(WireMode mode) {
		this.pair = new PeerPair(mode, ProtocolLimits.defaults(), this.servers.context(ProtocolLimits.defaults()), 19);
		this.pair.calls().whenInDoubt(this.inDoubt::add);
		return this.pair.calls();
	}

	private static void cast(OutboundCalls calls, int times) {
		for (int i = 0; i < times; i++) {
			calls.cast(TAKE, "1".getBytes(StandardCharsets.UTF_8), HangGuard.DURATION.toNanos());
		}
	}

	private static void ping(OutboundCalls calls) {
		calls.call(PING, new byte[0], HangGuard.DURATION.toNanos(), (reply) -> reply);
	}

	@ParameterizedTest
	@EnumSource
	void thoseAfterTheLastCallThatWasAnsweredMayBeLost(WireMode mode) {
		OutboundCalls calls = connect(mode);
		cast(calls, 3);
		ping(calls);
		cast(calls, 2);
		this.pair.settle();
		this.pair.disconnect("closed with 1001");
		assertThat(this.inDoubt).isEqualTo((mode == WireMode.BASE) ? List.of(2L) : List.of());
	}

	@ParameterizedTest
	@EnumSource
	void noneIsAfterACallThatWasAnswered(WireMode mode) {
		OutboundCalls calls = connect(mode);
		cast(calls, 3);
		ping(calls);
		this.pair.disconnect("closed with 1001");
		assertThat(this.inDoubt).isEmpty();
	}

	/** A peer that leaves reads on, and takes nothing of what it reads. */
	@ParameterizedTest
	@EnumSource(names = "BASE")
	void theAnswerOfAPeerThatLeavesSaysNothing(WireMode mode) {
		OutboundCalls calls = connect(mode);
		cast(calls, 1);
		ping(calls);
		this.pair.server.peer.drain(Duration.ofMinutes(5), "bye");
		this.pair.settle();
		cast(calls, 4);
		assertThatException().isThrownBy(() -> ping(calls)).withMessageContaining("shutting down");
		this.pair.disconnect("closed with 1001");
		assertThat(this.inDoubt).containsExactly(4L);
	}

	interface Shared {

		String ping();

		@Cast
		void take(int number);

	}

	static class SharedServer implements Shared {

		@Override
		public String ping() {
			return "pong";
		}

		@Override
		public void take(int number) {
		}

	}

}
