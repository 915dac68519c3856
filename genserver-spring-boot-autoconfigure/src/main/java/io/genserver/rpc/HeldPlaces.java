package io.genserver.rpc;

import java.util.HashMap;
import java.util.Map;

import io.genserver.runtime.Server;
import org.jspecify.annotations.Nullable;

/**
 * How many places of each mailbox the casts of one connection hold, and those of the past
 * connections of the same peer. Belongs to the connection's thread.
 */
final class HeldPlaces {

	private final Map<Mailbox, HeldPlace> held = new HashMap<>();

	private final PastCasts past;

	private final @Nullable String owner;

	private boolean closed;

	/**
	 * Create.
	 * @param past counts what past connections hold
	 * @param owner who the connection counts for, {@code null} for somebody who is not
	 * known again
	 */
	HeldPlaces(PastCasts past, @Nullable String owner) {
		this.past = past;
		this.owner = owner;
	}

	/**
	 * A cast takes a place, until it is taken or dropped.
	 * @return how many places the peer's casts hold in its mailbox without it
	 */
	int hold(Server server, @Nullable String key, WireArguments cast) {
		HeldPlace place = this.closed ? new HeldPlace(server, key)
				: this.held.computeIfAbsent(new Mailbox(server, key), (mailbox) -> new HeldPlace(server, key));
		int before = place.take() + this.past.held(this.owner, server, key);
		cast.holds(place);
		if (this.closed) {
			this.past.keep(this.owner, place);
		}
		return before;
	}

	/** Forget mailboxes of which none is held; of them nobody counts down any more. */
	void sweep() {
		if (!this.held.isEmpty()) {
			this.held.values().removeIf((place) -> !place.holdsAny());
		}
	}

	/** The connection is over: what it holds goes on counting. */
	void close() {
		this.closed = true;
		this.held.values().forEach((place) -> this.past.keep(this.owner, place));
		this.held.clear();
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
	private record Mailbox(Server server, @Nullable String key) {
	}

}
