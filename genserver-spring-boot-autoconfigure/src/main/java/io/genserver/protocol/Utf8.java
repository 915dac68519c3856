package io.genserver.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Text on the wire, where lengths count bytes. */
final class Utf8 {

	private Utf8() {
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/** Encodes the longest beginning of a text that fits, whole characters only. */
	static byte[] cut(String text, int limit) {
		byte[] bytes = bytes(text);
		if (bytes.length <= limit) {
			return bytes;
		}
		int end = limit;
		while (end > 0 && (bytes[end] & 0xc0) == 0x80) {
			end--;
		}
		return Arrays.copyOf(bytes, end);
	}

	/** Decodes text that must not change on its way, such as a key. */
	static String strict(byte[] bytes, int offset, int length) {
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length)).toString();
		}
		catch (CharacterCodingException ex) {
			throw ExtViolation.protocol("metadata holds text that is not UTF-8");
		}
	}

	static String lenient(byte[] bytes, int offset, int length) {
		return new String(bytes, offset, length, StandardCharsets.UTF_8);
	}

}
