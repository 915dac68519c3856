package io.genserver.rpc;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts requests of peers whose arguments could not be decoded. Safe for use by many
 * threads.
 */
final class BadArguments {

	private final LongAdder requests = new LongAdder();

	void count() {
		this.requests.increment();
	}

	/** How many requests there were. */
	long requests() {
		return this.requests.sum();
	}

}
