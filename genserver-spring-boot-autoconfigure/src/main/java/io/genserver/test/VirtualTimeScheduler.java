package io.genserver.test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import io.genserver.log.SafeLogger;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.Waiter;
import io.genserver.time.Durations;

/**
 * A scheduler whose threads are real and whose time is not: any thread may use servers,
 * and time passes in {@link #advance} only.
 * <p>
 * <b>Rest.</b> Every task counts as active from the moment it is handed over until it has
 * ended, except while it waits here; the thread that wakes it counts it again before it
 * runs. So with nothing active, nothing will happen but by the test, by time, or by
 * threads that are not of the engine. All of that is kept under one lock, which is never
 * held while anything else is called.
 * <p>
 * <b>Shutdown</b> has no test that lets time pass. From {@link #closing} on it passes as
 * real time does, and leaps while everything rests.
 */
final class VirtualTimeScheduler implements Scheduler {

	private static final SafeLogger logger = SafeLogger.of(VirtualTimeScheduler.class);

	private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

	private static final int SWEPT = 1024;

	private final ReentrantLock lock = new ReentrantLock();

	private final long patience;

	private final PriorityQueue<Expiring> timed = new PriorityQueue<>(Comparator.comparingLong(Expiring::deadline));

	private final Set<ParkedThread> parked = new LinkedHashSet<>();

	private final Set<Thread> workers = new LinkedHashSet<>();

	private final Deque<Crowded> crowded = new ArrayDeque<>();

	private final ThreadLocal<Boolean> works = ThreadLocal.withInitial(() -> false);

	private volatile long now;

	private volatile int active;

	/** Whether anything has happened since what is crowded was last looked at. */
	private boolean lookDue;

	private boolean looking;

	private int added;

	private long tasks;

	private volatile boolean closing;

	private volatile boolean closed;

	/**
	 * Create.
	 * @param patience real time to wait for what should not take any
	 */
	VirtualTimeScheduler(Duration patience) {
		this.patience = Durations.nanos(patience);
	}

	void advance(Duration duration) {
		Durations.notNegative("Time does not go back: the duration", duration);
		settle();
		// Virtual time ends a century after its beginning, before sums could overflow.
		long target = Math.max(this.now, Math.min(this.now + Durations.nanos(duration), Durations.LONGEST));
		while (passUntil(target)) {
			settle();
		}
	}

	/** Go to the next moment at which something is due; whether that is it. */
	private boolean passUntil(long target) {
		this.lock.lock();
		try {
			long next = nextDue();
			boolean due = next != Long.MAX_VALUE && next - target <= 0;
			this.now = due ? Math.max(this.now, next) : target;
			fire();
			return due;
		}
		finally {
			this.lock.unlock();
		}
	}

	void settle() {
		if (this.works.get()) {
			throw new IllegalStateException(
					"A handler cannot wait for the servers to rest, nor let time pass: do so in the test's thread");
		}
		long end = System.nanoTime() + this.patience;
		while (!isAtRest()) {
			if (System.nanoTime() - end > 0) {
				throw new AssertionError(withStacks("Servers did not come to rest within " + this.patience / 1_000_000
						+ " ms of real time. Running:", running()));
			}
			LockSupport.parkNanos(this, MILLISECOND / 20);
		}
	}

	private boolean isAtRest() {
		this.lock.lock();
		try {
			return this.active == 0
					&& this.parked.stream().noneMatch((each) -> each.counted && each.thread.isInterrupted());
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public long nanoTime() {
		return this.now;
	}

	@Override
	public Instant instant() {
		return Instant.EPOCH.plusNanos(this.now);
	}

	@Override
	public long coarseTime() {
		return this.now;
	}

	@Override
	public double random() {
		return 0.5;
	}

	@Override
	public void execute(Runnable task) {
		this.lock.lock();
		try {
			this.lookDue = true;
			begin(task);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public boolean await(Waiter waiter, long deadline) throws InterruptedException {
		Thread thread = Thread.currentThread();
		waiter.thread(thread);
		try {
			while (true) {
				ParkedThread self = new ParkedThread(thread, waiter, deadline);
				enter(self);
				try {
					if (waiter.isReady()) {
						return true;
					}
					if (deadline != Long.MAX_VALUE && deadline - this.now <= 0) {
						return waiter.isReady();
					}
					if (Thread.interrupted()) {
						throw new InterruptedException();
					}
					rest(self);
					park(self);
				}
				finally {
					leave(self);
				}
			}
		}
		finally {
			waiter.thread(null);
		}
	}

	@Override
	public void wake(Waiter waiter) {
		Thread thread = waiter.thread();
		if (thread == null) {
			return;
		}
		this.lock.lock();
		try {
			for (ParkedThread each : List.copyOf(this.parked)) {
				if (each.thread == thread) {
					wake(each);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void track(Expiring expiring) {
		this.lock.lock();
		try {
			if (++this.added % SWEPT == 0) {
				this.timed.removeIf(Expiring::isOver);
			}
			this.timed.add(expiring);
			fire();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void observe(Crowded each) {
		this.lock.lock();
		try {
			this.crowded.add(each);
			this.lookDue |= !this.looking;
			lookIfDue();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void closing() {
		this.lock.lock();
		boolean first = !this.closing;
		this.closing = true;
		this.lock.unlock();
		if (first) {
			Thread.ofVirtual().name("genserver-virtual-time").start(this::flow);
		}
	}

	@Override
	public void close(long timeout, TimeUnit unit) {
		long end = System.nanoTime() + unit.toNanos(timeout);
		while (!isAtRest() && System.nanoTime() - end < 0) {
			LockSupport.parkNanos(this, MILLISECOND);
		}
		this.closed = true;
	}

	/** Whether time no longer passes at all. */
	boolean isClosed() {
		return this.closed;
	}

	/**
	 * Create a thread that the servers do not know, which is active as a task is, from
	 * now on: it is to be started.
	 */
	Thread newThread(String name, Runnable body) {
		Thread thread = Thread.ofVirtual().name(name).inheritInheritableThreadLocals(false).unstarted(() -> run(body));
		this.lock.lock();
		try {
			this.active++;
			this.workers.add(thread);
		}
		finally {
			this.lock.unlock();
		}
		return thread;
	}

	/** Let time pass as it does outside, or at once if nothing else is going on. */
	private void flow() {
		long before = System.nanoTime();
		while (!this.closed) {
			LockSupport.parkNanos(this, MILLISECOND / 10);
			long passed = System.nanoTime() - before;
			before += passed;
			this.lock.lock();
			try {
				long next = nextDue();
				this.now = (this.active == 0 && next != Long.MAX_VALUE) ? Math.max(this.now, next) : this.now + passed;
				fire();
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	// Threads that wait. The lock is not held while a waiter is asked.

	private void enter(ParkedThread self) {
		this.lock.lock();
		try {
			this.parked.add(self);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** It parks now, unless it has been woken already. */
	private void rest(ParkedThread self) {
		this.lock.lock();
		try {
			if (!self.woken && this.works.get()) {
				self.counted = true;
				this.active--;
			}
			lookIfDue();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void leave(ParkedThread self) {
		this.lock.lock();
		try {
			wake(self);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Only with the lock. */
	private void wake(ParkedThread each) {
		if (this.parked.remove(each)) {
			each.woken = true;
			this.lookDue = true;
			if (each.counted) {
				this.active++;
			}
			LockSupport.unpark(each.thread);
		}
	}

	private void park(ParkedThread self) {
		long end = System.nanoTime() + this.patience;
		while (!self.woken && !self.thread.isInterrupted()) {
			if (self.counted || this.closing) {
				LockSupport.park(this);
			}
			else {
				LockSupport.parkNanos(this, Math.max(1, end - System.nanoTime()));
				if (!self.woken && !this.closing && System.nanoTime() - end >= 0 && isAtRest()) {
					throw new AssertionError(stuck(self));
				}
			}
		}
	}

	private String stuck(ParkedThread self) {
		this.lock.lock();
		try {
			long next = nextDue();
			String due = (next != Long.MAX_VALUE)
					? "something is due in " + Duration.ofNanos(next - this.now) + " of virtual time"
					: "nothing is due";
			List<Thread> others = this.parked.stream()
				.filter((each) -> each != self)
				.map((each) -> each.thread)
				.toList();
			return withStacks("Thread " + self.thread.getName() + " waits for " + self.waiter
					+ " while the servers rest and time stands still; " + due
					+ ". If the reply takes time, send asynchronously (callAsync, a method that returns a CompletableFuture), "
					+ "let time pass with VirtualTime.advance, then look at the future. Others that wait:", others);
		}
		finally {
			this.lock.unlock();
		}
	}

	private static String withStacks(String message, List<Thread> threads) {
		StringBuilder text = new StringBuilder(message);
		for (Thread thread : threads) {
			text.append('\n').append(thread.getName());
			for (StackTraceElement frame : thread.getStackTrace()) {
				if (!frame.getClassName().startsWith("java.")) {
					text.append("\n\tat ").append(frame);
				}
			}
		}
		return text.toString();
	}

	private List<Thread> running() {
		this.lock.lock();
		try {
			List<Thread> running = new ArrayList<>(this.workers);
			this.parked.forEach((each) -> running.remove(each.thread));
			return running;
		}
		finally {
			this.lock.unlock();
		}
	}

	// Tasks and deadlines. Only with the lock.

	private void begin(Runnable task) {
		this.active++;
		Thread thread = Thread.ofVirtual().name("genserver-virtual-time-" + this.tasks++).unstarted(() -> run(task));
		this.workers.add(thread);
		thread.start();
	}

	private void run(Runnable task) {
		this.works.set(true);
		try {
			task.run();
		}
		catch (Throwable ex) {
			logger.error("{} failed", task, ex);
		}
		finally {
			this.lock.lock();
			try {
				this.workers.remove(Thread.currentThread());
				this.active--;
				lookIfDue();
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	/** The earliest deadline of all, or {@code Long.MAX_VALUE}. */
	private long nextDue() {
		Expiring first = this.timed.peek();
		while (first != null && first.isOver()) {
			this.timed.remove();
			first = this.timed.peek();
		}
		long next = (first != null) ? first.deadline() : Long.MAX_VALUE;
		for (ParkedThread each : this.parked) {
			next = Math.min(next, each.deadline);
		}
		return next;
	}

	private void fire() {
		List<Expiring> due = new ArrayList<>();
		for (Expiring first = this.timed.peek(); first != null
				&& (first.isOver() || first.deadline() - this.now <= 0); first = this.timed.peek()) {
			due.add(this.timed.remove());
		}
		due.removeIf(Expiring::isOver);
		if (!due.isEmpty()) {
			begin(() -> due.forEach(VirtualTimeScheduler::expire));
		}
		for (ParkedThread each : List.copyOf(this.parked)) {
			if (each.deadline != Long.MAX_VALUE && each.deadline - this.now <= 0) {
				wake(each);
			}
		}
	}

	private static void expire(Expiring expiring) {
		if (!expiring.isOver()) {
			try {
				expiring.expire();
			}
			catch (Exception | Error ex) {
				logger.error("{} failed to expire", expiring, ex);
			}
		}
	}

	private void lookIfDue() {
		if (this.active == 0 && this.lookDue && !this.crowded.isEmpty()) {
			this.lookDue = false;
			this.looking = true;
			List<Crowded> seen = List.copyOf(this.crowded);
			this.crowded.clear();
			begin(() -> {
				seen.forEach(Crowded::look);
				this.looking = false;
			});
		}
	}

	/** A thread that waits, or is about to. */
	private static final class ParkedThread {

		private final Thread thread;

		private final Waiter waiter;

		private final long deadline;

		/** Whether it was taken off the active ones. */
		private volatile boolean counted;

		private volatile boolean woken;

		ParkedThread(Thread thread, Waiter waiter, long deadline) {
			this.thread = thread;
			this.waiter = waiter;
			this.deadline = deadline;
		}

	}

}
