package io.genserver.runtime;

import io.genserver.CallCycleException;
import io.genserver.runtime.contract.Invocation;
import io.genserver.runtime.contract.Operation;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a mailbox that is no message.
 */
abstract class Mark extends Message {

	private static final Operation NONE = new Operation("mark", Operation.Kind.CAST, 0, false, false) {

		@Override
		public @Nullable Object invoke(Object instance, @Nullable Object payload, Invocation invocation) {
			throw new IllegalStateException("Not a message");
		}

	};

	Mark() {
		super(NONE, null, NONE, QUEUED);
	}

	@Override
	boolean start() {
		return false;
	}

	@Override
	void succeed(ServerCell cell, @Nullable Object value) {
		throw new IllegalStateException("Not a message");
	}

	@Override
	void fail(ServerCell cell, Throwable failure) {
		throw new IllegalStateException("Not a message");
	}

	@Override
	boolean abandon(ServerCell cell) {
		return false;
	}

	@Override
	boolean isCast() {
		return true;
	}

	@Override
	boolean holdsNothing() {
		return true;
	}

	@Override
	@Nullable ServerCell target() {
		return null;
	}

	@Override
	boolean isPending() {
		return false;
	}

	@Override
	void giveUpForCycle(CallCycleException cycle) {
	}

	/**
	 * Stands for the last message that was taken out of a mailbox, of which it keeps
	 * nothing but the position.
	 */
	static final class Empty extends Mark {

		Empty(int position) {
			this.position = position;
		}

	}

}
