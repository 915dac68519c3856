package io.genserver.runtime;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * The handlers of one server that run outside its turn, because their operations allow
 * several invocations at once. The turn asks for a free slot and passes the message on;
 * without one it parks, and the next handler that ends wakes it.
 */
final class ConcurrentRuns {

	private final ServerCell cell;

	private final Map<Operation, Integer> active = new HashMap<>();

	/**
	 * What runs, and how far it is: the message itself before its handler runs, the
	 * handler's thread, or what the handler returned and is awaited.
	 */
	private final Map<Message, Object> running = new ConcurrentHashMap<>();

	private int total;

	/** Whether the turn parks until a handler ends. */
	private boolean awaited;

	/** Commands that have to wait until no handler runs. */
	private int postponed;

	ConcurrentRuns(ServerCell cell) {
		this.cell = cell;
	}

	/** Take a slot, or be woken when one may be free. Only in the turn. */
	synchronized boolean acquire(Operation operation) {
		int running = this.active.getOrDefault(operation.slots(), 0);
		if (running >= operation.concurrency()) {
			this.awaited = true;
			return false;
		}
		this.active.put(operation.slots(), running + 1);
		this.total++;
		return true;
	}

	/** Give back a slot that was not used. Only in the turn. */
	synchronized void release(Operation operation) {
		this.active.merge(operation.slots(), -1, Integer::sum);
		this.total--;
	}

	/**
	 * Postpone commands until no handler runs. Only in the turn.
	 * @return {@code false} if none runs, so that they can be followed now
	 */
	synchronized boolean postpone(int commands) {
		if (this.total == 0) {
			return false;
		}
		this.postponed |= commands;
		return true;
	}

	synchronized boolean isEmpty() {
		return this.total == 0;
	}

	/** Interrupt what runs and give up what is awaited. For shutdown, on any thread. */
	void interrupt() {
		this.running.forEach((message, by) -> {
			if (message instanceof Call call) {
				this.cell.handling().giveUpAtShutdown(call);
			}
			if (by instanceof Thread thread) {
				thread.interrupt();
			}
			else if (by instanceof CompletionStage<?>) {
				ended(message, null, new CancellationException("Server " + this.cell.label() + " was shut down"));
			}
		});
	}

	/** Run a message that has a slot. */
	void start(Message message) {
		this.running.put(message, message);
		this.cell.runtime().scheduler().execute(() -> run(message));
	}

	private void run(Message message) {
		Turn turn = Turn.enter(this.cell);
		turn.message = message;
		turn.concurrent = true;
		this.running.put(message, Thread.currentThread());
		Object result = null;
		Throwable failure = null;
		try {
			result = this.cell.handling().invoke(message);
		}
		catch (Throwable ex) {
			failure = ex;
		}
		finally {
			turn.leave();
		}
		if (failure != null || !(result instanceof CompletionStage<?> stage)) {
			ended(message, result, failure);
		}
		else {
			await(message, stage);
		}
		// An interrupt of this handler must not meet the next task of the thread.
		Thread.interrupted();
	}

	private void await(Message message, CompletionStage<?> stage) {
		this.running.put(message, stage);
		boolean unwraps = message.operation().unwrapsStage();
		try {
			stage.whenComplete((value, cause) -> ended(message, unwraps ? value : stage, Awaited.unwrap(cause)));
		}
		catch (Throwable ex) {
			ended(message, null, ex);
		}
	}

	private void ended(Message message, @Nullable Object result, @Nullable Throwable failure) {
		if (this.running.remove(message) == null) {
			return;
		}
		try {
			this.cell.handling().concurrentlyOver(message, result, failure);
		}
		finally {
			freeSlot(message.operation());
		}
	}

	private void freeSlot(Operation operation) {
		int commands;
		synchronized (this) {
			this.active.merge(operation.slots(), -1, Integer::sum);
			this.total--;
			commands = this.awaited ? ServerCell.WAKE : 0;
			this.awaited = false;
			if (this.total == 0) {
				commands |= this.postponed;
				this.postponed = 0;
			}
		}
		if (commands != 0) {
			this.cell.command(commands);
		}
	}

}
