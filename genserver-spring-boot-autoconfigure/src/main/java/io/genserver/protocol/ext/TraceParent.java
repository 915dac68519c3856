package io.genserver.protocol.ext;

import java.util.HexFormat;

/**
 * The W3C trace parent, as text elsewhere and as 26 bytes here: version, trace, span,
 * flags.
 */
final class TraceParent {

	static final int BYTES = 26;

	private static final int[] FIELDS = { 1, 16, 8, 1 };

	private TraceParent() {
	}

	static byte[] encode(String text) {
		String[] parts = text.split("-", -1);
		byte[] bytes = new byte[BYTES];
		int offset = 0;
		boolean fits = parts.length == FIELDS.length;
		for (int i = 0; fits && i < FIELDS.length; i++) {
			fits = parts[i].length() == 2 * FIELDS[i] && parts[i].chars().allMatch(HexFormat::isHexDigit);
			if (fits) {
				System.arraycopy(HexFormat.of().parseHex(parts[i]), 0, bytes, offset, FIELDS[i]);
				offset += FIELDS[i];
			}
		}
		if (!fits) {
			throw new IllegalArgumentException("Trace parent must look like 00-TRACE-SPAN-01, not " + text);
		}
		return bytes;
	}

	static String decode(byte[] bytes, int offset) {
		StringBuilder text = new StringBuilder();
		int start = offset;
		for (int length : FIELDS) {
			if (start > offset) {
				text.append('-');
			}
			text.append(HexFormat.of().formatHex(bytes, start, start + length));
			start += length;
		}
		return text.toString();
	}

}
