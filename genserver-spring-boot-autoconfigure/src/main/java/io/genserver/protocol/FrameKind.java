package io.genserver.protocol;

/**
 * The last byte of a frame header: what the frame is to its stream.
 */
public final class FrameKind {

	/** First frame of a stream; carries the RPC header. */
	public static final int OPEN = 0;

	/** More bytes of a stream. */
	public static final int DATA = 1;

	/** Last frame of a stream. Sent empty; a payload is accepted and delivered. */
	public static final int END = 2;

	/** Ends a stream at once, and with it the call it belongs to. */
	public static final int CANCEL = 3;

	/** Known to muxio, which reads it as data: skipped when received, never sent. */
	public static final int PONG = 4;

	/** Known to muxio, which reads it as data: skipped when received, never sent. */
	public static final int PING = 5;

	private FrameKind() {
	}

}
