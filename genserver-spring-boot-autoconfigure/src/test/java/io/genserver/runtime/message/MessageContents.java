package io.genserver.runtime.message;

/**
 * What tests look at and nothing else needs to know.
 */
public final class MessageContents {

	/** Kinds of failures that a log distinguishes at once. */
	public static final int MOST_KINDS = FailureLog.MOST;

	private MessageContents() {
	}

	/** How many kinds of failures a log distinguishes now. */
	public static int kinds(FailureLog log) {
		return log.size();
	}

	/** How many threads wait for a future in addition to the first. */
	public static int waitingToo(CallFuture<?> future) {
		return future.waitingToo();
	}

}
