package io.genserver.protocol.base;

import java.nio.charset.StandardCharsets;

import io.genserver.protocol.LittleEndian;
import io.genserver.protocol.StatusCode;

/**
 * What a failed response contains: plain UTF-8 text, or the structured form of muxio's
 * own servers, {@code u8 code | length | UTF-8}, whose code is more exact than the status
 * it travels with.
 *
 * @param status the failure, see {@link StatusCode}
 * @param text the error text, possibly empty
 */
public record ErrorPayload(int status, String text) {

	/** Length markers of muxio's serialisation, for lengths that do not fit in a byte. */
	private static final int LONG_LENGTH = 0xff;

	private static final int U32_FOLLOWS = 0x02;

	private static final int U16_FOLLOWS = 0x04;

	private static final int U8_FOLLOWS = 0x06;

	/**
	 * Reads the payload of a failed response. Never fails: what is not the structured
	 * form is text, with replacement characters for what is not UTF-8.
	 * @param status the response's status
	 * @param payload the response's payload
	 * @return status and text
	 */
	public static ErrorPayload decode(int status, byte[] payload) {
		if (payload.length >= 2 && payload[0] >= 0 && payload[0] <= 2) {
			int start = textStart(payload);
			if (start > 0) {
				return new ErrorPayload(statusOf(payload[0]), text(payload, start));
			}
		}
		return new ErrorPayload(status, text(payload, 0));
	}

	/** Where the text begins if its length is exactly what is left, else -1. */
	private static int textStart(byte[] payload) {
		int first = payload[1] & 0xff;
		if (first < LONG_LENGTH) {
			return startIfExact(payload, 2, first);
		}
		if (payload.length < 3) {
			return -1;
		}
		return switch (payload[2]) {
			case U8_FOLLOWS -> (payload.length > 3) ? startIfExact(payload, 4, payload[3] & 0xff) : -1;
			case U16_FOLLOWS ->
				(payload.length > 4) ? startIfExact(payload, 5, LittleEndian.getUnsignedShort(payload, 3)) : -1;
			case U32_FOLLOWS -> (payload.length > 6)
					? startIfExact(payload, 7, Integer.toUnsignedLong(LittleEndian.getInt(payload, 3))) : -1;
			default -> -1;
		};
	}

	private static int startIfExact(byte[] payload, int start, long length) {
		return (payload.length - start == length) ? start : -1;
	}

	private static int statusOf(byte code) {
		return switch (code) {
			case 0 -> StatusCode.FAIL;
			case 1 -> StatusCode.SYSTEM;
			default -> StatusCode.METHOD_NOT_FOUND;
		};
	}

	private static String text(byte[] payload, int start) {
		return new String(payload, start, payload.length - start, StandardCharsets.UTF_8);
	}

}
