package io.genserver.rpc.server;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.MuxioClient;
import io.genserver.testsupport.RawWebSocket;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** Golden bytes of a stock client in, golden bytes of a stock server out. */
@ExtendWith(BufferLeaks.class)
@RealThreads
class StockMuxioClientTest {

	private static RpcApplication application;

	@BeforeAll
	static void start() {
		application = RpcApplication.start();
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@Test
	void aCallIsAnsweredWithTheBytesAStockServerSends() {
		byte[][] call = MuxioClient.goldenFrames("unary_params");
		try (MuxioClient client = application.client()) {
			for (byte[] frame : call) {
				client.webSocket().binary(frame);
			}
			byte[][] answer = MuxioClient.goldenFrames("response_status_0_payload");
			int requestId = at(call[0], 14);
			assertThat(client.nextFrame()).isEqualTo(expected(answer[0], requestId));
			assertThat(client.nextFrame()).isEqualTo(expected(answer[1], requestId));
		}
	}

	@Test
	void aCallInFramesOfOneByteIsUnderstood() {
		try (MuxioClient client = application.client()) {
			for (byte[] frame : MuxioClient.goldenFrames("unary_chunk1")) {
				client.webSocket().binary(frame);
			}
			assertThat(client.read()).satisfies((response) -> {
				assertThat(response.status()).isEqualTo(3);
				assertThat(response.text()).contains("does not exist here or is not exposed");
			});
		}
	}

	@Test
	void aPingIsAnswered() {
		try (MuxioClient client = application.client()) {
			client.webSocket().ping("here?");
			assertThat(client.webSocket().read(RawWebSocket.PONG).payload()).asString().isEqualTo("here?");
		}
	}

	/**
	 * As the stock server's but for the stream, which is our first, and the method, which
	 * we leave out.
	 */
	private static byte[] expected(byte[] golden, int requestId) {
		ByteBuffer frame = ByteBuffer.wrap(golden.clone()).order(ByteOrder.LITTLE_ENDIAN);
		frame.putInt(4, 0x8000_0001);
		if (golden.length > 13) {
			frame.putInt(14, requestId);
			frame.putLong(18, 0);
		}
		return frame.array();
	}

	private static int at(byte[] bytes, int offset) {
		return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(offset);
	}

}
