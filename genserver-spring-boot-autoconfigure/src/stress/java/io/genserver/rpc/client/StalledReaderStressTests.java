package io.genserver.rpc.client;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.genserver.protocol.CloseCode;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.Channel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client that asks for much and reads nothing: what waits for it stays within its
 * budget, it is closed in the end, and another connection is served all the while.
 */
@Tag("stress")
@ExtendWith(BufferLeaks.class)
class StalledReaderStressTests {

	private static final Duration STALL = Duration.ofSeconds(Integer.getInteger("genserver.rpc.stall-seconds", 10));

	private static final int REPLY_BYTES = 100_000;

	/** What pools keep ready beside what was asked of them. */
	private static final long POOLS = 48L * 1024 * 1024;

	@ParameterizedTest
	@EnumSource
	void aReaderThatStallsStaysWithinItsBudgetAndDisturbsNobody(WireMode mode) throws Exception {
		ProtocolLimits limits = ProtocolLimits.defaults().toBuilder().outboundStall(STALL.multipliedBy(2)).build();
		try (TestServers servers = new TestServers().add("ledger", new Ledger.Server()).start();
				TestEndpoint endpoint = new TestEndpoint(servers, 0, limits, silence(mode));
				ChaosProxy proxy = new ChaosProxy(endpoint.port(),
						(number) -> new ChaosProxy.Plan(ChaosProxy.Trouble.STALLED_READER, 20_000))) {
			try (GenServerClient stalled = builder(mode).connect(URI.create("ws://localhost:" + proxy.port() + "/ws"));
					GenServerClient other = builder(mode).connect(endpoint.uri("/ws"))) {
				watch(endpoint, stalled, other, limits, mode);
			}
		}
	}

	/**
	 * Silence that does not end the connection during the stall. In base mode what waits
	 * for the socket is to end it, in ext mode there is nothing but silence.
	 */
	private static Duration silence(WireMode mode) {
		Duration least = Duration.ofSeconds(25);
		Duration silence = (mode == WireMode.BASE) ? STALL.multipliedBy(3) : STALL;
		return (silence.compareTo(least) < 0) ? least : silence;
	}

	private static GenServerClientBuilder builder(WireMode mode) {
		GenServerClientBuilder builder = GenServerClient.builder()
			.callTimeout(STALL.multipliedBy(4))
			.keepAlive(STALL.multipliedBy(6), STALL)
			.noReconnect();
		return (mode == WireMode.BASE) ? builder.baseMode() : builder;
	}

	private static void watch(TestEndpoint endpoint, GenServerClient stalled, GenServerClient other,
			ProtocolLimits limits, WireMode mode) throws Exception {
		Channel channel = endpoint.channels.getFirst();
		Ledger asked = stalled.server("ledger", Ledger.class);
		Ledger undisturbed = other.server("ledger", Ledger.class);
		long directBefore = direct(channel);
		// Nearly as much as may wait, so that it is the stall that ends the connection.
		int requests = (int) (3 * limits.outboundHardBytes() / 4 / REPLY_BYTES);
		for (int i = 0; i < requests; i++) {
			asked.pages(REPLY_BYTES);
		}
		long start = System.nanoTime();
		long most = 0;
		long mostDirect = 0;
		long slowest = 0;
		int served = 0;
		while (System.nanoTime() - start < STALL.toNanos()) {
			long began = System.nanoTime();
			assertThat(undisturbed.enter(served).get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(served);
			slowest = Math.max(slowest, System.nanoTime() - began);
			served++;
			assertThat(channel.isOpen()).as("the connection of the stalled reader").isTrue();
			most = Math.max(most, waiting(channel));
			mostDirect = Math.max(mostDirect, direct(channel) - directBefore);
		}
		if (mode == WireMode.BASE) {
			// In ext mode the sockets may take all that credit allows.
			assertThat(most).isPositive();
		}
		assertThat(most).isLessThan(limits.outboundHardBytes());
		assertThat(mostDirect).isLessThan(limits.outboundHardBytes() + POOLS);
		System.out.println("Stalled reader, " + mode + ": " + STALL.toSeconds() + " s, at most " + most
				+ " bytes in its channel and " + mostDirect + " bytes of direct memory more, " + served
				+ " calls of another connection in the meantime, the slowest " + TimeUnit.NANOSECONDS.toMillis(slowest)
				+ " ms");
		assertThat(channel.closeFuture().await(STALL.toSeconds() * 3 + HangGuard.SECONDS, TimeUnit.SECONDS))
			.as("hang guard")
			.isTrue();
		// What waits for credit is no stall of the
		// socket: there silence ends the connection.
		assertThat(endpoint.connections.getFirst().closeCode())
			.isEqualTo((mode == WireMode.BASE) ? CloseCode.SLOW_CONSUMER : CloseCode.IDLE);
		assertThat(undisturbed.enter(-1).get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(-1);
	}

	private static long direct(Channel channel) {
		return ((ByteBufAllocatorMetricProvider) channel.alloc()).metric().usedDirectMemory();
	}

	/** Bytes that the socket does not take. */
	private static long waiting(Channel channel) throws Exception {
		return channel.eventLoop().submit(() -> {
			var buffer = channel.unsafe().outboundBuffer();
			return (buffer != null) ? buffer.totalPendingWriteBytes() : 0L;
		}).get(HangGuard.SECONDS, TimeUnit.SECONDS);
	}

}
