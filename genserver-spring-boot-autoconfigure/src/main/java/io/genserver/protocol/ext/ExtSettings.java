package io.genserver.protocol.ext;

import io.genserver.protocol.LittleEndian;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.time.Durations;
import io.netty.buffer.ByteBuf;

/**
 * What a side accepts, as it announces in its first frame.
 *
 * @param maxFrame longest frame payload
 * @param maxMessage longest item
 * @param maxStreams streams the other side may have open at once
 * @param streamWindow bytes on the way on one stream
 * @param connectionWindow bytes on the way on all streams
 * @param maxMetadata longest metadata
 * @param keepAliveMillis silence after which it asks
 * @param keepAliveTimeoutMillis how long it waits for the answer
 */
public record ExtSettings(int maxFrame, int maxMessage, int maxStreams, int streamWindow, int connectionWindow,
		int maxMetadata, int keepAliveMillis, int keepAliveTimeoutMillis) {

	/** What holds for a peer until its settings arrive, and which they may only raise. */
	public static final ExtSettings ASSUMED = new ExtSettings(65536, 4 * 1024 * 1024, 16, 65536, 65536, 8192, 25_000,
			10_000);

	private static final int ENTRY_BYTES = 5;

	static ExtSettings of(ProtocolLimits limits, ExtLimits ext, ExtSettings assumed) {
		requireAtLeast("streamWindowBytes", ext.streamWindowBytes(), assumed.streamWindow);
		requireAtLeast("connectionWindowBytes", ext.connectionWindowBytes(), assumed.connectionWindow);
		return new ExtSettings(assumed.maxFrame, limits.itemBytes(),
				Math.max(limits.callsInFlight(), assumed.maxStreams), ext.streamWindowBytes(),
				ext.connectionWindowBytes(), ext.metadataBytes(),
				(int) Math.min(Durations.millis(ext.keepAlive()), Integer.MAX_VALUE),
				(int) Math.min(Durations.millis(ext.keepAliveTimeout()), Integer.MAX_VALUE));
	}

	byte[] encode() {
		int[] values = { this.maxFrame, this.maxMessage, this.maxStreams, this.streamWindow, this.connectionWindow,
				this.maxMetadata, this.keepAliveMillis, this.keepAliveTimeoutMillis };
		byte[] payload = new byte[ENTRY_BYTES * values.length];
		for (int i = 0; i < values.length; i++) {
			payload[ENTRY_BYTES * i] = (byte) (i + 1);
			LittleEndian.setInt(payload, ENTRY_BYTES * i + 1, values[i]);
		}
		return payload;
	}

	/** Reads what a peer accepts; settings it does not name stay as assumed. */
	static ExtSettings decode(ByteBuf payload, int length, ExtSettings assumed) {
		if (length % ENTRY_BYTES != 0) {
			throw ExtViolation.protocol("SETTINGS of " + length + " bytes");
		}
		int[] values = { assumed.maxFrame, assumed.maxMessage, assumed.maxStreams, assumed.streamWindow,
				assumed.connectionWindow, assumed.maxMetadata, assumed.keepAliveMillis,
				assumed.keepAliveTimeoutMillis };
		for (int entry = 0; entry < length / ENTRY_BYTES; entry++) {
			int id = payload.readUnsignedByte();
			long value = payload.readUnsignedIntLE();
			if (id >= 1 && id <= values.length) {
				values[id - 1] = (int) Math.min(value, Integer.MAX_VALUE);
			}
		}
		ExtSettings read = new ExtSettings(values[0], values[1], values[2], values[3], values[4], values[5], values[6],
				values[7]);
		raises("MAX_FRAME", read.maxFrame, assumed.maxFrame);
		raises("MAX_STREAMS", read.maxStreams, assumed.maxStreams);
		raises("STREAM_WINDOW", read.streamWindow, assumed.streamWindow);
		raises("CONNECTION_WINDOW", read.connectionWindow, assumed.connectionWindow);
		return read;
	}

	private static void raises(String name, int value, int assumed) {
		if (value < assumed) {
			throw ExtViolation.protocol("SETTINGS lower " + name + " to " + value);
		}
	}

	private static void requireAtLeast(String name, int value, int least) {
		if (value < least) {
			throw new IllegalArgumentException("Limit " + name + " must be at least " + least + ", not " + value);
		}
	}

}
