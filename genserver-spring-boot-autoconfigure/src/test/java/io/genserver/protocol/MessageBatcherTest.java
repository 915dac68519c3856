package io.genserver.protocol;

import java.util.List;

import io.genserver.protocol.base.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Frames travel together as far as a muxio peer lets them. */
class MessageBatcherTest {

	private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);

	private final MessageBatcher batcher = new MessageBatcher(this.allocator);

	@AfterEach
	void nothingIsInUse() {
		this.batcher.release();
		assertThat(this.batcher.pendingBytes()).isZero();
		Wire.assertNothingInUse(this.allocator);
	}

	private void write(int kind, int length) {
		this.batcher.frame(1, 0, kind, length).writeZero(length);
		this.batcher.endFrame(kind);
	}

	private List<Integer> lengths() {
		return Wire.drain(this.batcher).stream().map((message) -> message.length).toList();
	}

	@Test
	void framesShareAMessageUntilItIsTaken() {
		write(FrameKind.OPEN, 10);
		write(FrameKind.END, 0);
		assertThat(this.batcher.poll()).isNull();
		assertThat(this.batcher.pendingBytes()).isEqualTo(36);
		ByteBuf message = this.batcher.flush();
		assertThat(message).isNotNull();
		assertThat(message.readableBytes()).isEqualTo(36);
		assertThat(message.refCnt()).isEqualTo(1);
		message.release();
		assertThat(this.batcher.flush()).isNull();
		write(FrameKind.END, 0);
		assertThat(lengths()).containsExactly(13);
	}

	@Test
	void aMessageHoldsAtMost16KiB() {
		write(FrameKind.DATA, 16384 - 13 - 13);
		write(FrameKind.END, 0);
		write(FrameKind.END, 0);
		assertThat(lengths()).containsExactly(16384, 13);
		write(FrameKind.DATA, 16384 - 13 - 12);
		write(FrameKind.END, 0);
		assertThat(lengths()).containsExactly(16372, 13);
	}

	@Test
	void aMessageHoldsAtMost256Frames() {
		for (int i = 0; i < 600; i++) {
			write(FrameKind.END, 0);
		}
		assertThat(this.batcher.poll()).satisfies((message) -> {
			assertThat(message.readableBytes()).isEqualTo(256 * 13);
			message.release();
		});
		assertThat(lengths()).containsExactly(256 * 13, 88 * 13);
	}

	@Test
	void aFrameOver16KiBTravelsAlone() {
		write(FrameKind.END, 0);
		write(FrameKind.DATA, 16384 - 12);
		write(FrameKind.END, 0);
		write(FrameKind.DATA, 65536);
		write(FrameKind.DATA, 65536);
		write(FrameKind.END, 0);
		assertThat(lengths()).containsExactly(13, 16385, 13, 65549, 65549, 13);
	}

	@Test
	void aCancelIsLastInItsMessage() {
		write(FrameKind.OPEN, 10);
		write(FrameKind.CANCEL, 0);
		write(FrameKind.CANCEL, 0);
		write(FrameKind.OPEN, 10);
		assertThat(lengths()).containsExactly(36, 13, 23);
	}

	@Test
	void orderIsKept() {
		write(FrameKind.OPEN, 1);
		write(FrameKind.DATA, 20000);
		ByteBuf first = this.batcher.flush();
		assertThat(first).isNotNull();
		assertThat(first.readableBytes()).isEqualTo(14);
		first.release();
		write(FrameKind.END, 0);
		assertThat(lengths()).containsExactly(20013, 13);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 100, 1000, 16371 })
	void aLoneMessageTakesNoMoreThanItNeedsInTheLongRun(int length) {
		for (int i = 0; i < 20; i++) {
			write(FrameKind.DATA, length);
			ByteBuf message = this.batcher.flush();
			assertThat(message).isNotNull();
			if (i > 10) {
				assertThat(message.capacity()).isLessThanOrEqualTo(Math.max(512, 4 * (length + 13)));
			}
			message.release();
		}
	}

	@Test
	void whatWasNotTakenIsReleasedAndNothingIsTakenAnyMore() {
		write(FrameKind.DATA, 20000);
		write(FrameKind.OPEN, 10);
		this.batcher.release();
		this.batcher.release();
		assertThat(this.batcher.flush()).isNull();
		assertThatIllegalStateException().isThrownBy(() -> write(FrameKind.OPEN, 10));
	}

}
