package io.genserver.rpc.inbound;

/**
 * What a base mode peer gets when a stream fails after its first item.
 */
public enum StreamFailure {

	/**
	 * A second response with the error's text follows, then the stream is cancelled: the
	 * caller of a muxio client fails at once with the text.
	 */
	ERROR,

	/**
	 * The stream is cancelled, which the caller of a muxio client does not notice: it
	 * waits on.
	 */
	CANCEL,

	/**
	 * The connection is closed.
	 */
	CLOSE,

	/**
	 * The stream ends as if it were complete.
	 */
	END

}
