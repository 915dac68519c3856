package io.genserver.protocol.base;

import java.util.function.IntPredicate;

import io.genserver.protocol.Side;

/**
 * The ids one side gives to its streams and requests: counted modulo 2^31 in its half of
 * the id space, skipping those still in use.
 */
final class IdSequence {

	private final Side side;

	private final IntPredicate inUse;

	private int next;

	IdSequence(Side side, int first, IntPredicate inUse) {
		this.side = side;
		this.next = first;
		this.inUse = inUse;
	}

	int next() {
		int id = this.side.id(this.next++);
		while (this.inUse.test(id)) {
			id = this.side.id(this.next++);
		}
		return id;
	}

}
