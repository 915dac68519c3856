package io.genserver.test;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import io.genserver.ServerInfo;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * The servers that waited when a test method ended: a handler, a constructor or a
 * termination that does not end although everything else has come to rest, and a future
 * that a handler returned and that has not completed when its call's deadline passes.
 * Timers, replies that are put off and suspended servers do not count.
 */
final class LeftWaiting {

	/** How many futures a server had stopped waiting for when the method ended. */
	private final Map<String, Long> abandoned = new HashMap<>();

	/** What each server was last seen handling. */
	private final Map<String, ServerInfo.InFlight> seen = new HashMap<>();

	/** What each server waited for, by its name and key. */
	private final Map<String, String> waiting = new LinkedHashMap<>();

	/**
	 * Begin.
	 * @param servers the servers when the method ended
	 */
	LeftWaiting(List<ServerInfo> servers) {
		servers.forEach((each) -> this.abandoned.put(label(each), each.abandonedReplies()));
		look(servers);
	}

	/** The servers while they come to rest. */
	void look(List<ServerInfo> servers) {
		for (ServerInfo each : servers) {
			ServerInfo.InFlight current = each.inFlight();
			if (current != null) {
				this.seen.put(label(each), current);
			}
		}
	}

	/**
	 * The servers have come to rest, or have not done so in time.
	 * @param servers the servers
	 * @param waits whether one waits now
	 */
	void end(List<ServerInfo> servers, Predicate<ServerInfo> waits) {
		look(servers);
		for (ServerInfo each : servers) {
			String label = label(each);
			if (waits.test(each) || each.abandonedReplies() > this.abandoned.getOrDefault(label, 0L)) {
				this.waiting.putIfAbsent(label, describe(label));
			}
		}
	}

	boolean isEmpty() {
		return this.waiting.isEmpty();
	}

	/**
	 * Say which servers waited.
	 * @param cause why they count as not at rest, with what runs
	 * @param unusable whether some of them still do
	 */
	AssertionError failure(@Nullable AssertionError cause, boolean unusable) {
		if (this.waiting.isEmpty() && cause != null) {
			return cause;
		}
		return new AssertionError("When the test method ended, servers were left waiting: "
				+ String.join("; ", this.waiting.values())
				+ ". Complete what they wait for before the method ends, and wait for the reply."
				+ (unusable
						? " What runs did not end when it was interrupted: the application context is closed, and the next method gets a new one."
						: " They were interrupted, and each has a new instance for the next method."),
				cause);
	}

	private String describe(String label) {
		ServerInfo.InFlight current = this.seen.get(label);
		return (current == null) ? "server " + label + ", a future that a handler returned"
				: "server " + label + ", operation " + current.operation() + " (for " + Durations.millis(current.age())
						+ " ms, sent by " + current.caller() + ")";
	}

	private static String label(ServerInfo server) {
		return (server.key() != null) ? server.name() + "/" + server.key() : server.name();
	}

}
