package io.genserver.runtime.scheduling;

import java.lang.invoke.VarHandle;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * Runs servers on a few worker loops on virtual threads.
 * <p>
 * <b>Handing work over.</b> Waking a parked thread costs more than a thousand messages
 * do, so it is avoided: a task made ready on a worker goes to that worker's queue, one
 * made ready elsewhere to the shared queue; a worker without work looks for some for a
 * while before it parks, and so does a thread that waits for a reply. No worker is woken
 * while one is searching, or for the only task in a worker's queue, and no other worker
 * takes that task from one that is about to take it itself: a conversation that moved to
 * another processor with every message would cost several times as much.
 * <p>
 * <b>No lost wake-up.</b> A thread that adds a task fences, then looks at
 * {@link #searching} and the workers that sleep; a worker leaves {@code searching}, or
 * goes to sleep, fences, and then looks at the queues once more. So one of the two sees
 * the other.
 * <p>
 * <b>Blocking.</b> A handler may block its worker. A worker about to wait for a reply or
 * for room marks itself as held and sees to it that its queue is served; any other
 * blocking is noticed by the {@link Monitor}, which marks the worker and adds others, as
 * many as are stuck, while there is work and no worker for it. A worker that stays in its
 * task is set aside: it is no longer counted or looked at, and the tasks in its queue go
 * to the shared queue. When its task ends it is listed again if a worker is missing, and
 * ends otherwise.
 * <p>
 * <b>Starvation.</b> Workers on virtual threads need one of the few threads of the JDK
 * that carry those. Handlers that compute keep them, and on JDK 21 to 23 so do handlers
 * that block in {@code synchronized}. Workers that were woken and do not get to run are
 * how the monitor notices; until that is over workers on platform threads, among which
 * the operating system shares the processors, serve the same queues.
 */
public final class WorkerScheduler implements Scheduler {

	/** A worker beyond the usual number ends after so much time without work. */
	private static final long KEEP_ALIVE = TimeUnit.SECONDS.toNanos(10);

	private final int parallelism = Math.max(2, Runtime.getRuntime().availableProcessors());

	private final int maxSearching = Math.max(1, this.parallelism / 2);

	private final RunQueues queues;

	private final WorkerPool pool;

	private final AtomicInteger searching = new AtomicInteger();

	private final AtomicInteger spinningCallers = new AtomicInteger();

	private final long keepAlive;

	private final SchedulerSettings settings;

	/** Replaced when the scheduler is opened again, whose tasks have all ended then. */
	private volatile Monitor monitor;

	/** What code of the application finds as context class loader of our threads. */
	private final @Nullable ClassLoader classLoader;

	private final SpinTime workersTime = new SpinTime(Runtime.getRuntime().availableProcessors());

	private final SpinTime callersTime = new SpinTime(Runtime.getRuntime().availableProcessors());

	/** Looks after the servers; set before anything runs. */
	private volatile @Nullable Check check;

	private volatile boolean closed;

	/**
	 * Create. Threads start when there is something to run.
	 * @param settings settings
	 */
	public WorkerScheduler(SchedulerSettings settings) {
		this(settings, KEEP_ALIVE, new RunQueues(), UnaryOperator.identity());
	}

	/**
	 * Create.
	 * @param settings settings
	 * @param keepAlive nanoseconds after which a worker without work ends
	 * @param queues where tasks wait
	 * @param threads may replace the thread of each worker before it is started
	 */
	WorkerScheduler(SchedulerSettings settings, long keepAlive, RunQueues queues, UnaryOperator<Thread> threads) {
		this.queues = queues;
		this.pool = new WorkerPool(this, queues, this.parallelism, threads);
		this.classLoader = settings.classLoaderOrCallers();
		this.keepAlive = keepAlive;
		this.settings = settings;
		this.monitor = new Monitor(this, settings);
	}

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public long coarseTime() {
		return this.monitor.time();
	}

	@Override
	public double random() {
		return ThreadLocalRandom.current().nextDouble();
	}

	@Override
	public void execute(Runnable task) {
		Worker worker = Worker.current();
		boolean own = worker != null && worker.scheduler() == this && worker.offer(task);
		if (!own) {
			this.queues.offer(task);
		}
		try {
			if (!own || worker == null) {
				this.pool.summon();
			}
			else if (worker.isAside()) {
				handOver(worker);
			}
			else if (worker.queued() > 1) {
				this.pool.summon();
			}
		}
		catch (Throwable ex) {
			// The task is queued: the monitor sees to it that a worker comes.
			hasten();
		}
		if (this.closed) {
			runLeft();
		}
	}

	@Override
	public boolean await(Waiter waiter, long deadline) throws InterruptedException {
		if (Thread.interrupted()) {
			throw new InterruptedException();
		}
		Worker worker = Worker.current();
		if (waiter.isReady()) {
			return true;
		}
		if (worker != null) {
			worker.hold();
			if (worker.hasQueued()) {
				ensureWorker();
			}
		}
		if (spin(waiter)) {
			return true;
		}
		waiter.thread(Thread.currentThread());
		try {
			return (Thread.currentThread() instanceof ForkJoinWorkerThread) ? PoolWait.await(waiter, deadline)
					: park(waiter, deadline);
		}
		finally {
			waiter.thread(null);
		}
	}

	/** Park until it is ready, or the deadline has passed; returns whether it is. */
	static boolean park(Waiter waiter, long deadline) throws InterruptedException {
		while (!waiter.isReady()) {
			if (Thread.interrupted()) {
				throw new InterruptedException();
			}
			if (deadline == Long.MAX_VALUE) {
				// Spring interrupts a thread that refreshes a context and
				// waits without a limit when the context is closed meanwhile.
				LockSupport.park(waiter);
				continue;
			}
			long left = deadline - System.nanoTime();
			if (left <= 0) {
				return waiter.isReady();
			}
			LockSupport.parkNanos(waiter, left);
		}
		return true;
	}

	private void ensureWorker() {
		try {
			this.pool.ensureWorker();
		}
		catch (Throwable ex) {
			// The monitor sees that the worker is held, and to the rest.
			hasten();
		}
	}

	private boolean spin(Waiter waiter) {
		if (this.spinningCallers.incrementAndGet() > this.maxSearching) {
			this.spinningCallers.decrementAndGet();
			return false;
		}
		try {
			long begin = System.nanoTime();
			long end = begin + this.callersTime.next();
			long now = begin;
			do {
				for (int i = 0; i < 32; i++) {
					if (waiter.isReady()) {
						this.callersTime.found(now - begin);
						return true;
					}
					Thread.onSpinWait();
				}
				now = System.nanoTime();
			}
			while (now - end < 0);
			this.callersTime.inVain();
			return false;
		}
		finally {
			this.spinningCallers.decrementAndGet();
		}
	}

	@Override
	public void wake(Waiter waiter) {
		Thread thread = waiter.thread();
		if (thread != null) {
			LockSupport.unpark(thread);
		}
	}

	@Override
	public void track(Expiring expiring) {
		this.monitor.track(expiring);
	}

	@Override
	public void observe(Crowded crowded) {
		this.monitor.observe(crowded);
	}

	@Override
	public void attend(Check check) {
		this.check = check;
	}

	/** Something failed: check soon what was lost through it. Throws nothing. */
	@Override
	public void hasten() {
		try {
			this.monitor.hasten();
		}
		catch (Throwable ex) {
			// It looks when anything else happens.
		}
	}

	@Override
	public boolean allowsExecutors() {
		return true;
	}

	@Override
	public void recovered(Runnable task) {
		Check own = this.check;
		if (own != null) {
			own.recovered(task);
		}
	}

	@Nullable Check check() {
		return this.check;
	}

	@Override
	public void open() {
		this.monitor = new Monitor(this, this.settings);
		this.closed = false;
	}

	@Override
	public void close(long timeout, TimeUnit unit) {
		close(timeout, unit, 0);
	}

	@Override
	public void close(long timeout, TimeUnit unit, int callers) {
		this.closed = true;
		this.monitor.close();
		long end = System.nanoTime() + unit.toNanos(timeout);
		int left = Math.max(callers, (Worker.current() != null) ? 1 : 0);
		do {
			runLeft();
			if (!this.pool.wakeAny() && this.pool.threads() > left) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
			}
		}
		while (this.pool.threads() > left && System.nanoTime() - end < 0);
	}

	/**
	 * Run the queued tasks on threads of their own, since the workers may have ended: a
	 * thread that waits for a task must not wait forever because it was added late.
	 * Called once closed, by the thread that closes and by each that adds a task, so that
	 * one of them sees the task.
	 */
	private void runLeft() {
		VarHandle.fullFence();
		for (Worker worker : this.queues.workers().listed()) {
			this.queues.share(worker);
		}
		Runnable task = this.queues.takeShared();
		while (task != null) {
			runLate(task);
			task = this.queues.takeShared();
		}
	}

	private void runLate(Runnable task) {
		// If virtual threads did not get to run when the monitor last looked, they may
		// not now.
		Thread.Builder builder = this.pool.isStarved() ? Thread.ofPlatform().daemon() : Thread.ofVirtual();
		Thread thread = builder.name("genserver-late").inheritInheritableThreadLocals(false).unstarted(task);
		thread.setContextClassLoader(this.classLoader);
		thread.start();
	}

	// What workers do.

	/**
	 * The next task for a worker whose queue is empty, or {@code null} if it is to end.
	 */
	@Nullable Runnable next(Worker worker) {
		if (worker.fresh) {
			worker.fresh = false;
			worker.group().risen();
		}
		while (true) {
			// Its task may have been seen a last time just after it ended.
			if (worker.isHeld() && !worker.letGo()) {
				return null;
			}
			Runnable task = this.pool.isWanted(worker) ? this.queues.find(worker) : null;
			if (task == null && this.pool.isWanted(worker)) {
				task = search(worker);
			}
			if (task != null) {
				worker.takes(task);
				// In this order: the monitor parks only after it has seen no task.
				worker.begins(task);
				this.monitor.workBegins();
				return task;
			}
			if (this.closed || !sleep(worker)) {
				return null;
			}
		}
	}

	private @Nullable Runnable search(Worker worker) {
		if (this.searching.incrementAndGet() > this.maxSearching) {
			this.searching.decrementAndGet();
			return null;
		}
		Runnable task = null;
		long begin = System.nanoTime();
		long now = begin;
		try {
			long end = begin + this.workersTime.next();
			do {
				for (int i = 0; i < 16 && task == null; i++) {
					Thread.onSpinWait();
					task = this.queues.takeShared();
				}
				if (task == null) {
					task = this.queues.workers().steal(worker);
				}
				if (task == null) {
					now = System.nanoTime();
				}
			}
			while (task == null && now - end < 0 && !this.closed);
		}
		finally {
			this.searching.decrementAndGet();
		}
		if (task == null) {
			this.workersTime.inVain();
			return this.queues.find(worker);
		}
		worker.takes(task);
		this.workersTime.found(now - begin);
		if (this.queues.hasShared()) {
			this.pool.summon();
		}
		return task;
	}

	/** Park until there may be work; {@code false} if the worker is to end. */
	private boolean sleep(Worker worker) {
		WorkerGroup kind = worker.group();
		if (this.pool.retireSpare(worker)) {
			return false;
		}
		kind.rest(worker);
		VarHandle.fullFence();
		boolean rests = false;
		try {
			rests = (!this.pool.isWanted(worker) || !this.queues.hasSurplus()) && !this.closed;
		}
		finally {
			if (!rests) {
				kind.unrest(worker);
			}
		}
		if (!rests) {
			return true;
		}
		if (kind.count() > kind.usual()) {
			LockSupport.parkNanos(this, this.keepAlive);
		}
		else {
			// Without a time, which would wake a thread that keeps it.
			LockSupport.park(this);
		}
		// With the flag set it would not park any more.
		Thread.interrupted();
		return !kind.unrest(worker) || !this.pool.retire(worker);
	}

	/** What the queue of a worker holds goes to the shared one. */
	void handOver(Worker worker) {
		if (this.queues.share(worker)) {
			this.pool.summon();
			if (this.closed) {
				runLeft();
			}
		}
	}

	// What the monitor asks for.

	WorkerPool pool() {
		return this.pool;
	}

	RunQueues queues() {
		return this.queues;
	}

	boolean isSearching() {
		return this.searching.get() > 0;
	}

	boolean isClosed() {
		return this.closed;
	}

	@Nullable ClassLoader classLoader() {
		return this.classLoader;
	}

	int parallelism() {
		return this.parallelism;
	}

	Monitor monitor() {
		return this.monitor;
	}

}
