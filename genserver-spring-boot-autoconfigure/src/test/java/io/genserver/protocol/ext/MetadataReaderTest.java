package io.genserver.protocol.ext;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.ContentType;
import io.genserver.protocol.ext.MetadataCodec.Decoded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class MetadataReaderTest {

	private final Random random = new Random(7);

	@ParameterizedTest
	@ValueSource(ints = { 0, 1 })
	void whateverCameBeforeMetadataIsDecodedToWhatItsOwnBytesSay(int start) {
		MetadataReader reader = new MetadataReader(start);
		byte[] before = new byte[start];
		for (int i = 0; i < 20_000; i++) {
			byte[] bytes = next(before, start);
			ByteBuf payload = Unpooled.buffer().writeByte(9).writeBytes(bytes).writeByte(9).skipBytes(1);

			Object read = outcome(() -> reader.read(payload, bytes.length));

			assertThat(read).isEqualTo(outcome(() -> MetadataCodec.decode(bytes, start)));
			if (read instanceof Decoded) {
				assertThat(payload.readableBytes()).isEqualTo(1);
			}
			before = bytes;
		}
	}

	@Test
	void theSameBytesAreDecodedOnce() {
		MetadataReader reader = new MetadataReader(0);
		byte[] bytes = MetadataCodec.encode(CallMetadata.NONE.toBuilder().deadlineMillis(5000).key("a").build(),
				new Tlv.Writer());

		Decoded first = reader.read(Unpooled.wrappedBuffer(bytes), bytes.length);
		Decoded second = reader.read(Unpooled.wrappedBuffer(bytes), bytes.length);

		assertThat(second).isSameAs(first);
	}

	private byte[] next(byte[] before, int start) {
		byte[] bytes = before.clone();
		switch (this.random.nextInt(4)) {
			case 0 -> {
			}
			case 1 -> {
				if (bytes.length > 0) {
					bytes[this.random.nextInt(bytes.length)] ^= (byte) (1 << this.random.nextInt(8));
				}
			}
			default -> {
				byte[] entries = MetadataCodec.encode(metadata(), new Tlv.Writer());
				bytes = new byte[start + entries.length];
				System.arraycopy(entries, 0, bytes, start, entries.length);
			}
		}
		return bytes;
	}

	private CallMetadata metadata() {
		CallMetadata.Builder metadata = CallMetadata.NONE.toBuilder();
		if (this.random.nextBoolean()) {
			metadata.deadlineMillis(4999 + this.random.nextInt(2));
		}
		if (this.random.nextBoolean()) {
			metadata.contentType(ContentType.JSON);
		}
		if (this.random.nextBoolean()) {
			metadata.key("k" + this.random.nextInt(2));
		}
		List<ContentType> accept = new ArrayList<>();
		for (int left = this.random.nextInt(3); left > 0; left--) {
			accept.add(ContentType.JSON);
		}
		metadata.accept(accept);
		int headers = switch (this.random.nextInt(8)) {
			case 0 -> 70;
			case 1 -> 20;
			default -> 0;
		};
		for (int i = 0; i < headers; i++) {
			metadata.header("name" + i, "value");
		}
		return metadata.build();
	}

	private static @Nullable Object outcome(Read read) {
		try {
			return read.read();
		}
		catch (ExtViolation violation) {
			return violation.reason();
		}
	}

	private interface Read {

		Decoded read();

	}

}
