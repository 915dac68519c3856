package io.genserver.test;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The time of the servers of a test, which stands still until the test lets it pass. A
 * parameter of test methods and a bean, with {@link AutoConfigureVirtualTime}.
 * <p>
 * Everything the servers do with time runs by it: deadlines of calls, timers
 * ({@link io.genserver.Every}, {@code schedule}, {@code scheduleEvery}), pauses before a
 * restart, idle times, and their ages in {@link io.genserver.ServerInfo}. So do pauses
 * and restarts of background services, which count as servers below. Other time is real:
 * sleeping threads, Reactor's schedulers, {@code orTimeout} of a future, connections. A
 * bean that asks for the time can be given this instant source, or its {@link #withZone
 * clock}.
 * <p>
 * Methods are for test threads: a handler cannot let time pass, since time waits for it.
 *
 * @since 0.1.0
 */
public final class VirtualTime implements InstantSource {

	private final VirtualTimeScheduler scheduler;

	VirtualTime(VirtualTimeScheduler scheduler) {
		this.scheduler = scheduler;
	}

	/**
	 * Let time pass. It goes from one moment at which something is due to the next, and
	 * stops at each until all servers are at rest, as {@link #settle} does; so a timer of
	 * ten seconds ticks six times in a minute, each time at its own moment.
	 * @param duration how much, not negative
	 * @throws AssertionError if the servers do not come to rest within 30 real seconds
	 * @throws IllegalStateException if called from a handler
	 */
	public void advance(Duration duration) {
		this.scheduler.advance(duration);
	}

	/**
	 * Wait until the servers are at rest, with no time passing: no message is left to
	 * handle, and every turn has ended or waits for a reply, for room or for a future. A
	 * handler that blocks on anything else is waited for. What other threads, which the
	 * servers do not know, may still be doing is not waited for: a future that such a
	 * thread completes is one to wait for in the test.
	 * @throws AssertionError if that takes longer than 30 real seconds, saying what runs
	 * @throws IllegalStateException if called from a handler
	 */
	public void settle() {
		this.scheduler.settle();
	}

	/**
	 * Return the time.
	 * @return the epoch, and what has passed since the context was made
	 */
	public Instant now() {
		return this.scheduler.instant();
	}

	@Override
	public Instant instant() {
		return now();
	}

}
