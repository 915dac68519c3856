package io.genserver.rpc.inbound;

import org.jspecify.annotations.Nullable;

/**
 * What became of a request of the peer once its arguments were complete, until its answer
 * is written; the request's attachment. Called on the connection's thread.
 */
interface OpenRequest {

	/** Takes the items that follow the arguments; {@code null} if none do. */
	default @Nullable RequestItems items() {
		return null;
	}

	/** Whether its handler may have begun. */
	default boolean mayHaveBegun() {
		return true;
	}

	/** The peer no longer wants the answer. */
	void cancelledByPeer();

	/**
	 * It cannot go on: its items have broken off, or what it brought can be kept no
	 * longer.
	 * @param failure what to answer
	 */
	void refused(WireFailure failure);

	/** The peer takes so many more items of the answer. */
	default void demanded(long items) {
	}

	/** An item of the answer was written. */
	default void itemWritten() {
	}

}
