package io.genserver.rpc.inbound;

import io.genserver.protocol.ExtError;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.StatusCode;
import io.genserver.rpc.WireStatus;

/**
 * What a peer gets in place of a reply. In base mode three statuses and the text must do.
 * Classes and stack traces stay here; what may be said of exceptions is decided by
 * {@link PeerFailures}.
 *
 * @param error what is sent
 * @param stated whether the handler, which has begun, says itself that it did nothing
 */
record WireFailure(ExtError error, boolean stated) {

	/** How much of a handler's message a peer gets. */
	private static final int MAX_TEXT = 4096;

	private static final byte[] NO_DETAILS = {};

	WireFailure(ExtError error) {
		this(error, false);
	}

	static WireFailure of(int status, String reason, String text, boolean notExecuted) {
		boolean retryable = notExecuted && (status == ExtStatus.RESOURCE_EXHAUSTED || status == ExtStatus.UNAVAILABLE);
		return new WireFailure(
				new ExtError(status, retryable, notExecuted, reason, cut(text), ExtError.NOT_TOLD, 0, NO_DETAILS));
	}

	static String cut(String text) {
		return (text.length() <= MAX_TEXT) ? text : text.substring(0, MAX_TEXT) + "...";
	}

	static WireFailure badArguments(String wireName, String text) {
		return of(ExtStatus.INVALID_ARGUMENT, "bad-arguments", wireName + ": " + text, true);
	}

	/** Its handler has begun, for it asked for the items. */
	static WireFailure badItem(String wireName, String text) {
		return of(ExtStatus.INVALID_ARGUMENT, "bad-arguments", wireName + ": " + text, false);
	}

	static WireFailure notFound(String text) {
		return of(StatusCode.METHOD_NOT_FOUND, "no-such-method", text, true);
	}

	static WireFailure shuttingDown(String text) {
		return unavailable(text);
	}

	static WireFailure unavailable(String text) {
		return of(ExtStatus.UNAVAILABLE, "unavailable", text + "; not executed", true);
	}

	static WireFailure full(String text) {
		return of(ExtStatus.RESOURCE_EXHAUSTED, WireStatus.MAILBOX_FULL, text + "; not executed", true);
	}

	/** It may ask for the stream again. */
	static WireFailure fellBehind(String text) {
		return new WireFailure(new ExtError(ExtStatus.RESOURCE_EXHAUSTED, true, false, "fell-behind", cut(text),
				ExtError.NOT_TOLD, 0, NO_DETAILS));
	}

	/** Its server goes on, perhaps with another instance, or will. */
	static WireFailure streamEnded(String text) {
		return new WireFailure(new ExtError(ExtStatus.UNAVAILABLE, true, false, WireStatus.STREAM_ENDED, cut(text),
				ExtError.NOT_TOLD, 0, NO_DETAILS));
	}

	static WireFailure notQueued(WireName operation) {
		return of(ExtStatus.RESOURCE_EXHAUSTED, WireStatus.MAILBOX_FULL,
				operation + ": the mailbox is full or the server is not available; not executed", true);
	}

	static WireFailure unknownEncoding(String text) {
		return of(ExtStatus.UNIMPLEMENTED, "content-type", text, true);
	}

	static WireFailure failed(String text) {
		return of(ExtStatus.INTERNAL, "failed", text, false);
	}

	static WireFailure tooLong(String text) {
		return of(ExtStatus.RESOURCE_EXHAUSTED, "too-long", text, false);
	}

	static WireFailure deadline(String text) {
		return of(ExtStatus.DEADLINE_EXCEEDED, "deadline", text, false);
	}

	/** The authorization does not allow the call. */
	static WireFailure denied(String text) {
		return of(ExtStatus.PERMISSION_DENIED, "denied", text, true);
	}

	/** The authorization did not decide in time. */
	static WireFailure undecided(String text) {
		return of(ExtStatus.DEADLINE_EXCEEDED, "authorization", text, true);
	}

	/**
	 * The session refused a request.
	 * @param status why
	 * @param text what was wrong
	 * @param notExecuted whether its handler certainly has not begun
	 */
	static WireFailure refused(int status, String text, boolean notExecuted) {
		return of(status, "refused", text, notExecuted);
	}

	/** The same, with what is certain about the handler by now. */
	WireFailure executed(Execution execution) {
		if (this.stated) {
			return this;
		}
		boolean not = (execution == Execution.UNKNOWN) ? this.error.notExecuted() : execution == Execution.NO;
		if (not == this.error.notExecuted()) {
			return this;
		}
		return new WireFailure(new ExtError(this.error.status(), this.error.retryable(), not, this.error.reason(),
				this.error.message(), this.error.retryAfterMillis(), this.error.detailsType(), this.error.details()));
	}

	/** The same after the handler has sent items, whatever it says. */
	WireFailure afterItems() {
		return new WireFailure(this.error).executed(Execution.YES);
	}

	/** What is known about whether a request's handler has begun. */
	enum Execution {

		/** It has not, and never will. */
		NO,

		/** It has. */
		YES,

		/** It may. */
		UNKNOWN

	}

}
