package io.genserver.runtime.message;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.genserver.CallCycleException;
import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * How a turn waits for a future that needs several others, one after the other: its edge
 * leads to the first that has not completed. If that closes a cycle the wait fails, and
 * none of the others is given up.
 */
final class SeveralWait extends GuardedWait {

	private final List<Wait> waits = new CopyOnWriteArrayList<>();

	/**
	 * Create.
	 * @param waiter is ready once the future has completed
	 * @param closed is called if there is no point in waiting
	 */
	SeveralWait(Waiter waiter, Consumer<CallCycleException> closed) {
		super(waiter, closed);
	}

	/** Something more is needed. */
	void add(Wait wait, Recipient waiting) {
		Recipient target = wait.isPending() ? wait.target() : null;
		if (target != null) {
			// One edge at a time: first the one that closes a cycle now.
			this.waits.add(Cycles.leads(target, waiting) ? 0 : this.waits.size(), wait);
		}
	}

	@Override
	public @Nullable Recipient target() {
		for (Wait wait : this.waits) {
			Recipient target = wait.isPending() ? wait.target() : null;
			if (target != null) {
				return target;
			}
		}
		return null;
	}

}
