package io.genserver.runtime;

import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
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
 * and {@link #idle}; a worker leaves {@code searching}, or enters {@code idle}, fences,
 * and then looks at the queues once more. So one of the two sees the other.
 * <p>
 * <b>Blocking.</b> A handler may block its worker. A worker about to wait for a reply or
 * for room marks itself as held and sees to it that its queue is served; any other
 * blocking is noticed by the {@link Monitor}, which marks the worker and adds others, as
 * many as are stuck, while there is work and nobody to do it.
 */
final class WorkerScheduler implements Scheduler {

	/** A worker beyond the usual number ends after so much time without work. */
	private static final long KEEP_ALIVE = TimeUnit.SECONDS.toNanos(10);

	private static final int MAX_WORKERS = 100_000;

	private final int parallelism = Math.max(2, Runtime.getRuntime().availableProcessors());

	private final int maxSearching = Math.max(1, this.parallelism / 2);

	private final Queue<Runnable> shared = new ConcurrentLinkedQueue<>();

	private final CopyOnWriteArrayList<Worker> workers = new CopyOnWriteArrayList<>();

	/** Workers that exist, started or about to. */
	private final AtomicInteger count = new AtomicInteger();

	/**
	 * Workers that were woken or made and have not looked for work since. Negative while
	 * one looks already and its waker has yet to count it.
	 */
	private final AtomicInteger rising = new AtomicInteger();

	private final AtomicInteger searching = new AtomicInteger();

	private final AtomicInteger spinningCallers = new AtomicInteger();

	private final ConcurrentLinkedDeque<Worker> idle = new ConcurrentLinkedDeque<>();

	private final Monitor monitor;

	/** What code of the application finds as context class loader of our threads. */
	private final @Nullable ClassLoader classLoader;

	private final SpinTime workersTime = new SpinTime(Runtime.getRuntime().availableProcessors());

	private final SpinTime callersTime = new SpinTime(Runtime.getRuntime().availableProcessors());

	private volatile boolean closed;

	WorkerScheduler(RuntimeSettings settings) {
		this.classLoader = settings.classLoaderOrCallers();
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
			if (worker.queued() > 1) {
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
				long left = (deadline != Long.MAX_VALUE) ? deadline - System.nanoTime() : Long.MAX_VALUE;
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
	public void close(long timeout, TimeUnit unit) {
		this.closed = true;
		this.monitor.close();
		long end = System.nanoTime() + unit.toNanos(timeout);
		do {
			runLeft();
			Worker parked = this.idle.pollFirst();
			if (parked != null) {
				LockSupport.unpark(parked.thread);
			}
			else if (this.count.get() > 0) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
			}
		}
		while (this.count.get() > 0 && System.nanoTime() - end < 0);
	}

	/**
	 * Run what waits although no worker may come for it any more, on threads of its own:
	 * whoever waits for a task must not notice that it came late. Called once closed, by
	 * whoever closes and whoever adds a task, so that one of them sees the task.
	 */
	private void runLeft() {
		VarHandle.fullFence();
		Runnable task = this.shared.poll();
		while (task != null) {
			runLate(task);
			task = this.shared.poll();
		}
		for (Worker worker : this.workers) {
			task = worker.steal();
			while (task != null) {
				runLate(task);
				task = worker.steal();
			}
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
			risen();
		}
		while (true) {
			Runnable task = find(worker);
			if (task == null) {
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

	private @Nullable Runnable find(Worker worker) {
		Runnable task = worker.take();
		if (task == null) {
			task = this.shared.poll();
		}
		return (task != null) ? task : steal(worker);
	}

	/** From one worker on that is drawn, around to it again: thieves do not meet. */
	private @Nullable Runnable steal(Worker thief) {
		int known = this.count.get();
		int first = (known > 1) ? Worker.random(known) : 0;
		Runnable task = steal(thief, first, Integer.MAX_VALUE);
		return (task != null || first == 0) ? task : steal(thief, 0, first);
	}

	private @Nullable Runnable steal(Worker thief, int from, int to) {
		int index = 0;
		// Without a copy of the list: workers that search do this all the time.
		for (Worker victim : this.workers) {
			if (index >= to) {
				return null;
			}
			if (index++ >= from && victim != thief && victim.hasSurplus()) {
				Runnable task = victim.steal();
				if (task != null) {
					return task;
				}
			}
		}
		return null;
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
				task = steal(worker);
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
		this.idle.addFirst(worker);
		VarHandle.fullFence();
		if (hasSurplus() || this.closed) {
			if (!this.idle.remove(worker)) {
				// Somebody is about to wake this worker, and counts on it.
				risen();
			}
			return true;
		}
		if (this.count.get() > this.parallelism) {
			LockSupport.parkNanos(this, KEEP_ALIVE);
		}
		else {
			// Without a time, which would wake a thread that keeps it.
			LockSupport.park(this);
		}
		// With the flag set it would not park any more.
		Thread.interrupted();
		if (!this.idle.remove(worker)) {
			risen();
			return true;
		}
		return !retire(worker);
	}

	/**
	 * Let a worker end, unless it is one of the usual number. It is not counted from now
	 * on, before the last look for work: so of several that want to end at once enough
	 * stay, and whoever adds a task meanwhile is seen, or sees that one is missing.
	 */
	private boolean retire(Worker worker) {
		int known = this.count.get();
		while (known > this.parallelism) {
			if (this.count.compareAndSet(known, known - 1)) {
				if (hasSurplus()) {
					this.count.incrementAndGet();
					return false;
				}
				worker.retired = true;
				return true;
			}
			known = this.count.get();
		}
		return false;
	}

	private void risen() {
		this.rising.decrementAndGet();
	}

	void ended(Worker worker) {
		this.workers.remove(worker);
		if (!worker.retired) {
			this.count.decrementAndGet();
		}
	}

	// Seeing to it that there are workers.

	/** There is a task more: wake a worker unless one is coming anyway. */
	private void summon() {
		VarHandle.fullFence();
		if (this.searching.get() == 0 && this.rising.get() <= 0) {
			if (!wakeIdle() && this.count.get() < this.parallelism) {
				add();
			}
		}
	}

	/** The calling worker is about to block: somebody else must serve its queue. */
	private void ensureWorker() {
		VarHandle.fullFence();
		if (this.searching.get() == 0 && this.rising.get() <= 0 && !wakeIdle()) {
			add();
		}
	}

	/** Wake or add some workers. For the monitor. */
	void reinforce(int number) {
		for (int i = 0; i < number; i++) {
			if (!wakeIdle() && !add()) {
				return;
			}
		}
	}

	private boolean wakeIdle() {
		Worker worker = this.idle.pollFirst();
		if (worker == null) {
			return false;
		}
		this.rising.incrementAndGet();
		this.monitor.wake();
		LockSupport.unpark(worker.thread);
		return true;
	}

	private boolean add() {
		if (this.closed || this.count.incrementAndGet() > MAX_WORKERS) {
			this.count.decrementAndGet();
			return false;
		}
		this.rising.incrementAndGet();
		Worker worker = new Worker(this);
		this.workers.add(worker);
		this.monitor.wake();
		Thread.ofVirtual()
			.name("genserver-worker-", this.workers.size())
			.inheritInheritableThreadLocals(false)
			.start(worker);
		return true;
	}

	/** Whether a task waits that a worker without work should take. */
	boolean hasSurplus() {
		if (!this.shared.isEmpty()) {
			return true;
		}
		for (Worker worker : this.workers) {
			if (worker.hasSurplus()) {
				return true;
			}
		}
		return false;
	}

	Iterable<Worker> workers() {
		return this.workers;
	}

	boolean isHelpComing() {
		return this.rising.get() > 0 || this.searching.get() > 0;
	}

	@Nullable ClassLoader classLoader() {
		return this.classLoader;
	}

	int parallelism() {
		return this.parallelism;
	}

}
