package io.genserver.protocol.ext;

import java.nio.charset.StandardCharsets;

import io.genserver.protocol.GoAway;
import io.genserver.protocol.LittleEndian;
import io.genserver.protocol.Utf8;
import io.netty.buffer.ByteBuf;

/** Writes and reads the payload of a GOAWAY frame. */
final class GoAwayCodec {

	private static final int FIXED_BYTES = 10;

	private GoAwayCodec() {
	}

	static byte[] encode(GoAway goAway) {
		byte[] text = Utf8.cut(goAway.reason(), 1024);
		byte[] payload = new byte[FIXED_BYTES + text.length];
		LittleEndian.setInt(payload, 0, goAway.lastStream());
		LittleEndian.setShort(payload, 4, goAway.code());
		LittleEndian.setInt(payload, 6, (int) Math.min(goAway.drainMillis(), 0xffff_ffffL));
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
