package io.genserver.protocol;

/**
 * WebSocket close codes both ends use.
 */
public final class CloseCode {

	/** Done. */
	public static final int NORMAL = 1000;

	/** This end shuts down. */
	public static final int GOING_AWAY = 1001;

	/** Bytes that cannot be the protocol. */
	public static final int MALFORMED = 1002;

	/** A text message; only binary ones carry frames. */
	public static final int TEXT = 1003;

	/** No code was given; never sent. */
	public static final int NO_STATUS = 1005;

	/** The connection was lost; never sent. */
	public static final int ABNORMAL = 1006;

	/** A rule of this endpoint was broken. */
	public static final int POLICY = 1008;

	/** A frame or message over its limit. */
	public static final int TOO_BIG = 1009;

	/** An unexpected failure on this end. */
	public static final int INTERNAL = 1011;

	/** This end is restarting. */
	public static final int RESTARTING = 1012;

	/** Reading had to pause for too long. */
	public static final int OVERLOADED = 1013;

	/** A gateway on the way got no good answer from what is behind it. */
	public static final int BAD_GATEWAY = 1014;

	/** A rule of ext mode was broken. */
	public static final int EXT_VIOLATION = 4002;

	/** The credentials are missing, wrong or too old. */
	public static final int UNAUTHENTICATED = 4001;

	/** The peer may not connect. */
	public static final int FORBIDDEN = 4003;

	/** The peer does not read what it asked for. */
	public static final int SLOW_CONSUMER = 4008;

	/** Nothing was heard from the peer. */
	public static final int IDLE = 4010;

	/** The peer does something too often. */
	public static final int RATE = 4029;

	private CloseCode() {
	}

}
