package io.genserver.runtime.message;

import io.genserver.GenServerUnavailableException;

/**
 * What a subscriber gets whose stream has ended with the instance it came from, since the
 * server restarts or stops. The subscriber may subscribe again.
 */
public final class StreamEndedException extends GenServerUnavailableException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what has happened, to which server
	 */
	public StreamEndedException(String message) {
		super(message, false);
	}

}
