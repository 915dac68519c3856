package io.genserver.rpc;

import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.rpc.PastCasts.Past;
import io.genserver.runtime.Server;
import org.jspecify.annotations.Nullable;

/**
 * Counts the places of one mailbox that casts of one connection hold. Only the
 * connection's thread counts up and hands over; whoever takes or drops a cast counts
 * down, on any thread.
 * <p>
 * Once the connection is over the number is handed over to a {@link Past}: it is replaced
 * by a mark in one step, and whoever finds the mark counts down there instead, so each
 * cast is counted down exactly once.
 */
final class HeldPlace {

	private static final int HANDED_OVER = Integer.MIN_VALUE;

	private final Server server;

	private final @Nullable String key;

	private final AtomicInteger held = new AtomicInteger();

	/** Set before the mark, and read after it was seen. */
	private @Nullable Past heir;

	HeldPlace(Server server, @Nullable String key) {
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
