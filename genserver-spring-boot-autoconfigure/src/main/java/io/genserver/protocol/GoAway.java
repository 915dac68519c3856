package io.genserver.protocol;

/**
 * What a peer says before it leaves: which of our streams it still serves, and why it
 * goes.
 *
 * @param lastStream the last stream it accepted, 0 for none; those above were not
 * executed
 * @param code one of the codes here, or one of a newer peer
 * @param drainMillis how long accepted streams may still take
 * @param reason text for logs
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

}
