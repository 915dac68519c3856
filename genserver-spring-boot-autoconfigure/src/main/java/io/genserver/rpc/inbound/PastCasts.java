package io.genserver.rpc.inbound;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.rpc.inbound.HeldPlaces.Place;
import io.genserver.runtime.Server;
import org.jspecify.annotations.Nullable;

/**
 * How many places of mailboxes the casts of connections hold that are over, by whom those
 * connections counted for: a peer gets no other share of a mailbox by connecting again.
 * Counters are kept until nothing is held, the thread that takes the last cast removes
 * its counter.
 * <p>
 * Keeps a limited number of counters. Beyond it what a peer holds counts as held in each
 * mailbox it sends to, by one counter for that peer; and beyond twice that number of
 * counters it is not remembered, which takes as many addresses or principals. Safe for
 * use by many threads.
 */
final class PastCasts {

	/** Counters of a peer's casts in one mailbox. */
	static final int MOST = 4096;

	/** Guarded by this. */
	private final Map<Owned, Past> counters = new HashMap<>();

	private volatile boolean empty = true;

	/**
	 * How many places past connections of an owner hold.
	 * @param owner who, {@code null} for one that is not recognized
	 */
	int held(@Nullable String owner, Server server, @Nullable String key) {
		if (owner == null || this.empty) {
			return 0;
		}
		synchronized (this) {
			return held(new Owned(owner, server, key)) + held(new Owned(owner, null, null));
		}
	}

	private int held(Owned owned) {
		Past past = this.counters.get(owned);
		return (past != null) ? past.held.get() : 0;
	}

	/**
	 * A connection is over: from now on what it holds counts here.
	 * @param owner who it counted for
	 * @param place what it holds of one mailbox
	 */
	void keep(@Nullable String owner, Place place) {
		if (owner == null || !place.holdsAny()) {
			return;
		}
		synchronized (this) {
			Past past = past(owner, place);
			if (past != null) {
				this.empty = false;
				// While it is handed over it cannot be removed.
				past.held.incrementAndGet();
				place.handOver(past);
				past.leave();
			}
		}
	}

	private @Nullable Past past(String owner, Place place) {
		Owned exact = new Owned(owner, place.server(), place.key());
		Past known = this.counters.get(exact);
		if (known != null || this.counters.size() < MOST) {
			return (known != null) ? known : add(exact);
		}
		Owned all = new Owned(owner, null, null);
		known = this.counters.get(all);
		return (known != null || this.counters.size() >= 2 * MOST) ? known : add(all);
	}

	private Past add(Owned owned) {
		Past made = new Past(owned);
		this.counters.put(owned, made);
		return made;
	}

	private synchronized void remove(Past past) {
		if (past.held.get() == 0 && this.counters.remove(past.owned, past)) {
			this.empty = this.counters.isEmpty();
		}
	}

	/** How many counters there are. */
	synchronized int size() {
		return this.counters.size();
	}

	/**
	 * Whose places of which mailbox.
	 *
	 * @param owner whose
	 * @param server the server, {@code null} for all mailboxes
	 * @param key the instance, or {@code null}
	 */
	private record Owned(String owner, @Nullable Server server, @Nullable String key) {
	}

	/** Counts the places of connections that are over. */
	final class Past {

		private final Owned owned;

		private final AtomicInteger held = new AtomicInteger();

		private Past(Owned owned) {
			this.owned = owned;
		}

		/** Casts of a connection that is over come in addition. */
		void add(int places) {
			this.held.addAndGet(places);
		}

		/** One of them is taken or dropped. */
		void leave() {
			if (this.held.decrementAndGet() == 0) {
				remove(this);
			}
		}

	}

}
