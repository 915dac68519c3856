package io.genserver.test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.genserver.runtime.scheduling.DeadlineWheel;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.Waiter;
import io.genserver.runtime.scheduling.Waiting;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler with virtual time that runs one thread at a time and draws every choice
 * from a seed: which ready task or thread comes next, when deadlines and rooms are looked
 * at, and where a running thread is made to let others go first. The same seed and the
 * same program give the same schedule, so whatever a seed finds can be found again.
 * <p>
 * <b>Threads.</b> The thread that makes the scheduler is its driver and one of its
 * participants: it may start servers, call them and shut them down as any thread may,
 * while the others run whenever it waits, in {@link #settle()} and in {@link #finish()}.
 * Other senders are made with {@link #spawn}. No other thread may touch anything that
 * uses this scheduler, and no participant may block on anything but the scheduler:
 * handlers wait for a reply, or with {@link #sleep}.
 * <p>
 * <b>Time</b> stands still while anything can run. When nothing can but a participant
 * waits, it jumps to the next deadline. {@link #advance} moves it while others could run,
 * so that deadlines pass in the midst of things.
 * <p>
 * <b>Preemption.</b> A participant may have to let others run whenever it asks for the
 * time, hands over a task, wakes another or waits, with a likelihood drawn from the seed;
 * never while it holds one of the engine's locks, since the one that runs instead could
 * block on that.
 * <p>
 * <b>Deadlock.</b> If nothing can run, nothing is timed and a participant waits, the
 * driver gets an {@link AssertionError} that shows who waits where and the last steps; so
 * it does if a thread that runs does not come to the scheduler for 30 seconds of real
 * time.
 *
 * @since 0.1.0
 */
public final class SeededScheduler implements Scheduler {

	private static final long TICK = TimeUnit.MILLISECONDS.toNanos(1);

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final int MAX_STEPS = 2_000_000;

	private static final int MAX_LAST_ROUNDS = 10_000;

	private static final StackWalker STACK = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

	private final long seed;

	private final long patience;

	private final Random random;

	private final double preemption;

	private final Participant driver = new Participant(Thread.currentThread());

	private final List<Runnable> tasks = new ArrayList<>();

	private final List<Participant> preempted = new ArrayList<>();

	private final List<Participant> waiting = new ArrayList<>();

	private final DeadlineWheel wheel;

	/** What the wheel watches, to know how far time may jump. */
	private final PriorityQueue<Expiring> timed = new PriorityQueue<>(Comparator.comparingLong(Expiring::deadline));

	private final Deque<Crowded> crowded = new ArrayDeque<>();

	private final ScheduleTrace trace = new ScheduleTrace();

	private final Queue<Throwable> failures = new ArrayDeque<>();

	private @Nullable Check check;

	private Participant running = this.driver;

	private Rest rest = Rest.NEVER;

	private long now;

	private int workers;

	private boolean ticking;

	/** Whether anything has happened since the last tick. */
	private boolean tickDue = true;

	private boolean abandoned;

	/**
	 * Create a scheduler whose driver is the calling thread.
	 * @param seed decides every choice
	 */
	public SeededScheduler(long seed) {
		this(seed, PATIENCE);
	}

	/**
	 * Create a scheduler whose driver is the calling thread.
	 * @param seed decides every choice
	 * @param patience real time after which a thread that runs counts as blocked
	 */
	SeededScheduler(long seed, Duration patience) {
		this.seed = seed;
		this.patience = Durations.nanos(patience);
		this.random = new Random(seed);
		this.preemption = new double[] { 0, 0.02, 0.1, 0.4 }[this.random.nextInt(4)];
		// Anywhere, since that is all the engine may assume.
		this.now = TimeUnit.MICROSECONDS.toNanos(this.random.nextLong(-1_000_000_000_000L, 1_000_000_000_000L));
		this.wheel = new DeadlineWheel(this.now);
	}

	/**
	 * Return the seed.
	 * @return the seed
	 */
	public long seed() {
		return this.seed;
	}

	/**
	 * Return the source of all choices, for choices of the test.
	 * @return the source
	 */
	public Random choices() {
		return this.random;
	}

	/**
	 * Add a sender: a thread of its own that begins at some time from now on.
	 * @param <T> type of the result
	 * @param name name of the thread
	 * @param body what it does
	 * @return completes with the result; look at it after {@link #finish()}
	 */
	public <T> CompletableFuture<T> spawn(String name, Callable<T> body) {
		CompletableFuture<T> result = new CompletableFuture<>();
		this.preempted.add(new Participant(name, () -> {
			try {
				result.complete(body.call());
			}
			catch (Throwable ex) {
				result.completeExceptionally(ex);
			}
			end();
		}));
		return result;
	}

	/**
	 * Let everything run that can, without any time passing. Only by the driver.
	 * @throws AssertionError if a task of the engine failed
	 */
	public void settle() {
		restUntil(Rest.SETTLED);
	}

	/**
	 * Let everything run, and time pass, until no participant but the driver is left.
	 * What is only timed, such as a server's timer, does not count. Only by the driver.
	 * @throws AssertionError if participants wait for ever or a task of the engine failed
	 */
	public void finish() {
		restUntil(Rest.ALONE);
	}

	/**
	 * Move time on at once, whatever can run, and let others run before or after.
	 * @param duration how far
	 */
	public void advance(Duration duration) {
		this.now += Durations.nanos(duration);
		this.tickDue = true;
		letOthersRun();
	}

	/**
	 * Let time pass until nothing else can run for so long.
	 * @param duration how long
	 */
	public void sleep(Duration duration) {
		try {
			await(new Waiting(() -> false, "time to pass"), this.now + Durations.nanos(duration));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted in its sleep", ex);
		}
	}

	/** Maybe let others run. */
	public void letOthersRun() {
		Participant self = self();
		this.preempted.add(self);
		handOn(self);
	}

	@Override
	public long nanoTime() {
		maybePreempt();
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
		return this.random.nextDouble();
	}

	@Override
	public void execute(Runnable task) {
		self();
		if (!this.abandoned) {
			this.tasks.add(task);
			maybePreempt();
		}
	}

	@Override
	public boolean await(Waiter waiter, long deadline) throws InterruptedException {
		Participant self = self();
		maybePreempt();
		if (Thread.interrupted()) {
			throw new InterruptedException();
		}
		waiter.thread(Thread.currentThread());
		try {
			while (!waiter.isReady()) {
				if (Thread.interrupted()) {
					throw new InterruptedException();
				}
				if (deadline != Long.MAX_VALUE && deadline - this.now <= 0) {
					return waiter.isReady();
				}
				self.waiter = waiter;
				self.deadline = deadline;
				self.woken = false;
				this.waiting.add(self);
				handOn(self);
				self.waiter = null;
			}
			return true;
		}
		finally {
			waiter.thread(null);
		}
	}

	@Override
	public void wake(Waiter waiter) {
		Thread thread = waiter.thread();
		for (Participant participant : this.waiting) {
			if (thread != null && participant.isOn(thread)) {
				participant.woken = true;
			}
		}
		maybePreempt();
	}

	@Override
	public void track(Expiring expiring) {
		this.wheel.add(expiring);
		this.timed.add(expiring);
		maybePreempt();
	}

	@Override
	public void observe(Crowded crowded) {
		this.crowded.add(crowded);
		maybePreempt();
	}

	@Override
	public void attend(Check check) {
		this.check = check;
	}

	@Override
	public void hasten() {
		this.tickDue = true;
	}

	@Override
	public void close(long timeout, TimeUnit unit) {
		// Threads end by themselves when there is nothing to run.
		// What can, does so first; a task may go on for ever.
		for (int rounds = 0; rounds < MAX_LAST_ROUNDS && canAnythingRun(); rounds++) {
			letOthersRun();
		}
	}

	// The baton.

	private Participant self() {
		Participant self = this.running;
		if (!self.isOn(Thread.currentThread())) {
			throw new IllegalStateException("Thread " + Thread.currentThread().getName()
					+ " must not use this scheduler: only its driver and what it spawned may");
		}
		return self;
	}

	private void maybePreempt() {
		if (this.preemption > 0 && this.random.nextDouble() < this.preemption && !this.abandoned && !holdsLock()) {
			letOthersRun();
		}
	}

	private static boolean holdsLock() {
		return STACK
			.walk((frames) -> frames.anyMatch((frame) -> Locking.class.isAssignableFrom(frame.getDeclaringClass())));
	}

	/** The baton's holder, which is in one of the lists by now, lets another go on. */
	private void handOn(Participant self) {
		if (this.abandoned) {
			throw new Abandoned();
		}
		Participant next = choose();
		if (next != self) {
			this.running = next;
			next.giveBaton();
			if (self == this.driver) {
				driverTakesBaton();
			}
			else {
				self.takeBaton();
			}
		}
		if (self == this.driver) {
			failIfNeeded();
		}
		if (this.abandoned) {
			throw new Abandoned();
		}
	}

	/**
	 * A participant that blocks on anything but the scheduler keeps the baton for good.
	 */
	private void driverTakesBaton() {
		int before = this.trace.steps();
		while (!this.driver.takeBaton(this.patience)) {
			int steps = this.trace.steps();
			if (steps == before) {
				StringBuilder dump = new StringBuilder("A thread does not let others run, under seed ")
					.append(this.seed)
					.append(": it is busy, or blocks on something that is not the scheduler's\n");
				this.running.dump(dump);
				throw new AssertionError(dump.toString());
			}
			before = steps;
		}
	}

	/** The baton's holder has nothing more to do. */
	private void end() {
		Participant next = this.abandoned ? this.driver : choose();
		this.running = next;
		next.giveBaton();
	}

	private void restUntil(Rest until) {
		Participant self = self();
		if (self != this.driver) {
			throw new IllegalStateException("Only the driver can let everything run");
		}
		this.rest = until;
		handOn(self);
		this.rest = Rest.NEVER;
	}

	/** A thread for a task; goes on with other tasks as long as those are chosen. */
	private Participant worker(Runnable first) {
		return new Participant("worker-" + this.workers++, () -> {
			try {
				first.run();
			}
			catch (Abandoned ex) {
				// How it would have ended is of no interest.
			}
			catch (Throwable ex) {
				this.failures.add(ex);
			}
			end();
		});
	}

	// Choices.

	private Participant choose() {
		while (true) {
			if (!this.failures.isEmpty()) {
				return this.driver;
			}
			if (this.trace.steps() > MAX_STEPS) {
				return fail("No end after " + MAX_STEPS + " steps");
			}
			List<Participant> able = this.waiting.stream().filter(this::canGoOn).toList();
			boolean tick = isTickDue();
			int choices = this.preempted.size() + able.size() + this.tasks.size() + (tick ? 1 : 0);
			if (choices > 0) {
				return choose(this.random.nextInt(choices), able);
			}
			if (this.rest == Rest.SETTLED || (this.rest == Rest.ALONE && this.waiting.isEmpty())) {
				return this.driver;
			}
			if (!jump()) {
				return fail("Deadlock: nothing can run, and no deadline is ahead");
			}
		}
	}

	private Participant choose(int choice, List<Participant> able) {
		int left = choice;
		if (left < this.preempted.size()) {
			return step("continue", this.preempted.remove(left));
		}
		left -= this.preempted.size();
		if (left < able.size()) {
			Participant chosen = able.get(left);
			this.waiting.remove(chosen);
			return step("wake", chosen);
		}
		left -= able.size();
		if (left < this.tasks.size()) {
			Runnable task = this.tasks.remove(left);
			step("run", task);
			return worker(task);
		}
		step("tick", "");
		this.ticking = true;
		this.tickDue = false;
		return worker(this::tick);
	}

	private <S> S step(String kind, S subject) {
		this.trace.step(kind, subject, this.now);
		this.tickDue = true;
		return subject;
	}

	private boolean canAnythingRun() {
		return !this.tasks.isEmpty() || !this.preempted.isEmpty() || this.waiting.stream().anyMatch(this::canGoOn);
	}

	private boolean canGoOn(Participant participant) {
		return participant.woken || participant.isInterrupted()
				|| (participant.deadline != Long.MAX_VALUE && participant.deadline - this.now <= 0);
	}

	private boolean isTickDue() {
		if (this.ticking || !this.tickDue) {
			return false;
		}
		Expiring first = firstTimed();
		return !this.crowded.isEmpty() || isLookDue() || (first != null && seen(first) - this.now <= 0);
	}

	/** Whether to look after an error in the engine, as far as time has come. */
	private boolean isLookDue() {
		Check own = this.check;
		return own != null && own.isUrgent() && own.nextLook() - this.now <= 0;
	}

	private void tick() {
		try {
			Check own = this.check;
			if (own != null && isLookDue()) {
				own.look(this.now, this.tasks.isEmpty());
			}
			this.wheel.advance(this.now);
			for (int left = this.crowded.size(); left > 0; left--) {
				this.crowded.removeFirst().look();
			}
		}
		finally {
			this.ticking = false;
		}
	}

	/** Let time jump to the next moment at which something can run, if there is one. */
	private boolean jump() {
		long next = Long.MAX_VALUE;
		for (Participant participant : this.waiting) {
			if (participant.deadline != Long.MAX_VALUE) {
				next = Math.min(next, participant.deadline);
			}
		}
		Check own = this.check;
		if (own != null && own.isUrgent()) {
			next = Math.min(next, Math.max(own.nextLook(), this.now + TICK));
		}
		Expiring first = firstTimed();
		if (first != null) {
			// If the wheel has looked at it too early, it looks again at the next tick.
			next = Math.min(next, Math.max(seen(first), this.now + TICK));
		}
		if (next == Long.MAX_VALUE) {
			return false;
		}
		this.now = next;
		step("time", "");
		return true;
	}

	private @Nullable Expiring firstTimed() {
		Expiring first = this.timed.peek();
		while (first != null && first.isOver()) {
			this.timed.remove();
			first = this.timed.peek();
		}
		return first;
	}

	/** When the wheel notices a deadline. */
	private static long seen(Expiring expiring) {
		return (Math.floorDiv(expiring.deadline(), TICK) + 1) * TICK;
	}

	// Failure.

	private Participant fail(String what) {
		StringBuilder dump = new StringBuilder(what).append(" (seed ").append(this.seed).append(")\n");
		for (Participant participant : this.waiting) {
			participant.dump(dump);
		}
		this.trace.dump(dump);
		this.failures.add(new AssertionError(dump.toString()));
		return this.driver;
	}

	private void failIfNeeded() {
		Throwable failure = this.failures.peek();
		if (failure != null && !this.abandoned) {
			this.waiting.remove(this.driver);
			this.preempted.remove(this.driver);
			abandon();
			throw new AssertionError("Failed under seed " + this.seed + ": " + failure.getMessage(), failure);
		}
	}

	/** Give up: let every thread end. Only by the driver, which uses it no more. */
	void discard() {
		if (!this.abandoned && this.running == this.driver) {
			abandon();
		}
	}

	/** Let every thread run to its end without waiting for anything. */
	private void abandon() {
		this.abandoned = true;
		List<Participant> left = new ArrayList<>(this.waiting);
		left.addAll(this.preempted);
		for (Participant participant : left) {
			this.running = participant;
			participant.giveBaton();
			this.driver.takeBaton();
		}
		this.running = this.driver;
	}

	/** When the driver gets the baton back. */
	private enum Rest {

		/** When it is chosen. */
		NEVER,

		/** When nothing can run. */
		SETTLED,

		/** When no other participant is left. */
		ALONE

	}

	/** Ends a thread that is no longer needed. */
	private static final class Abandoned extends Error {

		Abandoned() {
			super("The schedule was abandoned", null, false, false);
		}

	}

}
