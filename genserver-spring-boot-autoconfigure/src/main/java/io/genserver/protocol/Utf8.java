package io.genserver.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Text on the wire, where lengths count bytes. */
public final class Utf8 {

	private Utf8() {
	}

	public static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Tells whether a text arrives as it is: half a pair of surrogates would arrive as a
	 * question mark.
	 */
	public static boolean canEncode(String text) {
		int i = 0;
		while (i < text.length()) {
			int character = text.codePointAt(i);
			if (Character.getType(character) == Character.SURROGATE) {
				return false;
			}
			i += Character.charCount(character);
		}
		return true;
	}

	/** Encodes the longest beginning of a text that fits, whole characters only. */
	public static byte[] cut(String text, int limit) {
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

	public static String lenient(byte[] bytes, int offset, int length) {
		return new String(bytes, offset, length, StandardCharsets.UTF_8);
	}

}
