package io.genserver.runtime.cell;

import java.util.function.BooleanSupplier;

import io.genserver.BlockingCallException;
import io.genserver.runtime.contract.Operation;

/**
 * Which threads may wait for a server: turns, and all others but event loops and, until
 * the servers have started, the thread that starts the application.
 */
public final class BlockingRule {

	private final BooleanSupplier nonBlockingThread;

	private final BooleanSupplier started;

	private volatile Thread starter = Thread.currentThread();

	public BlockingRule(BooleanSupplier nonBlockingThread, BooleanSupplier started) {
		this.nonBlockingThread = nonBlockingThread;
		this.started = started;
	}

	/** The calling thread is the one that starts the application, again. */
	public void startsHere() {
		this.starter = Thread.currentThread();
	}

	public boolean mayBlock(boolean inTurn) {
		return inTurn || (!this.nonBlockingThread.getAsBoolean() && !isStarting());
	}

	/** For a call that is about to be sent. */
	public void check(String server, Operation operation, boolean inTurn) {
		check("Call of " + server + " " + operation, inTurn, true);
	}

	/** For the wait for a call that was sent. */
	void checkWait(String server, Operation operation, boolean inTurn) {
		check("The wait for the call of " + server + " " + operation, inTurn, false);
	}

	private void check(String what, boolean inTurn, boolean notExecuted) {
		if (inTurn) {
			return;
		}
		if (isStarting()) {
			throw new BlockingCallException(what
					+ " would block the thread that starts the application, but servers start only after all beans are"
					+ " there: call from an ApplicationRunner, or use a cast or an asynchronous call, which wait in the"
					+ " mailbox", notExecuted);
		}
		if (this.nonBlockingThread.getAsBoolean()) {
			throw blocks(what, notExecuted);
		}
	}

	/** For what does not need the servers to have started. */
	void checkThread(String what, boolean inTurn) {
		if (!inTurn && this.nonBlockingThread.getAsBoolean()) {
			throw blocks(what, true);
		}
	}

	private static BlockingCallException blocks(String what, boolean notExecuted) {
		return new BlockingCallException(what + " would block the thread " + Thread.currentThread().getName()
				+ ", which must not block: use an operation of the contract that returns a CompletableFuture or Mono,"
				+ " or GenServerRef.callAsync(...), and let what follows depend on it", notExecuted);
	}

	private boolean isStarting() {
		return Thread.currentThread() == this.starter && !this.started.getAsBoolean();
	}

}
