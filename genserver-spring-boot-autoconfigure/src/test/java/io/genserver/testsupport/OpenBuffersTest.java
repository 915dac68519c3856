package io.genserver.testsupport;

import java.util.HashSet;
import java.util.Set;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class OpenBuffersTest {

	static ByteBufAllocator[] allocators() {
		return new ByteBufAllocator[] { ByteBufAllocator.DEFAULT, PooledByteBufAllocator.DEFAULT,
				UnpooledByteBufAllocator.DEFAULT };
	}

	@ParameterizedTest
	@MethodSource("allocators")
	void aBufferIsOpenUntilItsLastReferenceIsReleased(ByteBufAllocator allocator) {
		Set<Object> before = OpenBuffers.now();
		ByteBuf buffer = allocator.directBuffer(16).writeInt(1);
		ByteBuf slice = buffer.retainedSlice(0, 2);
		buffer.release();
		Set<Object> opened = new HashSet<>(OpenBuffers.now());
		opened.removeAll(before);
		assertThat(opened.toString()).contains("OpenBuffersTest.aBufferIsOpen");
		slice.release();
		Set<Object> left = new HashSet<>(OpenBuffers.now());
		left.retainAll(opened);
		assertThat(left.toString()).doesNotContain("OpenBuffersTest.aBufferIsOpen");
	}

}
