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
final class SeveralWait implements Wait, Waiter {

	private final Waiter waiter;

	private final Consumer<CallCycleException> closed;

	private final List<Wait> waits = new CopyOnWriteArrayList<>();

	private volatile @Nullable CallCycleException cycle;

	/**
	 * Create.
	 * @param waiter is ready once the future has completed
	 * @param closed is called if there is no point in waiting
	 */
	SeveralWait(Waiter waiter, Consumer<CallCycleException> closed) {
		this.waiter = waiter;
		this.closed = closed;
	}

	/** Something more is needed. */
	void add(Wait wait, Recipient waiting) {
		Recipient target = wait.isPending() ? wait.target() : null;
		if (target != null) {
			// One edge at a time: first the one that closes a cycle now.
			this.waits.add(Cycles.leads(target, waiting) ? 0 : this.waits.size(), wait);
		}
	}

	/** Fail if the wait has ended as it closes a cycle. */
	void check() {
		CallCycleException found = this.cycle;
		if (found != null && !this.waiter.isReady()) {
			throw found;
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

	@Override
	public boolean isPending() {
		return !isReady();
	}

	@Override
	public void giveUpForCycle(CallCycleException found) {
		this.cycle = found;
		this.closed.accept(found);
	}

	@Override
	public boolean isReady() {
		return this.waiter.isReady() || this.cycle != null;
	}

	@Override
	public @Nullable Thread thread() {
		return this.waiter.thread();
	}

	@Override
	public void thread(@Nullable Thread thread) {
		this.waiter.thread(thread);
	}

}
