package io.genserver.rpc;

/**
 * What a base mode peer gets when a stream fails after its first item, which base mode
 * has no error for.
 *
 * @since 0.1.0
 */
public enum StreamFailure {

	/**
	 * The stream is cancelled: a muxio client sees it break off.
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
