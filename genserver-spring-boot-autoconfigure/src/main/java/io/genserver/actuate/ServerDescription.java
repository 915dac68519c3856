package io.genserver.actuate;

import java.time.Instant;
import java.util.List;

import io.genserver.Overflow;
import io.genserver.ServerInfo;
import io.genserver.ServerState;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A server, or one instance of a keyed server, as {@link GenServersEndpoint} shows it.
 *
 * @param name the server's name
 * @param key the instance's key; absent for a server that is not keyed and for the sum of
 * a keyed server's instances
 * @param type name of the server's class
 * @param state where it is in its life
 * @param keyed whether there is one instance per key
 * @param instances number of live instances
 * @param mailbox its mailbox
 * @param processed messages handled, failed ones included
 * @param failed messages whose handler threw
 * @param dropped messages refused or discarded
 * @param lateReplies replies that were no longer awaited
 * @param abandonedReplies futures that handlers returned and that the server stopped
 * waiting for before they completed
 * @param restarts how often it was restarted
 * @param stoppedByFailure whether it stops, or has stopped, because a handler failed and
 * its strategy is to stop
 * @param pending a command that the server has not followed yet, since a handler still
 * runs: {@code stop} or {@code restart}; absent if there is nothing
 * @param inFlight the message being handled; absent if there is none
 * @param failures most recent failures, newest first, a bounded number
 * @param listed instances of a keyed server, in no particular order, as many as asked
 * for; absent where none are listed
 */
public record ServerDescription(String name, @Nullable String key, String type, ServerState state, boolean keyed,
		int instances, MailboxDescription mailbox, long processed, long failed, long dropped, long lateReplies,
		long abandonedReplies, long restarts, boolean stoppedByFailure, @Nullable String pending,
		@Nullable InFlightDescription inFlight, List<FailureDescription> failures,
		@Nullable List<ServerDescription> listed) implements OperationResponseBody {

	private static final int MESSAGE_LENGTH = 500;

	static ServerDescription of(ServerInfo info, @Nullable List<ServerDescription> listed) {
		ServerInfo.Mailbox mailbox = info.mailbox();
		ServerInfo.InFlight inFlight = info.inFlight();
		return new ServerDescription(info.name(), info.key(), info.type(), info.state(), info.keyed(), info.instances(),
				new MailboxDescription(mailbox.depth(), mailbox.capacity(), mailbox.highWater(), mailbox.overflow()),
				info.processed(), info.failed(), info.dropped(), info.lateReplies(), info.abandonedReplies(),
				info.restarts(), info.stoppedByFailure(), info.pending(),
				(inFlight != null) ? InFlightDescription.of(inFlight) : null,
				info.failures().stream().map(FailureDescription::of).toList(), listed);
	}

	/**
	 * A mailbox.
	 *
	 * @param depth messages waiting; for a keyed server in all its mailboxes
	 * @param capacity messages that may wait; for a keyed server in each of its mailboxes
	 * @param highWater most messages that have waited at once in one mailbox
	 * @param overflow what happens to a cast that meets a full mailbox
	 */
	public record MailboxDescription(int depth, int capacity, int highWater, Overflow overflow) {
	}

	/**
	 * A message being handled; for a keyed server the one handled for longest.
	 *
	 * @param operation the operation
	 * @param ageMillis how long it has been handled, in milliseconds
	 * @param caller who sent it
	 */
	public record InFlightDescription(String operation, long ageMillis, String caller) {

		static InFlightDescription of(ServerInfo.InFlight inFlight) {
			return new InFlightDescription(inFlight.operation(), Durations.millis(inFlight.age()), inFlight.caller());
		}

	}

	/**
	 * A failure of a handler or constructor.
	 *
	 * @param time when
	 * @param key key of the instance; absent if the server is not keyed
	 * @param operation the operation, or {@code constructor}
	 * @param exception class name of the exception
	 * @param message message of the exception, cut after 500 characters; absent if it has
	 * none
	 */
	public record FailureDescription(Instant time, @Nullable String key, String operation, String exception,
			@Nullable String message) {

		static FailureDescription of(ServerInfo.Failure failure) {
			String message = failure.message();
			if (message != null && message.length() > MESSAGE_LENGTH) {
				message = message.substring(0, MESSAGE_LENGTH) + "…";
			}
			return new FailureDescription(failure.time(), failure.key(), failure.operation(), failure.exception(),
					message);
		}

	}

}
