package io.genserver.runtime;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;

import io.genserver.SerializedCause;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a server cannot start.
 *
 * @since 0.1.0
 */
public class ServerStartException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/** Kept here since that of the superclass fails to be serialized as a whole. */
	private transient @Nullable Throwable cause;

	private final String server;

	/**
	 * Create an exception.
	 * @param server the server's name
	 * @param cause why it cannot start
	 */
	public ServerStartException(String server, Throwable cause) {
		super("Server " + server + " failed to start: " + cause);
		this.cause = cause;
		this.server = server;
	}

	/**
	 * Return the server's name.
	 * @return the name
	 */
	public String server() {
		return this.server;
	}

	@Override
	public synchronized @Nullable Throwable getCause() {
		return this.cause;
	}

	@Override
	public synchronized Throwable initCause(@Nullable Throwable cause) {
		if (this.cause != null) {
			throw new IllegalStateException("The cause is known already", this);
		}
		if (cause == this) {
			throw new IllegalArgumentException("An exception cannot be its own cause", this);
		}
		this.cause = cause;
		return this;
	}

	private void writeObject(ObjectOutputStream out) throws IOException {
		out.defaultWriteObject();
		out.writeObject(SerializedCause.of(getCause()));
	}

	private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
		in.defaultReadObject();
		this.cause = (Throwable) in.readObject();
	}

}
