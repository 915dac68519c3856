package io.genserver.protocol;

import java.util.stream.IntStream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class ByteAssemblerTest {

	static IntStream lengths() {
		return IntStream.concat(IntStream.rangeClosed(0, 140), IntStream.of(1000));
	}

	@ParameterizedTest
	@MethodSource("lengths")
	void bytesOfAnyLengthAreCopiedOutOfBothKindsOfBuffers(int length) {
		byte[] bytes = new byte[length];
		for (int i = 0; i < length; i++) {
			bytes[i] = (byte) (i * 7 + 1);
		}
		for (ByteBuf buffer : new ByteBuf[] { Unpooled.buffer(), Unpooled.directBuffer() }) {
			buffer.writeByte(-1).writeBytes(bytes).writeBytes(bytes).writeByte(-1).skipBytes(1);

			assertThat(ByteAssembler.copy(buffer, length)).isEqualTo(bytes);
			ByteAssembler assembler = new ByteAssembler(length + 3);
			assembler.append(Unpooled.wrappedBuffer(new byte[3]), 3);
			assembler.append(buffer, length);

			assertThat(assembler.toArray()).startsWith(0, 0, 0).endsWith(bytes).hasSize(length + 3);
			assertThat(buffer.readableBytes()).isEqualTo(1);
			buffer.release();
		}
	}

}
