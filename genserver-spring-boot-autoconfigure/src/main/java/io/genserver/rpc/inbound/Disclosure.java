package io.genserver.rpc.inbound;

import io.genserver.Caller;

/**
 * Decides which texts of exceptions leave the process.
 */
@FunctionalInterface
public interface Disclosure {

	/** Peers get the texts of all exceptions. */
	Disclosure ALL = (failure, peer) -> true;

	/**
	 * Tell whether a peer gets the message of an exception. On any thread.
	 * @param failure what was thrown; its own message is meant, not those of its causes
	 * @param peer who would get it
	 * @return whether it does
	 */
	boolean shows(Throwable failure, Caller.Remote peer);

}
