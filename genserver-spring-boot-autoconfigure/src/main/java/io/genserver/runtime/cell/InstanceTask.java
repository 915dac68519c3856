package io.genserver.runtime.cell;

import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.contract.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A task that any thread hands to the turn of an instance, at most once. It is made
 * before, and is its own link in the queue: handing it over needs no memory, and no
 * mailbox can refuse it. It ends with its instance.
 */
abstract class InstanceTask implements LambdaOperation.Task {

	private final TimersAndContinuations target;

	/** Context of the instance that it is for. */
	private final CellContext owner;

	private final Operation operation;

	/** In its queue; written before it is published there, then by the turn. */
	@Nullable InstanceTask next;

	/**
	 * Create.
	 * @param owner context of the instance, not of a message
	 */
	InstanceTask(CellContext owner, Operation operation) {
		this.target = owner.cell().timers();
		this.owner = owner;
		this.operation = operation;
	}

	/** Run it in the turn, unless the instance has ended. On any thread. */
	final void handOver() {
		if (!isVoid()) {
			this.target.handOver(this);
		}
	}

	/** Whether its instance has ended, so that nothing is to be done. */
	final boolean isVoid() {
		return this.owner.isEnding();
	}

	final Operation operation() {
		return this.operation;
	}

}
