package io.genserver.rpc.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;

import io.genserver.log.SafeLogger;
import io.genserver.rpc.outbound.OutboundCalls;
import io.genserver.rpc.outbound.UnsentCast;
import org.jspecify.annotations.Nullable;

/**
 * Casts that a connection certainly did not deliver, until there is another: in the order
 * they were made, and ahead of what waits for a connection, which was made later. Those
 * that cannot be sent again are counted and logged.
 * <p>
 * Those of which nothing is known, as in base mode, are counted and logged, too.
 * <p>
 * Guarded by its monitor, which is taken within that of the
 * {@link ReconnectingConnection} it belongs to.
 */
final class UnsentCasts {

	private static final SafeLogger logger = SafeLogger.of(UnsentCasts.class);

	private final Queue<UnsentCast> casts = new ArrayDeque<>();

	private final String address;

	private final int most;

	private final Executor workers;

	/** How many were given up, and not logged yet. */
	private int lost;

	private String why = "";

	/**
	 * Create.
	 * @param address of the endpoint, for people
	 * @param most how many may wait
	 * @param workers where lines are logged
	 */
	UnsentCasts(String address, int most, Executor workers) {
		this.address = address;
		this.most = most;
		this.workers = workers;
	}

	/**
	 * Keeps a cast until there is a connection; {@code null} if nothing is known of it.
	 */
	synchronized void add(@Nullable UnsentCast cast) {
		if (cast == null) {
			lost("too many had been sent to know all of them");
		}
		else if (this.casts.size() >= this.most) {
			lost(this.most + " of them wait already for another connection");
		}
		else {
			this.casts.add(cast);
		}
	}

	/** Sends all over a connection. */
	synchronized void sendOver(OutboundCalls connection) {
		// What cannot be sent over this one either comes back while this goes on.
		List<UnsentCast> all = new ArrayList<>(this.casts);
		this.casts.clear();
		for (UnsentCast each : all) {
			String refusal = connection.castAgain(each);
			if (refusal != null) {
				lost(refusal);
			}
		}
	}

	/** There will be no other connection. */
	synchronized void giveUp(String reason) {
		while (this.casts.poll() != null) {
			lost(reason);
		}
	}

	/** A cast that comes after that. */
	synchronized void giveUpNext(String reason) {
		lost(reason);
	}

	/** So many may have been lost with a connection; nothing is known of them. */
	void inDoubt(long count) {
		this.workers.execute(() -> logger.warn("{} casts were sent to {} over a connection that has ended, and may not"
				+ " have been handled: in base mode nothing answers a cast, and no call made after them was answered."
				+ " In ext mode the endpoint says which it has taken; a call is answered in both", count,
				this.address));
	}

	private void lost(String reason) {
		this.why = reason;
		if (this.lost++ == 0) {
			this.workers.execute(this::report);
		}
	}

	private void report() {
		int count;
		String reason;
		synchronized (this) {
			count = this.lost;
			reason = this.why;
			this.lost = 0;
		}
		logger.warn("{} casts were not delivered to {} by a connection that is over, and not sent again: {}", count,
				this.address, reason);
	}

}
