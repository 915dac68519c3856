package io.genserver.runtime;

import io.genserver.CallCycleException;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.message.Recipient;
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
	public boolean start() {
		return move(QUEUED, RUNNING);
	}

	@Override
	public void succeed(Recipient here, @Nullable Object value) {
	}

	@Override
	public void fail(Recipient here, Throwable failure) {
	}

	@Override
	public boolean abandon(Recipient here) {
		if (this.failsToEnd > 0) {
			this.failsToEnd--;
			throw new OutOfMemoryError("expected");
		}
		return move(ROOM, GIVEN_UP);
	}

	@Override
	public @Nullable Recipient target() {
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
	public boolean isCast() {
		return true;
	}

	@Override
	public String toString() {
		return this.sender + "/" + this.number;
	}

}
