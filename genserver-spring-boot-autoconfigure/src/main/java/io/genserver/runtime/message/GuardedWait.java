package io.genserver.runtime.message;

import java.util.function.Consumer;

import io.genserver.CallCycleException;
import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * A wait that fails for the thread that waits, if it would close a cycle; what it waits
 * for goes on.
 */
public abstract class GuardedWait implements Wait, Waiter {

	private final Waiter waiter;

	private final Consumer<CallCycleException> closed;

	private volatile @Nullable CallCycleException cycle;

	/**
	 * Create.
	 * @param waiter is ready with what is waited for
	 * @param closed gets the reason if there is no point in waiting
	 */
	protected GuardedWait(Waiter waiter, Consumer<CallCycleException> closed) {
		this.waiter = waiter;
		this.closed = closed;
	}

	/** Fail if the wait has ended as it closes a cycle. */
	protected final void check() {
		CallCycleException found = this.cycle;
		if (found != null && !this.waiter.isReady()) {
			throw found;
		}
	}

	@Override
	public final boolean isPending() {
		return !isReady();
	}

	@Override
	public final void giveUpForCycle(CallCycleException found) {
		this.cycle = found;
		this.closed.accept(found);
	}

	@Override
	public final boolean isReady() {
		return this.waiter.isReady() || this.cycle != null;
	}

	@Override
	public final @Nullable Thread thread() {
		return this.waiter.thread();
	}

	@Override
	public final void thread(@Nullable Thread thread) {
		this.waiter.thread(thread);
	}

}
