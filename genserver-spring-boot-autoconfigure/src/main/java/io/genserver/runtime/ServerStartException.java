package io.genserver.runtime;

import io.genserver.SerializableException;

/**
 * Thrown when a server cannot start.
 */
public class ServerStartException extends SerializableException {

	private static final long serialVersionUID = 1L;

	private final String server;

	/**
	 * Create an exception.
	 * @param server the server's name
	 * @param cause why it cannot start
	 */
	public ServerStartException(String server, Throwable cause) {
		super("Server " + server + " failed to start: " + cause, cause);
		this.server = server;
	}

	/**
	 * Return the server's name.
	 * @return the name
	 */
	public String server() {
		return this.server;
	}

}
