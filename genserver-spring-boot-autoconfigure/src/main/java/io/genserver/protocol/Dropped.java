package io.genserver.protocol;

/**
 * Why a received frame had no effect. None of these is an error that a peer must be sent;
 * they are reported so that they can be counted and traced.
 */
public enum Dropped {

	/** A Response to no open call: never asked, cancelled, or answered before. */
	UNMATCHED_RESPONSE,

	/** A frame in the middle of a stream that is not open (any more). */
	LATE_FRAME,

	/** A CANCEL for nothing that is open. */
	LATE_CANCEL,

	/** A frame of kind 4, 5 or one unknown to base mode. */
	SKIPPED_KIND,

	/** A Call with the request id of one still open; answering it would answer that. */
	DUPLICATE_REQUEST_ID,

	/** An RPC message of unknown type. */
	UNKNOWN_TYPE,

	/** A stream that ended before its header named the request to answer. */
	INCOMPLETE_HEADER

}
