package io.genserver.rpc;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.LongSupplier;

import io.genserver.protocol.WireSession;

/**
 * Whether a connection is read: unless there is a reason not to. Belongs to the
 * connection's thread.
 */
public final class Reading {

	/** Why reading pauses. */
	public enum Reason {

		/** Too much that was received is not handled. */
		BUDGET,

		/** Too many answers are not taken. */
		ANSWERS

	}

	private final Transport transport;

	private final WireSession session;

	private final LongSupplier clock;

	private final Set<Reason> reasons = EnumSet.noneOf(Reason.class);

	public Reading(Transport transport, WireSession session, LongSupplier clock) {
		this.transport = transport;
		this.session = session;
		this.clock = clock;
	}

	/** Read no more while this reason lasts. */
	public void pause(Reason why) {
		boolean first = this.reasons.isEmpty();
		this.reasons.add(why);
		if (first) {
			this.session.readingPaused(true, this.clock.getAsLong());
			this.transport.pauseReading();
		}
	}

	/** A reason has ended, if it was one. */
	public void resume(Reason why) {
		if (this.reasons.remove(why) && this.reasons.isEmpty()) {
			this.session.readingPaused(false, this.clock.getAsLong());
			this.transport.resumeReading();
		}
	}

}
