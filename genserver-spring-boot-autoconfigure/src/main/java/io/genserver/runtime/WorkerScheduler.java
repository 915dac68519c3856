package io.genserver.runtime;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Runs servers on a few worker loops on virtual threads.
 * <p>
 * <b>Handing work over.</b> Waking a parked thread costs more than a thousand messages
 * do, so it is avoided: a task made ready on a worker goes to that worker's queue, one
 * made ready elsewhere to the shared queue; a worker without work looks for some for a
 * while before it parks, and so does a thread that waits for a reply. Nobody is woken
 * while a worker is searching, or for the only task in a worker's queue, and nobody takes
 * that one from a worker that is about to take it itself: a conversation that moved to
 * another processor with every message would cost several times as much.
 * <p>
 * <b>No lost wake-up.</b> Whoever adds a task fences, then looks at {@link #searching}
 * and the workers that sleep; a worker leaves {@code searching}, or goes to sleep,
 * fences, and then looks at the queues once more. So one of the two sees the other.
 * <p>
 * <b>Blocking.</b> A handler may block its worker. A worker about to wait for a reply or
 * for room marks itself as held and sees to it that its queue is served; any other
 * blocking is noticed by the {@link Monitor}, which marks the worker and adds others, as
 * many as are stuck, while there is work and nobody to do it. A worker that stays in its
 * task is set aside: it no longer counts, nobody looks at it any more, and its queue goes
 * to the shared one. When its task ends it comes back if it is missing, and ends
 * otherwise.
 * <p>
 * <b>Starvation.</b> Workers on virtual threads need one of the few threads of the JDK
 * that carry those. Handlers that compute keep them, and on JDK 21 to 23 so do handlers
 * that block in {@code synchronized}. Workers that were woken and do not get to run are
 * how the monitor notices; until that is over workers on platform threads, among which
 * the operating system shares the processors, serve the same queues.
 */
final class WorkerScheduler implements Scheduler {

	private static final SafeLogger logger = SafeLogger.of(WorkerScheduler.class);

	/** A worker beyond the usual number ends after so much time without work. */
	private static final long KEEP_ALIVE = TimeUnit.SECONDS.toNanos(10);

	private static final int MAX_WORKERS = 100_000;

	/** Each has a stack of its own, and takes its share of the processors. */
	private static final int MAX_PLATFORM_WORKERS = 1024;

	/** Workers beyond the usual number that may wait for work. */
	static final int SPARE = 8;

	private final int parallelism = Math.max(2, Runtime.getRuntime().availableProcessors());

	private final int maxSearching = Math.max(1, this.parallelism / 2);

	private final Queue<Runnable> shared = new ConcurrentLinkedQueue<>();

	private final Roster roster = new Roster();

	/** Those that usually do all there is to do. */
	private final Crew crew = new Crew(false, MAX_WORKERS, this.parallelism);

	/** Those that work while workers of the crew do not get to run. */
	private final Crew help = new Crew(true, MAX_PLATFORM_WORKERS, 0);

	private final AtomicInteger searching = new AtomicInteger();

	private final AtomicInteger spinningCallers = new AtomicInteger();

	private final long keepAlive;

	private final RuntimeSettings settings;

	/** Replaced when the scheduler is opened again, whose tasks have all ended then. */
	private volatile Monitor monitor;

	/** What code of the application finds as context class loader of our threads. */
	private final @Nullable ClassLoader classLoader;

	private final SpinTime workersTime = new SpinTime(Runtime.getRuntime().availableProcessors());

	private final SpinTime callersTime = new SpinTime(Runtime.getRuntime().availableProcessors());

	private final AtomicBoolean saidNoThread = new AtomicBoolean();

	/**
	 * Whether workers of the crew are woken and do not get to run; set by the monitor.
	 */
	private volatile boolean starved;

	private volatile boolean closed;

	WorkerScheduler(RuntimeSettings settings) {
		this(settings, KEEP_ALIVE);
	}

	/** With a time of its own, in nanoseconds, after which workers without work end. */
	WorkerScheduler(RuntimeSettings settings, long keepAlive) {
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
		if (worker != null && worker.scheduler() == this && worker.offer(task)) {
			if (worker.isAside()) {
				handOver(worker);
			}
			else if (worker.queued() > 1) {
				summon();
			}
		}
		else {
			this.shared.offer(task);
			summon();
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
			while (!waiter.isReady()) {
				if (Thread.interrupted()) {
					throw new InterruptedException();
				}
				if (deadline == Long.MAX_VALUE) {
					// Spring interrupts a thread that refreshes a context and waits
					// without
					// a limit when the context is closed meanwhile.
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
		finally {
			waiter.thread(null);
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
			if (!this.crew.wake() && !this.help.wake() && threads() > left) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
			}
		}
		while (threads() > left && System.nanoTime() - end < 0);
	}

	/**
	 * Run what waits although no worker may come for it any more, on threads of its own:
	 * whoever waits for a task must not notice that it came late. Called once closed, by
	 * whoever closes and whoever adds a task, so that one of them sees the task.
	 */
	private void runLeft() {
		VarHandle.fullFence();
		for (Worker worker : this.roster.listed()) {
			share(worker);
		}
		Runnable task = this.shared.poll();
		while (task != null) {
			runLate(task);
			task = this.shared.poll();
		}
	}

	private void runLate(Runnable task) {
		Thread thread = Thread.ofVirtual().name("genserver-late").inheritInheritableThreadLocals(false).unstarted(task);
		thread.setContextClassLoader(this.classLoader);
		thread.start();
	}

	// What workers do.

	@Nullable Runnable takeShared() {
		return this.shared.poll();
	}

	/**
	 * The next task for a worker whose queue is empty, or {@code null} if it is to end.
	 */
	@Nullable Runnable next(Worker worker) {
		if (worker.fresh) {
			worker.fresh = false;
			worker.crew().risen();
		}
		while (true) {
			Runnable task = isWanted(worker) ? find(worker) : null;
			if (task == null && isWanted(worker)) {
				task = search(worker);
			}
			if (task != null) {
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

	/** Whether a worker is of those that are to work now. */
	boolean isWanted(Worker worker) {
		return this.starved || !worker.crew().isPlatform();
	}

	private @Nullable Runnable find(Worker worker) {
		Runnable task = worker.take();
		if (task == null) {
			task = this.shared.poll();
		}
		return (task != null) ? task : this.roster.steal(worker);
	}

	private @Nullable Runnable search(Worker worker) {
		if (this.searching.incrementAndGet() > this.maxSearching) {
			this.searching.decrementAndGet();
			return null;
		}
		Runnable task = null;
		long begin = System.nanoTime();
		long end = begin + this.workersTime.next();
		long now = begin;
		do {
			for (int i = 0; i < 16 && task == null; i++) {
				Thread.onSpinWait();
				task = this.shared.poll();
			}
			if (task == null) {
				task = this.roster.steal(worker);
			}
			if (task == null) {
				now = System.nanoTime();
			}
		}
		while (task == null && now - end < 0 && !this.closed);
		this.searching.decrementAndGet();
		if (task == null) {
			this.workersTime.inVain();
			return find(worker);
		}
		this.workersTime.found(now - begin);
		if (!this.shared.isEmpty()) {
			summon();
		}
		return task;
	}

	/** Park until there may be work; {@code false} if the worker is to end. */
	private boolean sleep(Worker worker) {
		Crew kind = worker.crew();
		if (kind.count() > kind.usual() + SPARE && retire(worker)) {
			return false;
		}
		kind.rest(worker);
		VarHandle.fullFence();
		if ((isWanted(worker) && hasSurplus()) || this.closed) {
			kind.unrest(worker);
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
		return !kind.unrest(worker) || !retire(worker);
	}

	/**
	 * Let a worker end, unless it is one of the usual number. It is not counted from now
	 * on, before the last look for work: so of several that want to end at once enough
	 * stay, and whoever adds a task meanwhile is seen, or sees that one is missing.
	 */
	private boolean retire(Worker worker) {
		Crew kind = worker.crew();
		if (!kind.unlistExtra()) {
			return false;
		}
		if (isWanted(worker) && hasSurplus()) {
			kind.listed();
			return false;
		}
		worker.retired = true;
		return true;
	}

	/**
	 * The task of a worker that was set aside has ended.
	 * @return whether the worker is missing, and counted and listed again; otherwise it
	 * ends
	 */
	boolean comesBack(Worker worker) {
		Crew kind = worker.crew();
		int most = kind.usual() + ((kind.isPlatform() || !this.shared.isEmpty()) ? SPARE : 0);
		if (this.closed || !isWanted(worker) || !kind.enlist(most)) {
			return false;
		}
		if (worker.comeBack()) {
			this.roster.addBack(worker);
		}
		else {
			// The monitor has thought better of it.
			kind.unlisted();
		}
		return true;
	}

	void ended(Worker worker) {
		boolean listed = worker.end();
		if (listed) {
			this.roster.sweepFew();
		}
		if (listed != worker.retired) {
			// Retired, it was already counted as ended; aside, by the monitor too.
			if (listed) {
				worker.crew().unlisted();
			}
			else {
				worker.crew().listed();
			}
		}
		worker.crew().ended();
		handOver(worker);
	}

	// Seeing to it that there are workers.

	/** There is a task more: wake a worker unless one is coming anyway. */
	private void summon() {
		VarHandle.fullFence();
		if (this.searching.get() > 0) {
			return;
		}
		if (isHelpWanted()) {
			if (!this.help.isRising()) {
				wake(this.help);
			}
		}
		else if (!this.crew.isRising() && !wake(this.crew) && this.crew.count() < this.parallelism) {
			add(this.crew, 1);
		}
	}

	/** The calling worker is about to block: somebody else must serve its queue. */
	private void ensureWorker() {
		VarHandle.fullFence();
		Crew wanted = wanted();
		if (this.searching.get() == 0 && !wanted.isRising() && !wake(wanted)) {
			add(wanted, 1);
		}
	}

	/** Wake or add some workers, as many as there are tasks for. For the monitor. */
	void reinforce(int number) {
		Crew wanted = wanted();
		int left = backlog(number);
		while (left > 0 && wake(wanted)) {
			left--;
		}
		add(wanted, left);
	}

	/** Whether workers on virtual threads do not get to run, and some are late now. */
	boolean isHelpWanted() {
		return this.starved && this.crew.isRising();
	}

	/** Those that are to be woken now. */
	private Crew wanted() {
		return isHelpWanted() ? this.help : this.crew;
	}

	private boolean wake(Crew kind) {
		if (!kind.wake()) {
			return false;
		}
		this.monitor.wake();
		return true;
	}

	private void add(Crew kind, int number) {
		List<Worker> added = new ArrayList<>(number);
		while (added.size() < number && !this.closed && kind.admit()) {
			added.add(new Worker(this, kind));
		}
		if (added.isEmpty()) {
			return;
		}
		this.roster.add(added);
		this.monitor.wake();
		for (Worker worker : added) {
			start(worker);
		}
	}

	/** Where no thread can be had, those that there are have to do. */
	private void start(Worker worker) {
		try {
			Thread thread = worker.crew().thread(worker);
			worker.thread = thread;
			thread.start();
		}
		catch (Throwable ex) {
			worker.crew().risen();
			ended(worker);
			if (this.saidNoThread.compareAndSet(false, true)) {
				logger.warn("No thread can be started for a worker; servers go on with {} workers. "
						+ "This is not logged again", threads() - 1, ex);
			}
		}
	}

	/** What the queue of a worker holds goes to the shared one. */
	void handOver(Worker worker) {
		if (share(worker)) {
			summon();
			if (this.closed) {
				runLeft();
			}
		}
	}

	private boolean share(Worker worker) {
		Runnable task = worker.steal();
		boolean any = (task != null);
		while (task != null) {
			this.shared.offer(task);
			task = worker.steal();
		}
		return any;
	}

	/** Whether a task waits that a worker without work should take. */
	boolean hasSurplus() {
		return !this.shared.isEmpty() || this.roster.hasSurplus();
	}

	/**
	 * How many tasks wait that workers without work should take, counted up to a number.
	 * Looks at all workers; for the monitor.
	 */
	int backlog(int most) {
		int found = 0;
		for (Runnable ignored : this.shared) {
			if (++found >= most) {
				return found;
			}
		}
		for (Worker worker : this.roster.listed()) {
			found += worker.hasSurplus() ? worker.queued() : 0;
		}
		return Math.min(found, most);
	}

	// What the monitor asks for.

	Crew crew() {
		return this.crew;
	}

	Roster roster() {
		return this.roster;
	}

	/**
	 * Whether a worker will look for work soon.
	 * @param isLate whether workers on virtual threads were woken and do not begin
	 */
	boolean isHelpComing(boolean isLate) {
		return this.searching.get() > 0 || this.help.isRising() || (this.crew.isRising() && !(isLate && this.starved));
	}

	boolean isStarved() {
		return this.starved;
	}

	void starved(boolean now) {
		this.starved = now;
	}

	@Nullable ClassLoader classLoader() {
		return this.classLoader;
	}

	int parallelism() {
		return this.parallelism;
	}

	/** Workers that are listed, or about to be. */
	int counted() {
		return this.crew.count() + this.help.count();
	}

	/** Workers that have not ended. */
	int threads() {
		return this.crew.threads() + this.help.threads();
	}

	/** Workers on platform threads that have not ended. */
	int platformThreads() {
		return this.help.threads();
	}

	Monitor monitor() {
		return this.monitor;
	}

}
