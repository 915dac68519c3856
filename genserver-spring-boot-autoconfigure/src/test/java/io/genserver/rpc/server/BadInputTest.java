package io.genserver.rpc.server;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.MuxioClient;
import io.genserver.testsupport.RawWebSocket;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client can do wrong. Each test ends with a call on another connection, which was
 * open all the time, and with no buffer leaked.
 */
@ExtendWith(BufferLeaks.class)
@RealThreads
class BadInputTest {

	private static final int MESSAGE_LIMIT = 128 * 1024;

	private static RpcApplication application;

	private MuxioClient bystander;

	private MuxioClient client;

	@BeforeAll
	static void start() {
		application = RpcApplication.start();
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@BeforeEach
	void connect() {
		this.bystander = application.client();
		assertThat(this.bystander.call("kv.set", "[\"a\", \"1\"]")).isEqualTo("0 ");
		this.client = application.client();
	}

	@AfterEach
	void othersGoOnAndNothingIsLeftOfTheClient() {
		this.client.close();
		RpcApplication.await(() -> application.connections().size() == 1);
		assertThat(this.bystander.call("kv.get", "\"a\"")).isEqualTo("0 \"1\"");
		this.bystander.close();
		RpcApplication.await(() -> application.connections().size() == 0);
	}

	private RawWebSocket webSocket() {
		return this.client.webSocket();
	}

	@Test
	void aTextMessage() {
		webSocket().text("hello");
		assertThat(webSocket().closed()).isEqualTo("1003 text message: only binary messages carry frames");
	}

	@Test
	void aTextMessageInFragments() {
		webSocket().frame(false, RawWebSocket.TEXT, new byte[] { 'h' });
		webSocket().frame(true, RawWebSocket.CONTINUATION, new byte[] { 'i' });
		assertThat(webSocket().closed()).isEqualTo("1003 text message: only binary messages carry frames");
	}

	@Test
	void aMessageOverTheLimitInOneFrame() {
		webSocket().binary(new byte[MESSAGE_LIMIT + 1]);
		assertThat(webSocket().closed()).isEqualTo("1009 Max frame length of 131072 has been exceeded.");
	}

	@Test
	void aMessageOverTheLimitInFragments() {
		byte[] fragments = casts(126);
		webSocket().frame(false, RawWebSocket.BINARY, Arrays.copyOf(fragments, 60_000));
		webSocket().frame(false, RawWebSocket.CONTINUATION, Arrays.copyOfRange(fragments, 60_000, 120_000));
		webSocket().frame(true, RawWebSocket.CONTINUATION, Arrays.copyOfRange(fragments, 120_000, fragments.length));
		assertThat(webSocket().closed()).isEqualTo("1009 message of more than 131072 bytes");
	}

	@Test
	void theCloseCodeIsReadBehindMegabytesTheServerDidNotWant() {
		byte[] unwanted = RawWebSocket.encode(true, RawWebSocket.BINARY, new byte[8 * 1024 * 1024]);
		webSocket().bytes(unwanted);
		assertThat(webSocket().closed()).isEqualTo("1009 Max frame length of 131072 has been exceeded.");
	}

	@Test
	void messagesUpToTheLimitAreTakenInAnyFragments() {
		byte[] casts = casts(125);
		int before = application.probe().taken.get();
		webSocket().frame(false, RawWebSocket.BINARY, Arrays.copyOf(casts, 60_000));
		webSocket().ping("between fragments");
		webSocket().frame(true, RawWebSocket.CONTINUATION, Arrays.copyOfRange(casts, 60_000, casts.length));
		RpcApplication.await(() -> application.probe().taken.get() - before == 125_000);
		assertThat(this.client.call("kv.get", "\"a\"")).isEqualTo("0 \"1\"");
	}

	@Test
	void bytesThatAreNotMuxio() {
		webSocket().binary("GET / HTTP/1.1\r\n\r\n".getBytes());
		assertThat(webSocket().closed()).startsWith("1002 frame of ")
			.endsWith(" bytes exceeds 65536; this endpoint speaks muxio 0.15");
	}

	@Test
	void aFirstFrameOfUnknownKind() {
		webSocket().binary(MuxioClient.frame(7, 1, 0, new byte[0]));
		assertThat(webSocket().closed())
			.isEqualTo("1002 first frame is of unknown kind 7; this endpoint speaks muxio 0.15");
	}

	@Test
	void aLaterFrameOverTheLimit() {
		assertThat(this.client.call("kv.get", "\"a\"")).isEqualTo("0 \"1\"");
		byte[] frame = MuxioClient.frame(0, 99, 0, new byte[15]);
		ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(0, 65_537);
		webSocket().binary(frame);
		assertThat(webSocket().closed()).isEqualTo("1009 frame of 65537 bytes exceeds 65536");
	}

	@Test
	void framesOutOfSequence() {
		webSocket().binary(MuxioClient.open(0, 1, "kv.get", "\"a\"".getBytes()));
		webSocket().binary(MuxioClient.frame(2, 1, 5, new byte[0]));
		assertThat(this.client.read().status()).isEqualTo(2);
		assertThat(new MuxioClient(webSocket()).call("kv.get", "\"a\"")).isEqualTo("0 \"1\"");
	}

	@Test
	void anUnknownMethod() {
		assertThat(this.client.call("kv.steal", "\"a\"")).startsWith("3 method ")
			.endsWith("does not exist here or is not exposed");
		assertThat(this.client.call("kv.get", "\"a\"")).isEqualTo("0 \"1\"");
	}

	@Test
	void wrongArguments() {
		assertThat(this.client.call("kv.set", "[\"a\"]")).startsWith("1 kv.set: 2 arguments are expected");
		assertThat(this.client.call("kv.get", "nonsense")).startsWith("1 kv.get: not valid JSON");
		assertThat(this.client.call("kv.get", "\"a\"")).isEqualTo("0 \"1\"");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0x80, 0x82 })
	void aFrameThatIsNotMasked(int first) {
		webSocket().bytes(new byte[] { (byte) first, 1, 0 });
		assertThat(webSocket().closed()).isEqualTo("1002 received a frame that is not masked as expected");
	}

	@Test
	void pingsThatDoNotEnd() {
		webSocket().bytes(thousandTimes(RawWebSocket.encode(true, RawWebSocket.PING, new byte[0])));
		assertThat(closedAmongPongs()).isEqualTo("4029 more than 100 pings and empty frames within a second");
	}

	@Test
	void emptyFragmentsThatDoNotEnd() {
		webSocket().frame(false, RawWebSocket.BINARY, new byte[0]);
		webSocket().bytes(thousandTimes(RawWebSocket.encode(false, RawWebSocket.CONTINUATION, new byte[0])));
		assertThat(webSocket().closed()).isEqualTo("4029 more than 100 pings and empty frames within a second");
	}

	@Test
	void cancelsOfNothingThatDoNotEnd() {
		webSocket().binary(thousandTimes(MuxioClient.frame(3, 1, 1, new byte[0])));
		assertThat(webSocket().closed()).isEqualTo("4029 more than 100 frames within a second that do nothing");
	}

	private static byte[] thousandTimes(byte[] bytes) {
		ByteBuffer all = ByteBuffer.allocate(1000 * bytes.length);
		for (int i = 0; i < 1000; i++) {
			all.put(bytes);
		}
		return all.array();
	}

	private String closedAmongPongs() {
		RawWebSocket.Frame frame = webSocket().read();
		while (frame.opcode() == RawWebSocket.PONG) {
			frame = webSocket().read();
		}
		return frame.closed();
	}

	@Test
	void aContinuationOfNothing() {
		webSocket().frame(true, RawWebSocket.CONTINUATION, new byte[] { 1 });
		assertThat(webSocket().closed()).isEqualTo("1002 received continuation data frame outside fragmented message");
	}

	@Test
	void aCloseFrameWithoutItsCode() {
		webSocket().frame(true, RawWebSocket.CLOSE, new byte[] { 1 });
		assertThat(webSocket().closed()).isEqualTo("1002 received close control frame with payload len 1");
	}

	@Test
	void aCompressedMessageThatWasNotAgreedOn() {
		webSocket().bytes(new byte[] { (byte) 0xC2, (byte) 0x81, 0, 0, 0, 0, 1 });
		assertThat(webSocket().closed()).isEqualTo("1002 reserved bits are set, but no extension was agreed on");
	}

	@Test
	void aClientThatTakesLeaveIsAnswered() {
		webSocket().close(1000);
		assertThat(webSocket().closed()).isEqualTo("1000 ");
	}

	@Test
	void aClientThatBreaksOffWithinAFrame() {
		byte[] call = RawWebSocket.encode(true, RawWebSocket.BINARY,
				MuxioClient.open(0, 1, "kv.get", "\"a\"".getBytes()));
		webSocket().bytes(Arrays.copyOf(call, call.length - 5));
		RpcApplication.await(() -> application.connections().size() == 2);
		webSocket().close();
	}

	@Test
	void aClientThatVanishesWithinACallWithAReset() throws InterruptedException {
		try (RpcApplication other = RpcApplication.start()) {
			MuxioClient vanishing = other.client();
			vanishing.send("gate.untilCancelled", "");
			RpcApplication.await(other.probe().held);
			vanishing.webSocket().reset();
			RpcApplication.await(other.probe().cancelled);
			RpcApplication.await(() -> other.connections().size() == 0);
		}
	}

	/** Complete casts of 1041 bytes each. */
	private static byte[] casts(int count) {
		ByteBuffer casts = ByteBuffer.allocate(count * 1041);
		for (int id = 1; id <= count; id++) {
			casts.put(MuxioClient.open(2, id, "gate.take", new byte[1000]));
			casts.put(MuxioClient.frame(2, id, 1, new byte[0]));
		}
		return casts.array();
	}

}
