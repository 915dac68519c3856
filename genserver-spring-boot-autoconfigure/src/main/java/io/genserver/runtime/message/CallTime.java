package io.genserver.runtime.message;

import io.genserver.CurrentContext;
import io.genserver.GenServerTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The time that a call to another process has.
 *
 * @param nanos the time
 * @param limiting the call whose deadline it is, {@code null} if it is the call's own
 */
public record CallTime(long nanos, @Nullable CallMessage limiting) {

	/** None. */
	public static final CallTime NONE = new CallTime(0, null);

	/**
	 * Return the time of a call made on the calling thread: what remains to the message
	 * whose turn runs on it, if that is less than its own.
	 * @param nanos its own time
	 * @param detached whether it is not limited by the turn
	 * @return the time
	 */
	public static CallTime within(long nanos, boolean detached) {
		CallMessage limiting = (!detached && CurrentContext.get() instanceof Limit turn) ? turn.limiting() : null;
		long remaining = (limiting != null) ? limiting.remainingNanos() : Long.MAX_VALUE;
		return (remaining <= nanos) ? new CallTime(remaining, limiting) : new CallTime(nanos, null);
	}

	/**
	 * Return the server and operation that the deadline comes from.
	 * @return their names, {@code null} if it is the call's own
	 */
	public @Nullable String inheritedFrom() {
		return (this.limiting != null) ? this.limiting.deadlineOwner() : null;
	}

	/**
	 * Say whose deadline it was, for the end of a sentence.
	 * @return the words, empty if it was the call's own
	 */
	public String whose() {
		return GenServerTimeoutException.inherited(inheritedFrom());
	}

	/** The context of a turn, which knows what limits calls made in it. */
	public interface Limit {

		/**
		 * Return the call whose deadline limits calls made in the turn now.
		 * @return the call, {@code null} if there is none
		 */
		@Nullable CallMessage limiting();

	}

}
