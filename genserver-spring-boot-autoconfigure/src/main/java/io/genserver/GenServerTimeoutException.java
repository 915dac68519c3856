package io.genserver;

import java.io.Serializable;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a call has no reply at its deadline. Says where the time went.
 *
 * @since 0.1.0
 */
public class GenServerTimeoutException extends GenServerException {

	private static final long serialVersionUID = 1L;

	/** Longer times are not written in milliseconds. */
	private static final Duration LONGEST = Duration.ofDays(36_500);

	private final Details details;

	/**
	 * Create an exception.
	 * @param details where the time went
	 */
	public GenServerTimeoutException(Details details) {
		super(describe(details), details.phase() != Phase.RUNNING);
		this.details = details;
	}

	/**
	 * Create an exception for a call to another process, of which less is known.
	 * @param message what went wrong
	 * @param details what is known of where the time went; numbers that are not are -1
	 */
	public GenServerTimeoutException(String message, Details details) {
		super(message, details.phase() != Phase.RUNNING);
		this.details = details;
	}

	/**
	 * Return where the time went.
	 * @return the details
	 */
	public Details details() {
		return this.details;
	}

	/**
	 * Return how far the call had come.
	 * @return the phase
	 */
	public Phase phase() {
		return this.details.phase();
	}

	private static String describe(Details d) {
		StringBuilder text = new StringBuilder("Call of ").append(d.server());
		if (d.key() != null) {
			text.append('/').append(d.key());
		}
		text.append(' ').append(d.operation()).append(" timed out after ").append(millis(d.timeout()));
		text.append(" in phase ").append(d.phase());
		text.append(" (room ").append(millis(d.room()));
		text.append(", queued ").append(millis(d.queued()));
		text.append(", running ").append(millis(d.running())).append("); mailbox ");
		text.append(d.depth()).append(" of ").append(d.capacity());
		if (d.inFlight() != null) {
			text.append("; in flight: ").append(d.inFlight().operation());
			text.append(" for ").append(millis(d.inFlight().age()));
		}
		text.append(inherited(d.inheritedFrom()));
		return text.toString();
	}

	/**
	 * Say whose deadline a call had, if not its own, and how it can have more time.
	 * @param owner the server and operation, {@code null} if it was its own
	 * @return the words, to follow what else is said; empty if it was its own
	 */
	public static String inherited(@Nullable String owner) {
		return (owner == null) ? ""
				: "; deadline inherited from " + owner
						+ ", in whose turn it was made: give that more time, or let this call have its own with "
						+ "@Call(detached = true) or GenServerRef.detached()";
	}

	private static String millis(Duration duration) {
		// What does not fit into a long of nanoseconds is not worth counting.
		return (duration.compareTo(LONGEST) > 0) ? duration.toString() : duration.toMillis() + " ms";
	}

	/**
	 * How far a call had come.
	 *
	 * @since 0.1.0
	 */
	public enum Phase {

		/**
		 * It waited for room in the mailbox.
		 */
		ROOM,

		/**
		 * It waited in the mailbox.
		 */
		QUEUED,

		/**
		 * Its handler was running, or, in another process, may have been.
		 */
		RUNNING

	}

	/**
	 * Where the time of a call went.
	 *
	 * @param server name of the server
	 * @param key key of the instance, or {@code null}
	 * @param operation the operation
	 * @param timeout time the call had in all
	 * @param phase how far it had come
	 * @param room time spent waiting for room
	 * @param queued time spent in the mailbox
	 * @param running time its handler had run
	 * @param depth messages in the mailbox; -1 for a call to another process
	 * @param capacity messages the mailbox holds at most; -1 for a call to another
	 * process
	 * @param inFlight the message being handled, or {@code null}
	 * @param inheritedFrom the server and operation whose deadline this was, in whose
	 * turn the call was made, or {@code null} if it was the call's own
	 * @since 0.1.0
	 */
	public record Details(String server, @Nullable String key, String operation, Duration timeout, Phase phase,
			Duration room, Duration queued, Duration running, int depth, int capacity,
			ServerInfo.@Nullable InFlight inFlight, @Nullable String inheritedFrom) implements Serializable {
	}

}
