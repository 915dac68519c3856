package io.genserver.rpc.outbound;

/**
 * Makes the failure of a call that ends without an answer.
 */
@FunctionalInterface
interface EndReason {

	/**
	 * Make it.
	 * @param sent whether the call had left
	 * @return the failure
	 */
	Throwable failure(boolean sent);

}
