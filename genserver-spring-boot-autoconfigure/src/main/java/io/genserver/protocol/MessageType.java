package io.genserver.protocol;

/**
 * The first byte of an RPC header.
 */
public final class MessageType {

	/** A request that expects exactly one Response. */
	public static final int CALL = 0;

	/** The answer to a Call, matched by request id only. */
	public static final int RESPONSE = 1;

	/** A request without an answer: a cast. */
	public static final int EVENT = 2;

	private MessageType() {
	}

}
