package io.genserver.runtime.message;

import org.jspecify.annotations.Nullable;

/**
 * What handles a message once interceptors have let it pass.
 */
public interface MessageHandler {

	/**
	 * Return the name of the server.
	 * @return the name
	 */
	String name();

	/**
	 * Return the key of the instance.
	 * @return the key, {@code null} if the server is not keyed
	 */
	@Nullable String key();

	/**
	 * Let the handler itself run.
	 * @param message the message
	 * @return what the handler returned
	 * @throws Throwable what the handler threw
	 */
	@Nullable Object invokeHandler(Message message) throws Throwable;

}
