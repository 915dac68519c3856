package io.genserver.protocol;

/**
 * The status byte of a base mode Response. Nothing else is ever sent: a muxio peer reads
 * an unknown status as success.
 */
public final class StatusCode {

	/** The payload is the result. */
	public static final int OK = 0;

	/** The caller's fault. A muxio peer loses the error text of this status. */
	public static final int FAIL = 1;

	/** The server's fault, or its refusal; the payload is UTF-8 text. */
	public static final int SYSTEM = 2;

	/** No such method; the payload is UTF-8 text. */
	public static final int METHOD_NOT_FOUND = 3;

	private StatusCode() {
	}

}
