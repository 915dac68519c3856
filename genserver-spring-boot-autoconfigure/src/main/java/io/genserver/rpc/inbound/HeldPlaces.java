package io.genserver.rpc.inbound;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.rpc.inbound.PastCasts.Past;
import io.genserver.runtime.Server;
import org.jspecify.annotations.Nullable;

/**
 * How many places of each mailbox the casts of one connection hold, and those of the past
 * connections of the same peer. Belongs to the connection's thread.
 */
final class HeldPlaces {

	private final Map<Mailbox, Place> held = new HashMap<>();

	private final PastCasts past;

	private final @Nullable String owner;

	private boolean closed;

	/**
	 * Create.
	 * @param past counts what past connections hold
	 * @param owner who the connection counts for, {@code null} for one that is not
	 * recognized
	 */
	HeldPlaces(PastCasts past, @Nullable String owner) {
		this.past = past;
		this.owner = owner;
	}

	/** The places in a mailbox. */
	Place of(Server server, @Nullable String key) {
		return this.closed ? new Place(server, key)
				: this.held.computeIfAbsent(new Mailbox(server, key), (mailbox) -> new Place(server, key));
	}

	/**
	 * A cast takes a place, until it is taken or dropped.
	 * @return how many places the peer's casts hold in its mailbox without it
	 */
	int take(Place place) {
		int before = place.take() + this.past.held(this.owner, place.server(), place.key());
		if (this.closed) {
			this.past.keep(this.owner, place);
		}
		return before;
	}

	/** Forget mailboxes of which none is held; they are not counted down any more. */
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

	/**
	 * Counts the places of one mailbox that casts of one connection hold. Only the
	 * connection's thread counts up and hands over; the thread that takes or drops a cast
	 * counts down, any thread.
	 * <p>
	 * Once the connection is over the number is handed over to a {@link Past}: it is
	 * replaced by a mark in one step, and a thread that finds the mark counts down there
	 * instead, so each cast is counted down exactly once.
	 */
	static final class Place {

		private static final int HANDED_OVER = Integer.MIN_VALUE;

		private final Server server;

		private final @Nullable String key;

		private final AtomicInteger held = new AtomicInteger();

		/** Set before the mark, and read after it was seen. */
		private @Nullable Past heir;

		Place(Server server, @Nullable String key) {
			this.server = server;
			this.key = key;
		}

		Server server() {
			return this.server;
		}

		@Nullable String key() {
			return this.key;
		}

		boolean holdsAny() {
			return this.held.get() > 0;
		}

		/**
		 * A cast takes a place. Not after it was handed over.
		 * @return how many were held before
		 */
		int take() {
			return this.held.getAndIncrement();
		}

		/** A cast leaves its place. */
		void leave() {
			while (true) {
				int known = this.held.get();
				if (known == HANDED_OVER) {
					Past past = this.heir;
					if (past != null) {
						past.leave();
					}
					return;
				}
				if (this.held.compareAndSet(known, known - 1)) {
					return;
				}
			}
		}

		/** From now on casts leave the places counted there. */
		void handOver(Past past) {
			this.heir = past;
			while (true) {
				int known = this.held.get();
				// Before the mark: who sees it counts down what is there already.
				past.add(known);
				if (this.held.compareAndSet(known, HANDED_OVER)) {
					return;
				}
				past.add(-known);
			}
		}

	}

}
