package io.genserver;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A snapshot of one server, taken without disturbing it.
 *
 * @param name the server's name
 * @param key the instance's key, or {@code null} for a server that is not keyed and for
 * the sum of a keyed server's instances
 * @param type name of the server's class
 * @param state where it is in its life
 * @param keyed whether there is one instance per key
 * @param instances number of live instances
 * @param mailbox its mailbox
 * @param processed messages handled, failed ones included
 * @param failed messages whose handler threw
 * @param dropped messages refused or discarded
 * @param lateReplies replies whose callers no longer waited for them
 * @param abandonedReplies futures that handlers returned and that the server stopped
 * waiting for before they completed
 * @param restarts how often it was restarted
 * @param stoppedByFailure whether it stops, or has stopped, because a handler failed and
 * its strategy is {@link SupervisionStrategy#STOP}
 * @param pending command that has not been carried out yet, since a handler still runs:
 * {@code "stop"}, {@code "restart"}, or {@code null}
 * @param inFlight the message being handled, or {@code null}
 * @param failures most recent failures, newest first, a bounded number
 * @since 0.1.0
 */
public record ServerInfo(String name, @Nullable String key, String type, ServerState state, boolean keyed,
		int instances, Mailbox mailbox, long processed, long failed, long dropped, long lateReplies,
		long abandonedReplies, long restarts, boolean stoppedByFailure, @Nullable String pending,
		@Nullable InFlight inFlight, List<Failure> failures) {

	/**
	 * A server's mailbox.
	 *
	 * @param depth messages waiting
	 * @param capacity messages that may wait
	 * @param highWater most messages that have waited at once
	 * @param overflow what happens to a cast that meets a full mailbox
	 * @since 0.1.0
	 */
	public record Mailbox(int depth, int capacity, int highWater, Overflow overflow) {
	}

	/**
	 * A message being handled.
	 *
	 * @param operation the operation
	 * @param age how long it has been handled
	 * @param caller who sent it
	 * @since 0.1.0
	 */
	public record InFlight(String operation, Duration age, String caller) implements Serializable {
	}

	/**
	 * A failure of a handler or constructor.
	 *
	 * @param time when
	 * @param key key of the instance, or {@code null} if the server is not keyed
	 * @param operation the operation, or {@code constructor}
	 * @param exception class name of the exception
	 * @param message message of the exception, or {@code null}
	 * @since 0.1.0
	 */
	public record Failure(Instant time, @Nullable String key, String operation, String exception,
			@Nullable String message) {
	}
}
