package io.genserver.demo.board;

import java.io.ByteArrayOutputStream;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;

/**
 * A request's body in the making. One that is too large is read on without being kept:
 * most clients look at the answer only once they have sent everything. One that never
 * ends is cut off.
 */
final class Upload {

	/** No picture that fits the board needs more, whatever its colour type. */
	static final int MAX_BYTES = 12 * 1024 * 1024;

	private static final int CUT_OFF_BYTES = 8 * MAX_BYTES;

	private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

	private long received;

	private Upload() {
	}

	/**
	 * Collect a body.
	 * @param body the body
	 * @return the bytes, none if it is empty; fails with a
	 * {@link DataBufferLimitException} if there are too many
	 */
	static Mono<byte[]> of(Flux<DataBuffer> body) {
		return body.collect(Upload::new, Upload::add).map(Upload::bytes);
	}

	private void add(DataBuffer buffer) {
		try {
			this.received += buffer.readableByteCount();
			if (this.received <= MAX_BYTES) {
				byte[] bytes = new byte[buffer.readableByteCount()];
				buffer.read(bytes);
				this.kept.writeBytes(bytes);
			}
			else if (this.received > CUT_OFF_BYTES) {
				throw tooLarge();
			}
		}
		finally {
			DataBufferUtils.release(buffer);
		}
	}

	private byte[] bytes() {
		if (this.received > MAX_BYTES) {
			throw tooLarge();
		}
		return this.kept.toByteArray();
	}

	private static DataBufferLimitException tooLarge() {
		return new DataBufferLimitException("The file is larger than " + MAX_BYTES / 1024 / 1024
				+ " MiB, more than any picture that fits the board needs");
	}

}
