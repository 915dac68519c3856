package io.genserver.rpc;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.runtime.Server;
import org.jspecify.annotations.Nullable;

/**
 * How many places of each mailbox the casts of one connection hold. Belongs to the
 * connection's thread, but for the counters themselves: whoever takes or drops a cast
 * counts down.
 */
final class HeldPlaces {

	private final Map<Place, AtomicInteger> held = new HashMap<>();

	/** The counter of a mailbox. Only the connection's thread counts up. */
	AtomicInteger of(Server server, @Nullable String key) {
		return this.held.computeIfAbsent(new Place(server, key), (place) -> new AtomicInteger());
	}

	/** Forget mailboxes of which none is held; of them nobody counts down any more. */
	void sweep() {
		if (!this.held.isEmpty()) {
			this.held.values().removeIf((counter) -> counter.get() == 0);
		}
	}

	/** Of how many mailboxes it knows. */
	int size() {
		return this.held.size();
	}

	/**
	 * A mailbox.
	 *
	 * @param server the server
	 * @param key the instance, or {@code null}
	 */
	private record Place(Server server, @Nullable String key) {
	}

}
