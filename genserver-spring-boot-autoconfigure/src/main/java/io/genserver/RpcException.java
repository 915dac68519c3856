package io.genserver;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a call over a connection has no reply: the other end answered with an
 * error, did not answer in time, or its answer cannot be used. The message is what the
 * other end says, where it says something. A call that ends because the connection does
 * throws {@link GenServerUnavailableException} instead.
 *
 * @since 0.1.0
 */
public class RpcException extends GenServerException {

	private final Status status;

	/**
	 * Create an exception.
	 * @param status what kind of failure it is
	 * @param message what went wrong
	 * @param notExecuted whether the handler certainly did not run
	 */
	public RpcException(Status status, String message, boolean notExecuted) {
		this(status, message, notExecuted, null);
	}

	/**
	 * Create an exception with a cause.
	 * @param status what kind of failure it is
	 * @param message what went wrong
	 * @param notExecuted whether the handler certainly did not run
	 * @param cause the cause, or {@code null}
	 */
	public RpcException(Status status, String message, boolean notExecuted, @Nullable Throwable cause) {
		super(message, notExecuted, cause);
		this.status = status;
	}

	/**
	 * Return what kind of failure it is.
	 * @return the status
	 */
	public Status status() {
		return this.status;
	}

	/**
	 * What kind of failure it is.
	 *
	 * @since 0.1.0
	 */
	public enum Status {

		/**
		 * The other end says that the caller is at fault, by its arguments for instance.
		 */
		FAIL,

		/**
		 * The other end could not do it: the handler threw, its mailbox was full, its
		 * deadline passed.
		 */
		SYSTEM,

		/**
		 * The other end has no such operation, or does not expose it.
		 */
		METHOD_NOT_FOUND,

		/**
		 * There was no answer in time, by the clock of this end.
		 */
		DEADLINE_EXCEEDED,

		/**
		 * A limit of this end was met; nothing was sent.
		 */
		RESOURCE_EXHAUSTED,

		/**
		 * The answer is incomplete, too large, or not of the type expected.
		 */
		UNUSABLE_ANSWER

	}

}
