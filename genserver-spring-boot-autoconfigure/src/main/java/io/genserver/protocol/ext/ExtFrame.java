package io.genserver.protocol.ext;

import io.genserver.protocol.FrameKind;

/**
 * The last byte of a frame header in ext mode: a kind in the low half, flags in the high
 * one. Kinds 0 to 5 are those of {@link FrameKind}.
 */
public final class ExtFrame {

	/** The sender is done with the stream in its direction. */
	static final int FIN = 0x80;

	/** The item goes on in the stream's next frame. */
	static final int MORE = 0x40;

	/** Reserved, refused. */
	static final int COMPRESSED = 0x20;

	/** Who does not know the kind may skip the frame. */
	static final int IGNORABLE = 0x10;

	static final int KIND = 0x0f;

	/** Credit: bytes and items. */
	public static final int WINDOW = 6;

	/** No streams are accepted above the one named. */
	public static final int GOAWAY = 7;

	/** What a side accepts; its first frame. */
	static final int SETTINGS = 8;

	/** Ends a call with a status. */
	public static final int ERROR = 9;

	private ExtFrame() {
	}

	/** Whether frames of this kind are numbered and use up credit. */
	static boolean isMessage(int kind) {
		return kind <= FrameKind.END;
	}

	/** Whether frames of this kind belong to the connection and to no stream. */
	static boolean isConnection(int kind) {
		return kind == FrameKind.PING || kind == FrameKind.PONG || kind == GOAWAY || kind == SETTINGS;
	}

}
