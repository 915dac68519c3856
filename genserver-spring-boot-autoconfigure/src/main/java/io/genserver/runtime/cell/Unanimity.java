package io.genserver.runtime.cell;

import io.genserver.runtime.message.Message;

/**
 * Whether of several messages all were given up, or none. Belongs to one thread.
 */
final class Unanimity {

	private boolean givenUp;

	private boolean wanted;

	Unanimity(boolean givenUp) {
		this.givenUp = givenUp;
	}

	void add(Message message) {
		if (message.isCancelled()) {
			this.givenUp = true;
		}
		else {
			this.wanted = true;
		}
	}

	boolean anyGivenUp() {
		return this.givenUp;
	}

	boolean anyWanted() {
		return this.wanted;
	}

}
