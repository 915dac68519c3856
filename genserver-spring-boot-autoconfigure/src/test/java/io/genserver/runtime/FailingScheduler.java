package io.genserver.runtime;

import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler that throws in some of the calls that the engine makes to it, as anything
 * may that needs memory or stack: in the n-th, and in some that follow. The engine comes
 * here in nearly every step, so that an error in each step can be tried.
 */
final class FailingScheduler extends LendingScheduler {

	private final Supplier<? extends @Nullable Error> error;

	/** Calls until one fails; negative once all have that were to. */
	private int left = Integer.MAX_VALUE;

	private int failures;

	private int calls;

	private boolean failsTracking;

	private boolean failsAfterTracking;

	private boolean forgets;

	private boolean failsTask;

	private @Nullable Queue<Runnable> held;

	private @Nullable Error last;

	/**
	 * Create.
	 * @param scheduler does what does not fail
	 * @param error makes what is thrown; whatever else it does happens in that very step,
	 * and without an error that is all
	 */
	FailingScheduler(Scheduler scheduler, Supplier<? extends @Nullable Error> error) {
		super(scheduler);
		this.error = error;
	}

	/**
	 * Let calls fail from now on.
	 * @param first the first that fails, from 1 on
	 * @param number how many fail, one after the other
	 */
	void fail(int first, int number) {
		this.calls = 0;
		this.left = first;
		this.failures = number;
	}

	/** From now on all is well; returns how many calls there were since {@link #fail}. */
	int stopFailing() {
		this.failures = 0;
		return this.calls;
	}

	/** What was thrown last. */
	@Nullable Error last() {
		return this.last;
	}

	private void step() {
		this.calls++;
		if (this.failures > 0 && --this.left <= 0) {
			this.failures--;
			fail();
		}
	}

	private void fail() {
		Error thrown = this.error.get();
		if (thrown != null) {
			this.last = thrown;
			throw thrown;
		}
	}

	@Override
	public long nanoTime() {
		step();
		return this.scheduler.nanoTime();
	}

	@Override
	public long coarseTime() {
		step();
		return this.scheduler.coarseTime();
	}

	@Override
	public double random() {
		step();
		return this.scheduler.random();
	}

	/** Forget the next task. */
	void forgetTask() {
		this.forgets = true;
	}

	/** Keep tasks instead of running them, until there is nowhere to keep them. */
	void hold(@Nullable Queue<Runnable> tasks) {
		this.held = tasks;
	}

	/** Let the next call of {@link #execute} fail. */
	void failTask() {
		this.failsTask = true;
	}

	@Override
	public void execute(Runnable task) {
		step();
		if (this.failsTask) {
			this.failsTask = false;
			throw this.error.get();
		}
		Queue<Runnable> keeps = this.held;
		if (keeps != null) {
			keeps.add(task);
			return;
		}
		if (this.forgets) {
			this.forgets = false;
			return;
		}
		this.scheduler.execute(() -> {
			try {
				task.run();
			}
			catch (VirtualMachineError ex) {
				// As a worker does.
				this.scheduler.hasten();
			}
		});
	}

	/** An executor as of a user's, which fails before and after it has taken a task. */
	Executor executor() {
		return (task) -> {
			step();
			execute(task);
			step();
		};
	}

	@Override
	public boolean await(Waiter waiter, long deadline) throws InterruptedException {
		step();
		return this.scheduler.await(waiter, deadline);
	}

	/** Let the next call of {@link #track} fail. */
	void failTracking() {
		this.failsTracking = true;
	}

	/** Let it fail after it has done what it was to do. */
	void failAfterTracking() {
		this.failsAfterTracking = true;
	}

	@Override
	public void track(Expiring expiring) {
		step();
		if (this.failsTracking) {
			this.failsTracking = false;
			fail();
		}
		this.scheduler.track(expiring);
		if (this.failsAfterTracking) {
			this.failsAfterTracking = false;
			fail();
		}
	}

	@Override
	public void observe(Crowded crowded) {
		step();
		look(crowded);
	}

	/** As the monitor does. */
	private void look(Crowded crowded) {
		this.scheduler.observe(() -> {
			try {
				crowded.look();
			}
			catch (VirtualMachineError ex) {
				look(crowded);
			}
		});
	}

}
