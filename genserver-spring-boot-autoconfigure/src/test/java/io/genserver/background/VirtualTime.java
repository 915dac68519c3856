package io.genserver.background;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Time that passes when told to; threads are real.
 */
public class VirtualTime implements ServiceEnvironment {

	public static final Duration HANG_GUARD = Duration.ofSeconds(30);

	private final PriorityQueue<Timer> timers = new PriorityQueue<>(Comparator.comparingLong(Timer::due));

	private final List<Thread> threads = new CopyOnWriteArrayList<>();

	private long nanos;

	volatile double random;

	@Override
	public Instant now() {
		return Instant.EPOCH.plusNanos(nanoTime());
	}

	@Override
	public synchronized long nanoTime() {
		return this.nanos;
	}

	@Override
	public double random() {
		return this.random;
	}

	@Override
	public synchronized Registration after(Duration delay, Runnable task) {
		Timer timer = new Timer(this.nanos + delay.toNanos(), task);
		this.timers.add(timer);
		notifyAll();
		return () -> remove(timer);
	}

	private synchronized void remove(Timer timer) {
		this.timers.remove(timer);
	}

	@Override
	public Thread newThread(String name, Runnable task) {
		Thread thread = ServiceEnvironment.system().newThread(name, task);
		this.threads.add(thread);
		return thread;
	}

	/** The threads made so far. */
	List<Thread> threads() {
		return this.threads;
	}

	/** Wait until somebody waits for exactly this much time to pass from now. */
	public synchronized void awaitTimer(Duration delay) throws InterruptedException {
		long end = System.nanoTime() + HANG_GUARD.toNanos();
		while (this.timers.stream().noneMatch((timer) -> timer.due() == this.nanos + delay.toNanos())) {
			if (System.nanoTime() > end) {
				throw new AssertionError("Nobody waits for " + delay + "; there are " + delays());
			}
			wait(100);
		}
	}

	/** What is waited for. */
	public synchronized List<Duration> delays() {
		return this.timers.stream().map((timer) -> Duration.ofNanos(timer.due() - this.nanos)).sorted().toList();
	}

	/** Let time pass, and run what is due. */
	public void advance(Duration duration) {
		List<Runnable> due = new ArrayList<>();
		synchronized (this) {
			this.nanos += duration.toNanos();
			for (Timer next = this.timers.peek(); next != null && next.due() <= this.nanos; next = this.timers.peek()) {
				this.timers.remove();
				due.add(next.task());
			}
		}
		due.forEach(Runnable::run);
	}

	/** Identity counts: two timers may be equal. */
	private static final class Timer {

		private final long due;

		private final Runnable task;

		private Timer(long due, Runnable task) {
			this.due = due;
			this.task = task;
		}

		private long due() {
			return this.due;
		}

		private Runnable task() {
			return this.task;
		}

	}

}
