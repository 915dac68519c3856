package io.genserver.protocol;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Why a call has no result, as ext mode reports it.
 *
 * @param status the failure, see {@link ExtStatus}
 * @param retryable whether the same call may work later
 * @param notExecuted whether the operation certainly was not begun
 * @param reason a word for programs, cut off after 255 bytes
 * @param message text for people, cut off after 8192 bytes
 * @param retryAfterMillis when to try again, in milliseconds, or {@value #NOT_TOLD}
 * @param detailsType the number of the content type of the details
 * @param details further data; left out if it exceeds 32 KiB
 */
public record ExtError(int status, boolean retryable, boolean notExecuted, String reason, String message,
		long retryAfterMillis, int detailsType, byte[] details) {

	/** No time to try again was given. */
	public static final long NOT_TOLD = -1;

	private static final int VERSION = 1;

	private static final int RETRYABLE = 1;

	private static final int NOT_EXECUTED = 2;

	private static final int RETRY_AFTER = 4;

	private static final int MAX_REASON = 255;

	private static final int MAX_MESSAGE = 8192;

	private static final int MAX_DETAILS = 32 * 1024;

	/**
	 * Creates an error that says no more than what went wrong.
	 * @param status see {@link ExtStatus}
	 * @param message text for people
	 * @return the error
	 */
	public static ExtError of(int status, String message) {
		return new ExtError(status, false, false, "", message, NOT_TOLD, 0, ByteAssembler.EMPTY);
	}

	/**
	 * Returns this error for a call that was not begun.
	 * @return an error that says so
	 */
	public ExtError withNotExecuted() {
		return new ExtError(this.status, this.retryable, true, this.reason, this.message, this.retryAfterMillis,
				this.detailsType, this.details);
	}

	/**
	 * Returns the status that a peer in base mode is sent. That there is no such method
	 * is certain only of a call that was not begun; a handler that says so itself has
	 * begun.
	 * @return one of {@link StatusCode}
	 */
	public int baseStatus() {
		int known = ExtStatus.toBase(this.status);
		return (known == StatusCode.METHOD_NOT_FOUND && !this.notExecuted) ? StatusCode.FAIL : known;
	}

	/**
	 * Writes the error payload, without the status that goes before it.
	 * @return the payload
	 */
	public byte[] encode() {
		byte[] shortReason = Utf8.cut(this.reason, MAX_REASON);
		byte[] shortMessage = Utf8.cut(this.message, MAX_MESSAGE);
		boolean withDetails = this.details.length <= MAX_DETAILS;
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		out.write(VERSION);
		out.write((this.retryable ? RETRYABLE : 0) | (this.notExecuted ? NOT_EXECUTED : 0)
				| ((this.retryAfterMillis >= 0) ? RETRY_AFTER : 0));
		text(out, shortReason);
		text(out, shortMessage);
		if (this.retryAfterMillis >= 0) {
			byte[] millis = new byte[4];
			LittleEndian.setInt(millis, 0, (int) Math.min(this.retryAfterMillis, 0xffff_ffffL));
			out.writeBytes(millis);
		}
		out.write(withDetails ? this.detailsType : 0);
		if (withDetails) {
			out.writeBytes(this.details);
		}
		return out.toByteArray();
	}

	/**
	 * Reads an error payload. Never fails: what is not of version 1, or broken, counts as
	 * an error about which nothing but its status is known.
	 * @param status the status that came with it
	 * @param payload the payload
	 * @return the error
	 */
	public static ExtError decode(int status, byte[] payload) {
		int reasonAt = 2;
		if (payload.length < reasonAt || payload[0] != VERSION) {
			return of(status, "");
		}
		int flags = payload[1];
		int messageAt = textEnd(payload, reasonAt);
		int next = textEnd(payload, messageAt);
		int typeAt = (next >= 0 && (flags & RETRY_AFTER) != 0) ? next + 4 : next;
		if (next < 0 || typeAt >= payload.length) {
			return of(status, "");
		}
		long retryAfter = (typeAt > next) ? Integer.toUnsignedLong(LittleEndian.getInt(payload, next)) : NOT_TOLD;
		return new ExtError(status, (flags & RETRYABLE) != 0, (flags & NOT_EXECUTED) != 0,
				Utf8.lenient(payload, reasonAt + 2, messageAt - reasonAt - 2),
				Utf8.lenient(payload, messageAt + 2, next - messageAt - 2), retryAfter, payload[typeAt] & 0xff,
				Arrays.copyOfRange(payload, typeAt + 1, payload.length));
	}

	private static void text(ByteArrayOutputStream out, byte[] text) {
		out.write(text.length);
		out.write(text.length >> 8);
		out.writeBytes(text);
	}

	/** Where a text with its length before it ends, or -1 if it does not end in time. */
	private static int textEnd(byte[] payload, int start) {
		if (start < 0 || payload.length - start < 2) {
			return -1;
		}
		int end = start + 2 + LittleEndian.getUnsignedShort(payload, start);
		return (end <= payload.length) ? end : -1;
	}

}
