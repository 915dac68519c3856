package io.genserver.actuate;

import java.util.concurrent.CancellationException;

import io.genserver.CallInterruptedException;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import org.jspecify.annotations.Nullable;

/**
 * How a call ended, as a tag.
 */
enum Outcome {

	/** The caller got its reply. */
	SUCCESS("success"),

	/** The handler failed. */
	ERROR("error"),

	/** There was no reply at the deadline. */
	TIMEOUT("timeout"),

	/** The caller gave the call up. */
	CANCELLED("cancelled"),

	/** The mailbox was full. */
	REJECTED("rejected"),

	/** The server was stopped, or stopped before it replied. */
	UNAVAILABLE("unavailable");

	private final String tag;

	Outcome(String tag) {
		this.tag = tag;
	}

	String tag() {
		return this.tag;
	}

	/**
	 * Tell the outcome from what the caller gets.
	 * @param server name of the server that was called
	 * @param failure the failure, or {@code null} for a reply
	 * @return the outcome
	 */
	static Outcome of(String server, @Nullable Throwable failure) {
		if (failure instanceof GenServerTimeoutException timeout && !timeout.details().server().equals(server)) {
			// The handler has passed on the timeout of a call it made.
			return ERROR;
		}
		return remote(failure);
	}

	/**
	 * Tell the outcome of a request to another application from what its maker gets.
	 * @param failure the failure, or {@code null} for a reply
	 * @return the outcome
	 */
	static Outcome remote(@Nullable Throwable failure) {
		if (failure == null) {
			return SUCCESS;
		}
		if (failure instanceof GenServerTimeoutException) {
			return TIMEOUT;
		}
		if (failure instanceof MailboxFullException) {
			return REJECTED;
		}
		if (failure instanceof GenServerUnavailableException) {
			return UNAVAILABLE;
		}
		if (failure instanceof CancellationException || failure instanceof CallInterruptedException) {
			return CANCELLED;
		}
		return ERROR;
	}

}
