package io.genserver.remote;

import java.time.Duration;

import io.genserver.GenServerException;
import io.genserver.GenServerUnavailableException;
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

	private static final long serialVersionUID = 1L;

	private final Status status;

	private final String reason;

	private final boolean retryable;

	private final @Nullable Duration retryAfter;

	/** Set before anybody else sees it. */
	private boolean received;

	/**
	 * Create an exception.
	 * @param status what kind of failure it is
	 * @param message what went wrong
	 * @param notExecuted whether the handler certainly did not run, or says that it did
	 * nothing
	 */
	public RpcException(Status status, String message, boolean notExecuted) {
		this(status, message, notExecuted, null);
	}

	/**
	 * Create an exception with a cause.
	 * @param status what kind of failure it is
	 * @param message what went wrong
	 * @param notExecuted whether the handler certainly did not run, or says that it did
	 * nothing
	 * @param cause the cause, or {@code null}
	 */
	public RpcException(Status status, String message, boolean notExecuted, @Nullable Throwable cause) {
		super(message, notExecuted, cause);
		this.status = status;
		this.reason = "";
		this.retryable = false;
		this.retryAfter = null;
	}

	/**
	 * Create an exception for a program at the other end to understand. A handler that
	 * throws it tells a remote caller exactly this, where the connection has words for
	 * it.
	 * @param status what kind of failure it is
	 * @param reason a word for programs, at most 255 bytes of UTF-8 are sent; may be
	 * empty
	 * @param message what went wrong, for people
	 * @param notExecuted whether the handler certainly did not run, or says that it did
	 * nothing
	 * @param retryable whether the same call may work later
	 * @param retryAfter when to try again at the earliest, or {@code null}
	 */
	public RpcException(Status status, String reason, String message, boolean notExecuted, boolean retryable,
			@Nullable Duration retryAfter) {
		super(message, notExecuted);
		this.status = status;
		this.reason = reason;
		this.retryable = retryable;
		this.retryAfter = retryAfter;
	}

	/**
	 * Return what a handler throws that has looked at a request and done nothing of it.
	 * The caller gets exactly this, with {@link #notExecuted()}.
	 *
	 * <pre class="code">
	 * throw RpcException.refuse(Status.NOT_FOUND, "no-such-room", "There is no room " + name);
	 * </pre>
	 * @param status what kind of failure it is
	 * @param reason a word for programs, at most 255 bytes of UTF-8 are sent; may be
	 * empty
	 * @param message what went wrong, for people
	 * @return the exception, to be thrown; the same call would be refused again
	 */
	public static RpcException refuse(Status status, String reason, String message) {
		return new RpcException(status, reason, message, true, false, null);
	}

	/**
	 * Return what kind of failure it is.
	 * @return the status
	 */
	public Status status() {
		return this.status;
	}

	/**
	 * Return a word for programs.
	 * @return the reason, empty if none was given
	 */
	public String reason() {
		return this.reason;
	}

	/**
	 * Return whether the same call may work later, as far as the other end knows.
	 * @return whether to try again
	 */
	public boolean isRetryable() {
		return this.retryable;
	}

	/**
	 * Return when to try again at the earliest.
	 * @return time from now, or {@code null} if the other end did not say
	 */
	public @Nullable Duration retryAfter() {
		return this.retryAfter;
	}

	/**
	 * Return whether it is what came of a call to the other end of a connection, as
	 * opposed to what code of this process wants its caller to know. The text of one that
	 * a handler lets through is not sent to a peer: it speaks of another process.
	 * @return whether it was made for a call over a connection
	 */
	public boolean isReceived() {
		return this.received;
	}

	/**
	 * Mark it as what came of a call over a connection; for implementations of calls.
	 * @return this
	 */
	public RpcException asReceived() {
		this.received = true;
		return this;
	}

	/**
	 * What kind of failure it is. Over a connection in base mode another end can tell
	 * {@link #FAIL}, {@link #SYSTEM} and {@link #METHOD_NOT_FOUND} only.
	 *
	 * @since 0.1.0
	 */
	public enum Status {

		/**
		 * The other end says that the caller is at fault.
		 */
		FAIL,

		/**
		 * The other end could not do it.
		 */
		SYSTEM,

		/**
		 * The other end has no such operation, or does not expose it.
		 */
		METHOD_NOT_FOUND,

		/**
		 * The call was given up.
		 */
		CANCELLED,

		/**
		 * The other end does not say what kind of failure it is.
		 */
		UNKNOWN,

		/**
		 * The arguments are wrong, whatever the state of the server.
		 */
		INVALID_ARGUMENT,

		/**
		 * There was no answer in time.
		 */
		DEADLINE_EXCEEDED,

		/**
		 * What the call is about does not exist.
		 */
		NOT_FOUND,

		/**
		 * What the call was to create exists.
		 */
		ALREADY_EXISTS,

		/**
		 * The caller is known and may not.
		 */
		PERMISSION_DENIED,

		/**
		 * A limit was met, of this end, which then sent nothing, or of the other.
		 */
		RESOURCE_EXHAUSTED,

		/**
		 * The state of the server does not allow it now.
		 */
		FAILED_PRECONDITION,

		/**
		 * Given up for a conflict; may work from the beginning.
		 */
		ABORTED,

		/**
		 * Beyond what there is.
		 */
		OUT_OF_RANGE,

		/**
		 * Something the call requires is not known at the other end.
		 */
		UNIMPLEMENTED,

		/**
		 * An unexpected failure at the other end: its handler threw.
		 */
		INTERNAL,

		/**
		 * The server is not there, or not now.
		 */
		UNAVAILABLE,

		/**
		 * Data is lost or broken for good.
		 */
		DATA_LOSS,

		/**
		 * The caller is not known.
		 */
		UNAUTHENTICATED,

		/**
		 * The answer is incomplete, too large, or not of the type expected.
		 */
		UNUSABLE_ANSWER

	}

}
