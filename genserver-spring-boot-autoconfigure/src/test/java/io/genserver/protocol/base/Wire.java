package io.genserver.protocol.base;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import com.dynatrace.hash4j.hashing.Hashing;
import io.genserver.protocol.MessageBatcher;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.RecordingListener;
import io.genserver.protocol.Side;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A session without a connection, on an allocator of its own; closing it proves that no
 * byte of that allocator is still in use.
 */
public final class Wire implements AutoCloseable {

	public final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);

	public final RecordingListener listener = new RecordingListener();

	public final List<String> events = this.listener.events;

	public final BaseSession session;

	public long now = 1_000_000_000L;

	public Wire(Side side) {
		this(side, ProtocolLimits.defaults(), 1);
	}

	public Wire(Side side, ProtocolLimits limits) {
		this(side, limits, 1);
	}

	public Wire(Side side, ProtocolLimits limits, int firstId) {
		this.session = new BaseSession(side, limits, this.allocator, firstId);
		this.session.listen(this.listener, this.listener, this.listener);
	}

	public static Wire server() {
		return new Wire(Side.ACCEPTING);
	}

	public static Wire client() {
		return new Wire(Side.CONNECTING);
	}

	/** Feeds each array as one chunk. */
	public Wire feed(byte[]... chunks) {
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

	public Wire feedByteByByte(byte[] bytes) {
		for (byte b : bytes) {
			feed(new byte[] { b });
		}
		return this;
	}

	public Wire feedSplit(byte[] bytes, Random random) {
		int offset = 0;
		while (offset < bytes.length) {
			int length = Math.min(bytes.length - offset, 1 + random.nextInt(1 + random.nextInt(bytes.length)));
			byte[] piece = new byte[length];
			System.arraycopy(bytes, offset, piece, 0, length);
			feed(piece);
			offset += length;
		}
		return this;
	}

	public Wire passSeconds(int seconds) {
		this.now += seconds * 1_000_000_000L;
		return this;
	}

	/** Everything written and not yet taken, message by message. */
	public List<byte[]> messages() {
		return drain(this.session.output());
	}

	public byte[] output() {
		ByteArrayOutputStream joined = new ByteArrayOutputStream();
		messages().forEach(joined::writeBytes);
		return joined.toByteArray();
	}

	public static List<byte[]> drain(MessageBatcher batcher) {
		List<byte[]> messages = new ArrayList<>();
		for (ByteBuf message = batcher.flush(); message != null; message = batcher.flush()) {
			messages.add(ByteBufUtil.getBytes(message));
			assertThat(message.release()).isTrue();
		}
		assertThat(batcher.pendingBytes()).isZero();
		return messages;
	}

	public static String hash(byte[] bytes) {
		return MethodId.toHex(Hashing.xxh3_64().hashBytesToLong(bytes));
	}

	@Override
	public void close() {
		this.session.close("test over");
		assertThat(this.session.bufferedBytes()).isZero();
		assertThat(this.session.streams().unplaced()).isZero();
		assertThat(this.session.streams().isIdle()).isTrue();
		assertThat(this.session.streams().openCalls()).isZero();
		assertThat(this.session.openCalls()).isZero();
		this.listener.requests.forEach(this.session::release);
		assertThat(this.session.callsInFlight()).isZero();
		assertThat(this.session.output().pendingBytes()).isZero();
		assertNothingInUse(this.allocator);
	}

	public static void assertNothingInUse(UnpooledByteBufAllocator allocator) {
		assertThat(allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory()).isZero();
	}

}
