package io.genserver.runtime.scheduling;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import io.genserver.log.SafeLogger;
import org.jspecify.annotations.Nullable;

/**
 * An executor of the application that runs the turns of a server, and its handlers
 * besides them. Each task runs exactly once: if the executor refuses it, is shut down, or
 * would run it on the thread that submits it, the engine's workers run it.
 * <p>
 * A submitted task is claimed once, by the thread that comes first: so it can be
 * submitted again, or given to the workers, although the executor may still have it. An
 * executor that forgets tasks cannot be distinguished from a slow one. So what waits
 * there for seconds is submitted again, now and then; what waits while the executor runs
 * nothing at all, as far as the engine can see, is given to the workers in the end, and
 * so is what comes later, until the executor runs a task that is submitted to find out.
 */
public final class TurnExecutor {

	private static final SafeLogger logger = SafeLogger.of(TurnExecutor.class);

	/** Between two looks at tasks that wait. */
	private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(250);

	/** Looks at a task until it is submitted again, at first. */
	private static final int AGAIN = 20;

	/** Looks at a task while nothing runs until it is given to the workers. */
	private static final int SILENCE = 60;

	private final String name;

	private final Executor executor;

	private final BooleanSupplier shutDown;

	private final AtomicBoolean saidDirect = new AtomicBoolean();

	private final AtomicBoolean saidRefused = new AtomicBoolean();

	/** What was submitted and has not begun. */
	private final Set<Lent> waiting = ConcurrentHashMap.newKeySet();

	/** How many tasks have begun here. */
	private final AtomicLong begun = new AtomicLong();

	/** How many tasks run here now. */
	private final AtomicInteger running = new AtomicInteger();

	/** Whether the scheduler looks at what waits. */
	private final AtomicBoolean watched = new AtomicBoolean();

	/** When the last task was submitted to find out whether it runs any. */
	private final AtomicLong asked = new AtomicLong();

	/** Whether it was found to run nothing, and has run nothing since. */
	private volatile boolean silent;

	private volatile boolean closed;

	/**
	 * Create.
	 * @param name its name, for the log
	 * @param executor runs turns; {@code execute} must not block
	 * @param shutDown whether the executor takes no more tasks
	 */
	public TurnExecutor(String name, Executor executor, BooleanSupplier shutDown) {
		this.name = name;
		this.executor = executor;
		this.shutDown = shutDown;
	}

	/**
	 * Run a task, never on the calling thread.
	 * @param task the task
	 * @param workers run what the executor does not
	 */
	public void execute(Runnable task, Scheduler workers) {
		if (this.closed || this.silent) {
			workers.execute(task);
			if (this.silent) {
				ask(workers.nanoTime());
			}
			return;
		}
		Lent lent = new Lent(task, workers);
		this.waiting.add(lent);
		submit(lent);
		if (!this.waiting.isEmpty()) {
			watch(workers);
		}
		if (this.closed) {
			// It may not have waited yet when all that waited was given back.
			lent.giveBack();
		}
	}

	private void submit(Lent lent) {
		lent.lender = Thread.currentThread();
		try {
			this.executor.execute(lent);
			if (isShutDown()) {
				// It may have forgotten the task.
				lent.giveBack();
			}
		}
		catch (Throwable ex) {
			if (lent.giveBack() && !isShutDown() && this.saidRefused.compareAndSet(false, true)) {
				logger.warn("Executor {} refused a turn of {}, which runs on a worker of the engine instead; "
						+ "give the executor more room. Further refusals are not logged", this.name, lent, ex);
			}
		}
		finally {
			lent.lender = null;
		}
	}

	private boolean isShutDown() {
		try {
			return this.shutDown.getAsBoolean();
		}
		catch (Throwable ex) {
			return false;
		}
	}

	/** The servers shut down and have no more time: workers run what waits and comes. */
	public void close() {
		this.closed = true;
		this.waiting.forEach(Lent::giveBack);
	}

	/**
	 * The scheduler was closed, which has forgotten its deadlines, and is opened again.
	 */
	public void reopen() {
		this.closed = false;
		this.watched.set(false);
	}

	// On the thread that watches deadlines: no task is submitted here.

	/** See to it that the scheduler looks again while a task waits. */
	private void watch(Scheduler workers) {
		if (!this.watched.get() && this.watched.compareAndSet(false, true)) {
			lookLater(workers, this.begun.get());
		}
	}

	private void lookLater(Scheduler workers, long before) {
		try {
			workers.track(new Alarm(workers.nanoTime() + PERIOD, () -> look(workers, before)));
		}
		catch (Throwable ex) {
			// Without memory. The next task tries again.
			this.watched.set(false);
		}
	}

	/**
	 * Look at what waits.
	 * @param before how many tasks had begun at the last look
	 */
	private void look(Scheduler workers, long before) {
		long now = this.begun.get();
		boolean runsNothing = now == before && this.running.get() == 0;
		boolean ended = isShutDown();
		for (Lent lent : this.waiting) {
			lent.looks++;
			lent.inSilence = runsNothing ? lent.inSilence + 1 : 0;
			if (lent.inSilence >= (ended ? 1 : SILENCE)) {
				if (!ended) {
					saySilent(lent, workers);
				}
				if (lent.giveBack()) {
					workers.recovered(lent.task);
				}
			}
			else if (lent.looks >= lent.nextTry) {
				lent.nextTry = 2 * lent.nextTry + AGAIN;
				workers.execute(() -> submit(lent));
			}
		}
		if (!this.waiting.isEmpty()) {
			lookLater(workers, now);
			return;
		}
		this.watched.set(false);
		// One that came just now may have seen that it is watched.
		if (!this.waiting.isEmpty()) {
			watch(workers);
		}
	}

	private void saySilent(Lent lent, Scheduler workers) {
		if (!this.silent) {
			this.asked.set(workers.nanoTime());
			this.silent = true;
			logger.warn(
					"Executor {} accepted a turn of {} and runs nothing; turns of its servers run on workers of "
							+ "the engine until it runs what it accepts. Let it run each task, or refuse it",
					this.name, lent);
		}
	}

	/** Find out whether the executor runs anything by now. */
	private void ask(long now) {
		long last = this.asked.get();
		if (now - last >= PERIOD && this.asked.compareAndSet(last, now)) {
			Thread asking = Thread.currentThread();
			try {
				this.executor.execute(() -> {
					if (Thread.currentThread() != asking) {
						this.silent = false;
					}
				});
			}
			catch (Throwable ex) {
				// It runs nothing yet.
			}
		}
	}

	@Override
	public String toString() {
		return "executor " + this.name;
	}

	/** A task that was submitted to the executor. */
	private final class Lent implements Runnable {

		private final Runnable task;

		private final Scheduler workers;

		private final AtomicBoolean claimed = new AtomicBoolean();

		/**
		 * The thread that submits it, while it does. Read without synchronization:
		 * another thread only compares it with itself, for which any value it may see is
		 * right.
		 */
		private @Nullable Thread lender;

		/** How often it was looked at. This and the next ones: only where it is. */
		private int looks;

		/** How often in a row while the executor ran nothing. */
		private int inSilence;

		private int nextTry = AGAIN;

		Lent(Runnable task, Scheduler workers) {
			this.task = task;
			this.workers = workers;
		}

		@Override
		public void run() {
			if (this.lender == Thread.currentThread()) {
				if (giveBack() && TurnExecutor.this.saidDirect.compareAndSet(false, true)) {
					logger.warn("Executor {} would run a turn of {} on the thread that sent a message; it runs on a "
							+ "worker of the engine instead. Name an executor with threads of its own that does "
							+ "not fall back on its callers. This is not logged again", TurnExecutor.this.name, this);
				}
				return;
			}
			if (TurnExecutor.this.silent) {
				TurnExecutor.this.silent = false;
			}
			if (claim()) {
				TurnExecutor.this.begun.incrementAndGet();
				TurnExecutor.this.running.incrementAndGet();
				try {
					this.task.run();
				}
				catch (Throwable ex) {
					logger.error("A task of a server failed: {}", this.task, ex);
				}
				finally {
					TurnExecutor.this.running.decrementAndGet();
				}
			}
		}

		/**
		 * Let the workers run it, unless it has begun. If that throws it is as before.
		 */
		boolean giveBack() {
			if (!claim()) {
				return false;
			}
			try {
				this.workers.execute(this.task);
				return true;
			}
			catch (Throwable ex) {
				this.claimed.set(false);
				TurnExecutor.this.waiting.add(this);
				throw ex;
			}
		}

		private boolean claim() {
			boolean first = this.claimed.compareAndSet(false, true);
			if (first) {
				TurnExecutor.this.waiting.remove(this);
			}
			return first;
		}

		@Override
		public String toString() {
			return this.task.toString();
		}

	}

}
