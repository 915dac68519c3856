package io.genserver.runtime;

/**
 * Makes and unmakes the instances of a server. Both methods run in the server's own turn,
 * so {@link io.genserver.GenServerContext#current()} works.
 *
 * @since 0.1.0
 */
public interface InstanceFactory {

	/**
	 * Make an instance that is ready to handle messages.
	 * @return the instance
	 * @throws Exception if it cannot be made; nothing of it may be left then
	 */
	Object create() throws Exception;

	/**
	 * Let an instance terminate.
	 * @param instance the instance
	 * @throws Exception what its termination throws; logged
	 */
	default void destroy(Object instance) throws Exception {
	}

}
