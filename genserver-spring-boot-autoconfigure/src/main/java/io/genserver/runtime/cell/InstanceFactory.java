package io.genserver.runtime.cell;

/**
 * Makes and unmakes the instances of a server. Both methods run in the server's own turn,
 * so {@link io.genserver.GenServerContext#current()} works.
 */
public interface InstanceFactory {

	/**
	 * Make an instance that is ready to handle messages.
	 * @return the instance
	 * @throws Exception if it cannot be made; nothing of it may be left then
	 */
	Object create() throws Exception;

	/**
	 * Return what the code of the application threw when {@link #create()} failed,
	 * without what a container has wrapped it in.
	 * @param failure what {@code create()} threw
	 * @return what callers get that waited for the instance
	 */
	default Throwable unwrapped(Throwable failure) {
		return failure;
	}

	/**
	 * Let an instance terminate.
	 * @param instance the instance
	 * @throws Exception what its termination throws; logged
	 */
	default void destroy(Object instance) throws Exception {
	}

	/**
	 * Refuse functions sent by a ref, if the server takes none. Called by the sender's
	 * thread before anything is queued, so that no instance is needed to know.
	 * @throws io.genserver.FunctionRefusedException naming what to use instead
	 */
	default void checkFunction() {
	}

	/**
	 * Return what functions sent by a ref are given. Called in the server's turn, for
	 * each function: where operations are invoked on a proxy, its fields are not the
	 * server's.
	 * @param instance the instance, as operations are invoked on it
	 * @return the object that has the state
	 * @throws io.genserver.FunctionRefusedException if the server takes none
	 */
	default Object target(Object instance) {
		return instance;
	}

	/**
	 * Return what an operation threw, without what a proxy before the instance has
	 * wrapped it in. Called in the server's turn.
	 * @param instance the instance the operation was invoked on
	 * @param failure what invoking it threw
	 * @return what the handler threw
	 */
	default Throwable thrown(Object instance, Throwable failure) {
		return failure;
	}

}
