package io.genserver.runtime.cell;

import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.contract.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A task that any thread hands to the turn of an instance, at most once:
 * {@link OwnWork#handOver}. It is made before, and is its own link in the queue: handing
 * it over needs no memory, and no mailbox can refuse it.
 */
abstract class InstanceTask implements LambdaOperation.Task {

	private final Operation operation;

	/** In its queue; written before it is published there, then by the turn. */
	@Nullable InstanceTask next;

	InstanceTask(Operation operation) {
		this.operation = operation;
	}

	final Operation operation() {
		return this.operation;
	}

	/**
	 * Whether its instance is ending, or has ended, so that nothing is to be done. Safe
	 * on any thread.
	 */
	abstract boolean isVoid();

}
