package io.genserver.protocol;

/**
 * Why an outbound call ends without an answer of the peer.
 *
 * @param cause what happened
 * @param text the details, for the exception's message
 */
public record ResponseFailure(Cause cause, String text) {

	/** What happened to the response. */
	public enum Cause {

		/** The peer cancelled its response stream. */
		CANCELLED_BY_PEER,

		/** A frame of the response came out of sequence. */
		OUT_OF_SEQUENCE,

		/** The response exceeded the item limit or the connection's inbound budget. */
		TOO_BIG,

		/** The connection closed before the answer was complete. */
		CONNECTION_CLOSED

	}

}
