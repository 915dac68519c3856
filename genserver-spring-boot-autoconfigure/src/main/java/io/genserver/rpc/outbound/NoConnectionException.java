package io.genserver.rpc.outbound;

import io.genserver.GenServerUnavailableException;

/**
 * Thrown when the connection a call was made on is over, or takes no new calls, unlike
 * when the server at its other end is unavailable: another connection may do.
 */
public final class NoConnectionException extends GenServerUnavailableException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what went wrong
	 * @param notExecuted whether the call certainly was not executed
	 */
	public NoConnectionException(String message, boolean notExecuted) {
		super(message, notExecuted);
	}

}
