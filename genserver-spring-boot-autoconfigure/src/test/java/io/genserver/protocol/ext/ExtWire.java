package io.genserver.protocol.ext;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import io.genserver.protocol.Frames;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.RecordingListener;
import io.genserver.protocol.Side;
import io.genserver.protocol.Vectors;
import io.genserver.protocol.base.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An ext session without a connection, on an allocator of its own; closing it proves that
 * nothing of it is left.
 */
public final class ExtWire implements AutoCloseable {

	/** SETTINGS that name nothing. */
	public static final byte[] NO_SETTINGS = Frames.frame(ExtFrame.SETTINGS, 0, 0);

	public final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);

	public final RecordingListener listener = new RecordingListener();

	public final List<String> events = this.listener.events;

	public final ExtSession session;

	public long now = 1_000_000_000L;

	public ExtWire(Side side) {
		this(side, ProtocolLimits.defaults(), ExtLimits.defaults(), ExtSettings.ASSUMED, 1);
	}

	public ExtWire(Side side, ProtocolLimits limits, ExtLimits extLimits, ExtSettings assumed, int firstNumber) {
		this.session = new ExtSession(side, limits, extLimits, this.allocator, assumed, firstNumber);
		this.session.listen(this.listener, this.listener, this.listener);
		this.session.now(this.now);
	}

	/** A server whose peer has sent its SETTINGS and whose own are taken. */
	public static ExtWire server() {
		return new ExtWire(Side.ACCEPTING).begun();
	}

	/** A client whose peer has sent its SETTINGS and whose own are taken. */
	public static ExtWire client() {
		return new ExtWire(Side.CONNECTING).begun();
	}

	public ExtWire begun() {
		feed(NO_SETTINGS);
		output();
		return this;
	}

	public ExtWire feed(byte[]... chunks) {
		for (byte[] chunk : chunks) {
			ByteBuf buffer = this.allocator.buffer(Math.max(1, chunk.length)).writeBytes(chunk);
			try {
				this.session.receive(buffer, this.now);
				assertThat(buffer.refCnt()).isEqualTo(1);
				if (!this.session.isClosed()) {
					assertThat(buffer.isReadable()).isFalse();
				}
			}
			finally {
				buffer.release();
			}
		}
		return this;
	}

	public ExtWire feedByteByByte(byte[] bytes) {
		for (byte b : bytes) {
			feed(new byte[] { b });
		}
		return this;
	}

	public ExtWire feedSplit(byte[] bytes, Random random) {
		int offset = 0;
		while (offset < bytes.length) {
			int length = Math.min(bytes.length - offset, 1 + random.nextInt(1 + random.nextInt(bytes.length)));
			feed(Arrays.copyOfRange(bytes, offset, offset + length));
			offset += length;
		}
		return this;
	}

	public ExtWire passMillis(long millis) {
		this.now += millis * 1_000_000L;
		return this;
	}

	public ExtWire tick() {
		this.session.tick(this.now);
		return this;
	}

	/** Everything that can be written now, message by message. */
	public List<byte[]> messages() {
		List<byte[]> messages = Wire.drain(this.session.output());
		assertThat(this.session.hasOutput()).isFalse();
		return messages;
	}

	public byte[] output() {
		ByteArrayOutputStream joined = new ByteArrayOutputStream();
		messages().forEach(joined::writeBytes);
		return joined.toByteArray();
	}

	public String outputHex() {
		return Vectors.hex(output());
	}

	@Override
	public void close() {
		this.session.close("test over");
		assertThat(this.session.isClosed()).isTrue();
		assertThat(this.session.streams().size()).isZero();
		assertThat(this.session.openCalls()).isZero();
		assertThat(this.session.waitingCalls()).isZero();
		this.listener.requests.forEach(this.session::release);
		assertThat(this.session.callsInFlight()).isZero();
		assertThat(this.session.output().pendingBytes()).isZero();
		Wire.assertNothingInUse(this.allocator);
	}

}
