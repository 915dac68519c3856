package io.genserver.rpc;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

import io.genserver.runtime.SafeLogger;

/**
 * Counts requests of peers whose arguments could not be decoded. Who waits for an answer
 * is told; a cast has nobody to tell, and is logged instead, rarely: each time the number
 * of those has doubled. Safe for use by many threads.
 */
final class BadArguments {

	private static final SafeLogger logger = SafeLogger.of(BadArguments.class);

	private final LongAdder requests = new LongAdder();

	private final AtomicLong casts = new AtomicLong();

	void count() {
		this.requests.increment();
	}

	/** How many requests there were. */
	long requests() {
		return this.requests.sum();
	}

	/** A cast is dropped. */
	void dropped(WireFailure why) {
		long dropped = this.casts.incrementAndGet();
		if (Long.bitCount(dropped) == 1) {
			logger.warn(
					"A cast of a peer was dropped, since its arguments cannot be decoded: {}. This has happened {}"
							+ " time(s), and is logged each time the number has doubled; DEBUG of {} logs each",
					why.error().message(), dropped, WireOperation.class.getName());
		}
	}

}
