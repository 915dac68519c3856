package io.genserver.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.genserver.protocol.base.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Bytes in any pieces become frames, and nothing stays behind. */
class FrameDecoderTest {

	private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);

	private final List<String> frames = new ArrayList<>();

	private boolean proceed = true;

	private int readBytes = Integer.MAX_VALUE;

	private final FrameDecoder decoder = new FrameDecoder(this.allocator, new FrameHandler() {

		@Override
		public boolean frameHeader(int streamId, int seq, int kind, int length) {
			return length != 0xbad;
		}

		@Override
		public boolean frame(int streamId, int seq, int kind, ByteBuf payload, int length) {
			if (kind == 9) {
				throw new IllegalStateException("boom");
			}
			byte[] bytes = new byte[Math.min(length, FrameDecoderTest.this.readBytes)];
			payload.readBytes(bytes);
			FrameDecoderTest.this.frames
				.add(Integer.toUnsignedString(streamId) + " " + seq + " " + kind + " " + new String(bytes));
			return FrameDecoderTest.this.proceed;
		}

	});

	@AfterEach
	void nothingIsInUse() {
		this.decoder.release();
		this.decoder.release();
		assertThat(this.decoder.bufferedBytes()).isZero();
		Wire.assertNothingInUse(this.allocator);
	}

	private void decode(byte[]... chunks) {
		for (byte[] chunk : chunks) {
			ByteBuf buffer = Unpooled.wrappedBuffer(chunk);
			this.decoder.decode(buffer);
			assertThat(buffer.refCnt()).isEqualTo(1);
		}
	}

	@Test
	void framesMayShareAChunk() {
		decode(Frames.join(Frames.frame(0, 1, 0, Frames.utf8("ab")), Frames.frame(2, 1, 1),
				Frames.frame(1, -1, 7, Frames.utf8("c"))));
		assertThat(this.frames).containsExactly("1 0 0 ab", "1 1 2 ", "4294967295 7 1 c");
		assertThat(this.decoder.isMidFrame()).isFalse();
	}

	@Test
	void aFrameMayComeByteByByte() {
		byte[] bytes = Frames.join(Frames.frame(0, 1, 0, Frames.utf8("ab")), Frames.frame(2, 1, 1));
		for (int i = 0; i < bytes.length; i++) {
			assertThat(this.decoder.isMidFrame()).isEqualTo(i != 0 && i != 15);
			decode(new byte[] { bytes[i] });
		}
		assertThat(this.frames).containsExactly("1 0 0 ab", "1 1 2 ");
		assertThat(this.decoder.bufferedBytes()).isZero();
	}

	@Test
	void anEmptyChunkIsNothing() {
		decode(new byte[0], Frames.frame(0, 1, 0), new byte[0]);
		assertThat(this.frames).containsExactly("1 0 0 ");
	}

	@Test
	void theStoreGrowsWithWhatHasArrivedNotWithWhatWasAnnounced() {
		byte[] frame = Frames.frame(0, 1, 0, new byte[65536]);
		decode(Arrays.copyOf(frame, 14));
		assertThat(this.decoder.bufferedBytes()).isLessThanOrEqualTo(512);
		decode(Arrays.copyOfRange(frame, 14, 5000));
		assertThat(this.decoder.bufferedBytes()).isLessThan(10_000);
		decode(Arrays.copyOfRange(frame, 5000, frame.length));
		assertThat(this.frames).hasSize(1);
		assertThat(this.decoder.bufferedBytes()).isZero();
	}

	@Test
	void anUnfinishedFrameIsReleased() {
		decode(Arrays.copyOf(Frames.frame(0, 1, 0, new byte[1000]), 500));
		assertThat(this.decoder.bufferedBytes()).isPositive();
		assertThat(this.decoder.isReceiving(1)).isTrue();
		assertThat(this.decoder.isReceiving(2)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void nothingIsReadOnceTheHandlerHasEnough(boolean split) {
		this.proceed = false;
		byte[] bytes = Frames.join(Frames.frame(0, 1, 0, Frames.utf8("ab")), Frames.frame(2, 1, 1));
		if (split) {
			decode(Arrays.copyOf(bytes, 14), Arrays.copyOfRange(bytes, 14, bytes.length));
		}
		else {
			decode(bytes);
		}
		decode(bytes);
		assertThat(this.frames).containsExactly("1 0 0 ab");
	}

	@Test
	void aFrameCanBeRefusedByItsHeader() {
		decode(Frames.frame(0, 1, 0, new byte[0xbad]), Frames.frame(0, 1, 0));
		assertThat(this.frames).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1 })
	void aHandlerMayReadLessThanAllAndLosesNothing(int read) {
		this.readBytes = read;
		byte[] bytes = Frames.join(Frames.frame(0, 1, 0, Frames.utf8("ab")), Frames.frame(0, 2, 0, Frames.utf8("cd")));
		decode(bytes);
		for (byte b : bytes) {
			decode(new byte[] { b });
		}
		assertThat(this.frames).containsExactly("1 0 0 " + "ab".substring(0, read), "2 0 0 " + "cd".substring(0, read),
				"1 0 0 " + "ab".substring(0, read), "2 0 0 " + "cd".substring(0, read));
	}

	@Test
	void aHandlerThatThrowsSpoilsNoFurtherFrame() {
		ByteBuf chunk = Unpooled
			.wrappedBuffer(Frames.join(Frames.frame(9, 1, 0, Frames.utf8("ab")), Frames.frame(0, 2, 0)));
		assertThatIllegalStateException().isThrownBy(() -> this.decoder.decode(chunk));
		this.decoder.decode(chunk);
		byte[] bytes = Frames.frame(9, 1, 0, Frames.utf8("ab"));
		decode(Arrays.copyOf(bytes, 14));
		assertThatIllegalStateException().isThrownBy(() -> decode(Arrays.copyOfRange(bytes, 14, 15)));
		decode(Frames.frame(0, 3, 0));
		assertThat(this.frames).containsExactly("2 0 0 ", "3 0 0 ");
	}

	@Test
	void pooledDirectBuffersAreGivenBack() {
		ByteBufAllocator pooled = PooledByteBufAllocator.DEFAULT;
		List<ByteBuf> payloads = new ArrayList<>();
		List<String> contents = new ArrayList<>();
		FrameDecoder direct = new FrameDecoder(pooled, new FrameHandler() {

			@Override
			public boolean frameHeader(int streamId, int seq, int kind, int length) {
				return true;
			}

			@Override
			public boolean frame(int streamId, int seq, int kind, ByteBuf payload, int length) {
				payloads.add(payload);
				contents.add(ByteBufUtil.hexDump(payload, payload.readerIndex(), length));
				return true;
			}

		});
		byte[] frame = Frames.frame(0, 1, 0, Frames.utf8("ab"));
		for (int at = 0; at <= frame.length; at++) {
			ByteBuf head = pooled.directBuffer().writeBytes(frame, 0, at);
			ByteBuf tail = pooled.directBuffer().writeBytes(frame, at, frame.length - at);
			direct.decode(head);
			direct.decode(tail);
			assertThat(head.release()).isTrue();
			assertThat(tail.release()).isTrue();
		}
		direct.release();
		assertThat(contents).hasSize(frame.length + 1).containsOnly("6162");
		assertThat(payloads).allSatisfy((payload) -> assertThat(payload.refCnt()).isZero());
	}

}
