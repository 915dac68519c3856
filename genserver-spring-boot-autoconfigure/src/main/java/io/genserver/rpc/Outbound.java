package io.genserver.rpc;

import io.genserver.protocol.WireSession;

/**
 * Something to be written, waiting in an {@link OutboundQueue}. It may find that it is
 * too late to write it.
 */
public interface Outbound {

	/** Counted for what an entry costs in addition to its payload. */
	int OVERHEAD = 64;

	/**
	 * About how many bytes it will be on the wire; always the same.
	 * @return bytes
	 */
	int bytes();

	/**
	 * Write it. Called at most once, on the connection's thread.
	 * @param session where to
	 */
	void write(WireSession session);

	/**
	 * The connection is over, it will not be written. Called instead of {@link #write},
	 * on any thread.
	 */
	default void dropped() {
	}

}
