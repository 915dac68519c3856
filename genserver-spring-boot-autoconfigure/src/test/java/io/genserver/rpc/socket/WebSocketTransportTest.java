package io.genserver.rpc.socket;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.genserver.Caller;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.Side;
import io.genserver.protocol.WireMode;
import io.genserver.protocol.ext.ExtLimits;
import io.genserver.rpc.inbound.ExposedOperations;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.rpc.peer.PeerContext;
import io.genserver.testsupport.PeerContexts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WebSocketTransportTest {

	private final AtomicLong now = new AtomicLong();

	private final EmbeddedChannel channel = new EmbeddedChannel();

	private final WebSocketTransport transport = new WebSocketTransport(this.channel,
			new Caller.Remote("1", "test", null), WireMode.BASE, Side.ACCEPTING,
			new SocketSettings(Duration.ofSeconds(25), Duration.ofSeconds(10), Duration.ofSeconds(1),
					PeerContexts.of(ProtocolLimits.defaults(), ExtLimits.defaults(), StreamFailure.CANCEL,
							ExposedOperations.growing(), Runnable::run, this.now::get)));

	@BeforeEach
	void open() {
		this.channel.pipeline().addLast(this.transport);
	}

	@AfterEach
	void close() {
		this.channel.finishAndReleaseAll();
	}

	private void writable(boolean writable) {
		this.channel.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
		this.channel.runPendingTasks();
	}

	private void ping(String text) {
		this.channel.writeInbound(new PingWebSocketFrame(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8)));
	}

	private void tickAfter(int seconds) {
		this.now.addAndGet(Duration.ofSeconds(seconds).toNanos());
		this.transport.tick();
		this.channel.runPendingTasks();
	}

	private @Nullable String written() {
		WebSocketFrame frame = this.channel.readOutbound();
		if (frame == null) {
			return null;
		}
		try {
			String kind = switch (frame) {
				case PingWebSocketFrame ping -> "ping ";
				case PongWebSocketFrame pong -> "pong ";
				default -> frame.getClass().getSimpleName() + " ";
			};
			return kind + frame.content().toString(StandardCharsets.UTF_8);
		}
		finally {
			frame.release();
		}
	}

	@Test
	void aPingIsAnsweredAtOnce() {
		ping("a");
		assertThat(written()).isEqualTo("pong a");
	}

	@Test
	void ofPingsThatCannotBeAnsweredYetTheLastIsAnsweredLater() {
		writable(false);
		ping("a");
		ping("b");
		ping("c");
		assertThat(written()).isNull();
		writable(true);
		assertThat(written()).isEqualTo("pong c");
		assertThat(written()).isNull();
	}

	@Test
	void aPeerIsAskedOnceTheQuestionWouldLeave() {
		writable(false);
		tickAfter(25);
		tickAfter(10);
		assertThat(written()).isNull();
		writable(true);
		tickAfter(1);
		assertThat(written()).isEqualTo("ping ");
		tickAfter(9);
		assertThat(written()).isNull();
		tickAfter(1);
		assertThat(written()).startsWith("CloseWebSocketFrame");
	}

	@Test
	void anEndThatHasPausedReadingShowsThatItIsThere() {
		this.transport.pauseReading();
		tickAfter(5);
		assertThat(written()).isEqualTo("pong ");
		tickAfter(4);
		assertThat(written()).isNull();
		tickAfter(1);
		assertThat(written()).isEqualTo("pong ");
		this.transport.resumeReading();
		tickAfter(10);
		assertThat(written()).isNull();
	}

	/** A frame whose bytes come one by one. */
	private void beginFrame(int bytes) {
		this.channel.writeInbound(new BinaryWebSocketFrame(
				Unpooled.buffer(13).writeIntLE(bytes).writeIntLE(1).writeIntLE(0).writeByte(0)));
	}

	/** As of writers that end each message with an empty frame. */
	@Test
	void aMessageMayEndWithAnEmptyFrame() {
		beginFrame(2000);
		for (int i = 0; i < 1000; i++) {
			this.channel.writeInbound(new BinaryWebSocketFrame(false, 0, Unpooled.buffer(1).writeByte(0)),
					new ContinuationWebSocketFrame(true, 0, Unpooled.EMPTY_BUFFER));
		}
		assertThat(written()).isNull();
	}

	@Test
	void emptyFramesThatEndNothingAreCounted() {
		beginFrame(2000);
		for (int i = 0; i < 100; i++) {
			this.channel.writeInbound(new BinaryWebSocketFrame(false, 0, Unpooled.buffer(1).writeByte(0)),
					new ContinuationWebSocketFrame(false, 0, Unpooled.EMPTY_BUFFER),
					new ContinuationWebSocketFrame(true, 0, Unpooled.EMPTY_BUFFER));
		}
		assertThat(written()).isNull();
		this.channel.writeInbound(new BinaryWebSocketFrame(false, 0, Unpooled.EMPTY_BUFFER));
		this.channel.runPendingTasks();
		assertThat(written()).startsWith("CloseWebSocketFrame");
	}

	@Test
	void messagesWithoutBytesAreCounted() {
		for (int i = 0; i < 50; i++) {
			this.channel.writeInbound(new BinaryWebSocketFrame(false, 0, Unpooled.EMPTY_BUFFER),
					new ContinuationWebSocketFrame(true, 0, Unpooled.EMPTY_BUFFER));
		}
		assertThat(written()).isNull();
		this.channel.writeInbound(new BinaryWebSocketFrame(Unpooled.EMPTY_BUFFER));
		this.channel.runPendingTasks();
		assertThat(written()).startsWith("CloseWebSocketFrame");
	}

	@Test
	void whatComesAfterTheCloseFrameIsHeldByNobody() {
		LingeringClose socket = this.transport.socket();
		this.channel.pipeline().addFirst(socket);
		ByteBuf half = Unpooled.wrappedBuffer(new byte[1000]);
		socket.channelRead(this.channel.pipeline().context(socket), half);
		assertThat(this.transport.bytesUnhandled()).as("of a frame that is not complete").isEqualTo(1000);
		this.transport.close(new CloseReason(CloseCode.RATE, "too fast"));
		socket.channelRead(this.channel.pipeline().context(socket), Unpooled.wrappedBuffer(new byte[1000]));
		assertThat(this.transport.bytesUnhandled()).isZero();
	}

}
