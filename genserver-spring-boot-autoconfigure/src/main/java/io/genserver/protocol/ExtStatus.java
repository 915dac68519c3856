package io.genserver.protocol;

/**
 * The status byte in ext mode: 0 to 3 as in {@link StatusCode}, else 16 and the number
 * gRPC gives the same condition.
 */
public final class ExtStatus {

	/** The caller gave up. */
	public static final int CANCELLED = 0x11;

	/** Nothing fits better. */
	public static final int UNKNOWN = 0x12;

	/** The arguments are wrong, whatever the server's state. */
	public static final int INVALID_ARGUMENT = 0x13;

	/** The time for the call is over. */
	public static final int DEADLINE_EXCEEDED = 0x14;

	/** What the call is about does not exist. */
	public static final int NOT_FOUND = 0x15;

	/** What the call was to create exists. */
	public static final int ALREADY_EXISTS = 0x16;

	/** The caller is known and may not. */
	public static final int PERMISSION_DENIED = 0x17;

	/** A limit is reached: a full mailbox, too many calls, too many bytes. */
	public static final int RESOURCE_EXHAUSTED = 0x18;

	/** The server's state does not allow it now. */
	public static final int FAILED_PRECONDITION = 0x19;

	/** Given up for a conflict; may work from the beginning. */
	public static final int ABORTED = 0x1a;

	/** Beyond what there is. */
	public static final int OUT_OF_RANGE = 0x1b;

	/** Something the peer requires is not known here. */
	public static final int UNIMPLEMENTED = 0x1c;

	/** An unexpected failure. */
	public static final int INTERNAL = 0x1d;

	/** The server stopped, failed or is not there yet. */
	public static final int UNAVAILABLE = 0x1e;

	/** Data is lost or broken for good. */
	public static final int DATA_LOSS = 0x1f;

	/** The caller is not known. */
	public static final int UNAUTHENTICATED = 0x20;

	private ExtStatus() {
	}

	/**
	 * Tells whether a status may be sent in ext mode.
	 * @param status any number
	 * @return whether it is one of {@link StatusCode} or of those here
	 */
	public static boolean isKnown(int status) {
		return (status >= StatusCode.OK && status <= StatusCode.METHOD_NOT_FOUND)
				|| (status >= CANCELLED && status <= UNAUTHENTICATED);
	}

	/**
	 * Translates a status for a peer in base mode: the caller's fault is 1, and what a
	 * handler did not find; a method that does not exist 3, everything else that failed
	 * 2.
	 * @param status any status of ext mode
	 * @return one of {@link StatusCode}
	 */
	public static int toBase(int status) {
		return switch (status) {
			case StatusCode.OK, StatusCode.FAIL, StatusCode.METHOD_NOT_FOUND -> status;
			case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, FAILED_PRECONDITION, OUT_OF_RANGE,
					UNAUTHENTICATED ->
				StatusCode.FAIL;
			default -> StatusCode.SYSTEM;
		};
	}

}
