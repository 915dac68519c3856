package io.genserver.protocol;

import java.nio.charset.StandardCharsets;

/**
 * Why a connection is to be closed.
 *
 * @param code the WebSocket close code, see {@link CloseCode}
 * @param text the reason; at most {@value #MAX_TEXT_BYTES} bytes of UTF-8, the most a
 * close frame holds
 */
public record CloseReason(int code, String text) {

	/** What RFC 6455 leaves for the reason in a close frame. */
	public static final int MAX_TEXT_BYTES = 123;

	/**
	 * Checks the length of the text.
	 * @throws IllegalArgumentException if the text does not fit in a close frame
	 */
	public CloseReason {
		int length = text.getBytes(StandardCharsets.UTF_8).length;
		if (length > MAX_TEXT_BYTES) {
			throw new IllegalArgumentException(
					"Close reason of " + length + " bytes exceeds " + MAX_TEXT_BYTES + ": " + text);
		}
	}

}
