package io.genserver.rpc.server;

import java.time.Duration;
import java.util.Arrays;

import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.MuxioClient;
import io.genserver.testsupport.MuxioClient.Response;
import io.genserver.testsupport.RawWebSocket;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** What time and memory a connection may cost, and what a silent or slow one gets. */
@ExtendWith(BufferLeaks.class)
@RealThreads
class ConnectionLimitsTest {

	private RpcApplication application;

	private MuxioClient bystander;

	private void start(Object... properties) {
		this.application = RpcApplication.start(properties);
		this.bystander = this.application.client();
		assertThat(this.bystander.call("kv.set", "[\"a\", \"1\"]")).isEqualTo("0 ");
	}

	@AfterEach
	void stop() {
		this.application.probe().release.countDown();
		this.bystander.close();
		this.application.close();
	}

	private void othersGoOn() {
		assertThat(this.bystander.call("kv.get", "\"a\"")).isEqualTo("0 \"1\"");
	}

	@Test
	void aClientThatStopsReadingIsClosedAsSlow() {
		start("genserver.rpc.limits.outbound-stall=300ms");
		try (RawWebSocket webSocket = RawWebSocket.narrow(this.application.port(), "/ws")) {
			new MuxioClient(webSocket).send("kv.flood", "10000");
			RpcApplication.await(this.application.probe().floodEnded);
			othersGoOn();
			assertThat(webSocket.closed()).isEqualTo("4008 this peer has read nothing for PT0.3S");
		}
	}

	@Test
	void aClientThatStopsReadingForGoodHoldsItsSocketForALimitedTime() {
		start("genserver.rpc.limits.outbound-stall=100ms");
		try (RawWebSocket webSocket = RawWebSocket.narrow(this.application.port(), "/ws")) {
			new MuxioClient(webSocket).send("kv.flood", "10000");
			RpcApplication.await(() -> this.application.connections().size() == 1);
			othersGoOn();
		}
	}

	@Test
	void aClientThatAsksForMoreThanItReadsGetsAllOfItWhenItReads() {
		start("genserver.rpc.limits.outbound-soft=64KB", "genserver.rpc.limits.outbound-hard=1MB");
		try (RawWebSocket webSocket = RawWebSocket.narrow(this.application.port(), "/ws")) {
			MuxioClient client = new MuxioClient(webSocket);
			Thread sender = Thread.ofVirtual().start(() -> {
				for (int i = 0; i < 200; i++) {
					client.send("math.echo", new byte[60_000]);
				}
			});
			RpcApplication.await(() -> unsent() > 64 * 1024);
			othersGoOn();
			assertThat(unsent()).isLessThan(3 * 1024 * 1024);
			for (int i = 0; i < 200; i++) {
				assertThat(client.read().payload()).hasSize(60_000);
			}
			RpcApplication.await(() -> !sender.isAlive());
			othersGoOn();
		}
	}

	@Test
	void callsThatComeAtOnceAreAnsweredOrRefusedHoweverManyTheyAre() {
		start("genserver.call-timeout=" + HangGuard.SECONDS + "s");
		try (MuxioClient client = this.application.client()) {
			Thread sender = Thread.ofVirtual().start(() -> {
				for (int i = 0; i < 2100; i++) {
					client.send("kv.get", "\"a\"");
				}
			});
			for (int i = 0; i < 2100; i++) {
				assertThat(client.read().toString()).isIn("0 \"1\"",
						"2 1024 calls are in flight on this connection; not executed");
			}
			RpcApplication.await(() -> !sender.isAlive());
			othersGoOn();
		}
	}

	@Test
	void theClientThatHoldsMostIsClosedWhenAllTogetherHoldTooMuch() {
		start("genserver.rpc.limits.total-buffer=1MB");
		try (MuxioClient client = this.application.client(); MuxioClient modest = this.application.client()) {
			client.send("gate.hold", "");
			RpcApplication.await(this.application.probe().held);
			modest.cast("gate.take", new byte[50_000]);
			for (int i = 0; i < 30; i++) {
				client.cast("gate.take", new byte[50_000]);
			}
			assertThat(client.webSocket().closed())
				.isEqualTo("1013 the server has no room for what its connections hold, and this one holds the most");
			othersGoOn();
			assertThat(modest.call("kv.get", "\"a\"")).isEqualTo("0 \"1\"");
		}
	}

	@Test
	void aFrameThatIsNotCompleteCounts() {
		start("genserver.rpc.limits.total-buffer=100KB");
		try (MuxioClient client = this.application.client(); MuxioClient other = this.application.client()) {
			assertThat(client.call("kv.get", "\"a\"")).isEqualTo("0 \"1\"");
			byte[] frame = RawWebSocket.encode(true, RawWebSocket.BINARY, new byte[128 * 1024]);
			assertThat(unhandled()).isZero();
			client.webSocket().bytes(Arrays.copyOf(frame, 80_000));
			RpcApplication.await(() -> unhandled() == 80_000);
			other.webSocket().bytes(Arrays.copyOf(frame, 40_000));
			assertThat(client.webSocket().closed()).startsWith("1013 the server has no room");
			RpcApplication.await(() -> unhandled() == 40_000);
			othersGoOn();
		}
	}

	@Test
	void aSlowReaderGetsEverythingInOrder() {
		start();
		try (RawWebSocket webSocket = RawWebSocket.narrow(this.application.port(), "/ws")) {
			MuxioClient client = new MuxioClient(webSocket);
			byte[] part = new byte[65_000];
			for (int i = 0; i < 10; i++) {
				part[0] = (byte) i;
				client.send("math.echo", part);
			}
			for (int i = 0; i < 10; i++) {
				Response response = client.read();
				assertThat(response.requestId()).isEqualTo(i + 1);
				assertThat(response.payload()).hasSize(65_000).startsWith((byte) i, (byte) 0);
			}
		}
	}

	@Test
	void aClientThatVanishedWithoutAWordIsPingedAndClosed() {
		start("genserver.rpc.keepalive.interval=200ms", "genserver.rpc.keepalive.timeout=200ms");
		try (RawWebSocket silent = RawWebSocket.connect(this.application.port())) {
			assertThat(silent.read().opcode()).isEqualTo(RawWebSocket.PING);
			assertThat(silent.closed()).isEqualTo("4010 nothing heard for PT0.2S after a ping");
		}
		assertThat(this.bystander.webSocket().closed()).startsWith("4010 ");
	}

	@Test
	void aClientThatAnswersPingsStays() {
		start("genserver.rpc.keepalive.interval=200ms", "genserver.rpc.keepalive.timeout=10s");
		try (RawWebSocket webSocket = RawWebSocket.connect(this.application.port())) {
			for (int i = 0; i < 3; i++) {
				assertThat(webSocket.read().opcode()).isEqualTo(RawWebSocket.PING);
				webSocket.frame(true, RawWebSocket.PONG, new byte[0]);
			}
			assertThat(new MuxioClient(webSocket).call("kv.get", "\"a\"")).isEqualTo("0 \"1\"");
		}
	}

	@Test
	void readingPausesAtTheBudgetAndResumesWhenItIsUsedUp() throws InterruptedException {
		start("genserver.rpc.limits.item=64KB", "genserver.rpc.limits.inbound-buffer=64KB",
				"genserver.mailbox.capacity=10000");
		try (MuxioClient client = this.application.client()) {
			client.send("gate.hold", "");
			RpcApplication.await(this.application.probe().held);
			Thread sender = Thread.ofVirtual().start(() -> {
				for (int i = 0; i < 400; i++) {
					client.cast("gate.take", new byte[50_000]);
				}
			});
			RpcApplication.await(() -> unhandled() > 64 * 1024);
			assertThat(sender.join(Duration.ofMillis(1))).isFalse();
			othersGoOn();
			assertThat(unhandled()).isLessThan(1024 * 1024);
			this.application.probe().release.countDown();
			assertThat(client.read().text()).isEqualTo("\"released\"");
			sender.join();
			RpcApplication.await(() -> this.application.probe().taken.get() == 400 * 50_000);
			assertThat(client.call("kv.get", "\"a\"")).isEqualTo("0 \"1\"");
		}
	}

	@Test
	void aPauseThatLastsTooLongEndsTheConnection() throws InterruptedException {
		start("genserver.rpc.limits.item=64KB", "genserver.rpc.limits.inbound-buffer=64KB",
				"genserver.rpc.limits.read-pause=300ms", "genserver.mailbox.capacity=10000");
		try (MuxioClient client = this.application.client()) {
			client.send("gate.hold", "");
			RpcApplication.await(this.application.probe().held);
			for (int i = 0; i < 3; i++) {
				client.cast("gate.take", new byte[50_000]);
			}
			assertThat(client.webSocket().closed())
				.isEqualTo("1013 what this peer sent was not consumed within PT0.3S");
			othersGoOn();
		}
	}

	private long unsent() {
		return this.application.connections().list().stream().mapToLong(RpcConnection::bytesUnsent).sum();
	}

	private long unhandled() {
		return this.application.connections().list().stream().mapToLong(RpcConnection::bytesUnhandled).sum();
	}

}
