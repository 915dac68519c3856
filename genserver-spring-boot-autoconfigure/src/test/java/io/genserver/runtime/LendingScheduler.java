package io.genserver.runtime;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler in virtual time that lets turns run on executors, which must not use other
 * threads than its own.
 */
class LendingScheduler implements Scheduler {

	final Scheduler scheduler;

	private @Nullable Check check;

	LendingScheduler(Scheduler scheduler) {
		this.scheduler = scheduler;
	}

	@Override
	public boolean allowsExecutors() {
		return true;
	}

	@Override
	public void recovered(Runnable task) {
		if (this.check != null) {
			this.check.recovered(task);
		}
	}

	@Override
	public void attend(@Nullable Check check) {
		if (check != null) {
			this.check = check;
			this.scheduler.attend(check);
		}
	}

	@Override
	public Instant instant() {
		return this.scheduler.instant();
	}

	@Override
	public long nanoTime() {
		return this.scheduler.nanoTime();
	}

	@Override
	public long coarseTime() {
		return this.scheduler.coarseTime();
	}

	@Override
	public double random() {
		return this.scheduler.random();
	}

	@Override
	public void execute(Runnable task) {
		this.scheduler.execute(task);
	}

	@Override
	public boolean await(Waiter waiter, long deadline) throws InterruptedException {
		return this.scheduler.await(waiter, deadline);
	}

	@Override
	public void wake(Waiter waiter) {
		this.scheduler.wake(waiter);
	}

	@Override
	public void track(Expiring expiring) {
		this.scheduler.track(expiring);
	}

	@Override
	public void observe(Crowded crowded) {
		this.scheduler.observe(crowded);
	}

	@Override
	public void hasten() {
		this.scheduler.hasten();
	}

	@Override
	public void closing() {
		this.scheduler.closing();
	}

	@Override
	public void open() {
		this.scheduler.open();
	}

	@Override
	public void close(long timeout, TimeUnit unit) {
		this.scheduler.close(timeout, unit);
	}

	@Override
	public void close(long timeout, TimeUnit unit, int callers) {
		this.scheduler.close(timeout, unit, callers);
	}

}
