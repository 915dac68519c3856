package io.genserver.protocol;

import java.nio.charset.StandardCharsets;

import io.netty.buffer.ByteBuf;

/**
 * What a peer says before it leaves: which of our streams it still serves, and why it
 * goes.
 *
 * @param lastStream the last stream it accepted, 0 for none; those above were not
 * executed
 * @param code one of the codes here, or one of a newer peer
 * @param drainMillis how long accepted streams may still take
 * @param reason text for logs
 * @since 0.1.0
 */
public record GoAway(int lastStream, int code, long drainMillis, String reason) {

	/** The peer shuts down, or has no ids left. */
	public static final int SHUTDOWN = 0;

	/** We broke the protocol. */
	public static final int PROTOCOL = 1;

	/** The peer failed. */
	public static final int INTERNAL = 2;

	/** We sent more than we had credit for. */
	public static final int FLOW_CONTROL = 3;

	/** We do something too often. */
	public static final int CALM_DOWN = 4;

	/** Our credentials expired. */
	public static final int AUTH_EXPIRED = 5;

	/** The connection reached its greatest age. */
	public static final int MAX_AGE = 6;

	/** Nothing was heard from us. */
	public static final int IDLE = 7;

	/** The peer has too much to do. */
	public static final int OVERLOAD = 8;

	private static final int FIXED_BYTES = 10;

	byte[] encode() {
		byte[] text = Utf8.cut(this.reason, 1024);
		byte[] payload = new byte[FIXED_BYTES + text.length];
		LittleEndian.setInt(payload, 0, this.lastStream);
		LittleEndian.setShort(payload, 4, this.code);
		LittleEndian.setInt(payload, 6, (int) Math.min(this.drainMillis, 0xffff_ffffL));
		System.arraycopy(text, 0, payload, FIXED_BYTES, text.length);
		return payload;
	}

	static GoAway decode(ByteBuf payload, int length) {
		if (length < FIXED_BYTES) {
			throw ExtViolation.protocol("GOAWAY of " + length + " bytes");
		}
		int last = payload.readIntLE();
		int code = payload.readUnsignedShortLE();
		long drain = payload.readUnsignedIntLE();
		String reason = payload.readCharSequence(length - FIXED_BYTES, StandardCharsets.UTF_8).toString();
		return new GoAway(last, code, drain, reason);
	}

}
