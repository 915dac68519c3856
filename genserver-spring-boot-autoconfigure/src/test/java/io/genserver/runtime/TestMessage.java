package io.genserver.runtime;

import io.genserver.CallCycleException;
import io.genserver.runtime.contract.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A message without a server, for tests of what carries messages.
 */
final class TestMessage extends Message {

	private static final Object GIVEN_UP = new Object();

	private static final Object ORIGIN = Thread.currentThread();

	private static final Operation OPERATION = TestOperation.cast("test", (instance, payload) -> null);

	final int number;

	/** For whoever sends it. */
	final int sender;

	/** How often there is no memory to end it. */
	int failsToEnd;

	TestMessage(int number) {
		this(0, number);
	}

	TestMessage(int sender, int number) {
		super(OPERATION, null, ORIGIN, QUEUED);
		this.sender = sender;
		this.number = number;
	}

	@Override
	boolean start() {
		return move(QUEUED, RUNNING);
	}

	@Override
	void succeed(ServerCell cell, @Nullable Object value) {
	}

	@Override
	void fail(ServerCell cell, Throwable failure) {
	}

	@Override
	boolean abandon(ServerCell cell) {
		if (this.failsToEnd > 0) {
			this.failsToEnd--;
			throw new OutOfMemoryError("expected");
		}
		return move(ROOM, GIVEN_UP);
	}

	@Override
	public @Nullable ServerCell target() {
		return null;
	}

	@Override
	public boolean isPending() {
		return !isOver();
	}

	@Override
	public void giveUpForCycle(CallCycleException cycle) {
	}

	@Override
	boolean isCast() {
		return true;
	}

	@Override
	public String toString() {
		return this.sender + "/" + this.number;
	}

}
