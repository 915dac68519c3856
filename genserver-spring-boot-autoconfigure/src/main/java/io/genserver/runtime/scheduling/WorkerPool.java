package io.genserver.runtime.scheduling;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

import io.genserver.log.SafeLogger;

/**
 * Adds and wakes workers, and no more than needed: on virtual threads, and on platform
 * threads while virtual threads do not get to run.
 */
final class WorkerPool {

	private static final SafeLogger logger = SafeLogger.of(WorkerPool.class);

	private static final int MAX_WORKERS = 100_000;

	/** Each has a stack of its own, and takes its share of the processors. */
	private static final int MAX_PLATFORM_WORKERS = 1024;

	/** Workers beyond the usual number that may wait for work. */
	static final int SPARE = 8;

	private final WorkerScheduler scheduler;

	private final RunQueues queues;

	private final int parallelism;

	/** Workers on virtual threads, which usually run all tasks. */
	private final WorkerGroup virtualWorkers;

	/** Workers on platform threads, for while virtual threads do not get to run. */
	private final WorkerGroup platformWorkers;

	private final AtomicBoolean saidNoThread = new AtomicBoolean();

	/**
	 * Whether workers on virtual threads are woken and do not get to run; set by the
	 * monitor.
	 */
	private volatile boolean starved;

	WorkerPool(WorkerScheduler scheduler, RunQueues queues, int parallelism, UnaryOperator<Thread> threads) {
		this.scheduler = scheduler;
		this.queues = queues;
		this.parallelism = parallelism;
		this.virtualWorkers = new WorkerGroup(false, MAX_WORKERS, parallelism, threads);
		this.platformWorkers = new WorkerGroup(true, MAX_PLATFORM_WORKERS, 0, threads);
	}

	/** Whether a worker is of the kind that runs tasks now. */
	boolean isWanted(Worker worker) {
		return this.starved || !worker.group().isPlatform();
	}

	/** Let a worker end if more than enough of its kind are there to wait for work. */
	boolean retireSpare(Worker worker) {
		WorkerGroup kind = worker.group();
		return kind.count() > kind.usual() + SPARE && retire(worker);
	}

	/**
	 * Let a worker end, unless it is one of the usual number. It is not counted from now
	 * on, before the last look for work: so of several that want to end at once enough
	 * stay, and of the worker and a thread that adds a task meanwhile one sees the other.
	 */
	boolean retire(Worker worker) {
		WorkerGroup kind = worker.group();
		if (!kind.unlistExtra()) {
			return false;
		}
		boolean ends = false;
		try {
			ends = !isWanted(worker) || !this.queues.hasSurplus();
		}
		finally {
			if (!ends) {
				kind.listed();
			}
		}
		worker.retired = ends;
		return ends;
	}

	/**
	 * The task of a worker that was set aside has ended.
	 * @return whether the worker is missing, and counted and listed again; otherwise it
	 * ends
	 */
	boolean comesBack(Worker worker) {
		WorkerGroup kind = worker.group();
		int most = kind.usual() + ((kind.isPlatform() || this.queues.hasShared()) ? SPARE : 0);
		if (this.scheduler.isClosed() || !isWanted(worker) || !kind.enlist(most)) {
			return false;
		}
		if (!worker.comeBack()) {
			// The monitor has listed it again meanwhile.
			kind.unlisted();
			return true;
		}
		boolean known = false;
		try {
			this.queues.workers().addBack(worker);
			known = true;
		}
		catch (Throwable ex) {
			// Without memory for it the worker ends as one that is not missed.
			worker.stayAside();
			kind.unlisted();
		}
		return known;
	}

	/** A worker takes no task any more. Throws nothing. */
	void ended(Worker worker) {
		boolean listed = worker.end();
		if (listed != worker.retired) {
			// Retired, it was already counted as ended; aside, by the monitor too.
			if (listed) {
				worker.group().unlisted();
			}
			else {
				worker.group().listed();
			}
		}
		worker.group().ended();
		try {
			this.scheduler.handOver(worker);
			if (listed) {
				this.queues.workers().sweepFew();
			}
		}
		catch (Throwable ex) {
			// The monitor sweeps too, and sees to it that there are workers.
			this.scheduler.hasten();
		}
	}

	/** A task was added: wake a worker unless one is coming anyway. */
	void summon() {
		VarHandle.fullFence();
		if (this.scheduler.isSearching()) {
			return;
		}
		if (isHelpWanted()) {
			if (!this.platformWorkers.isRising()) {
				wake(this.platformWorkers);
			}
		}
		else if (!this.virtualWorkers.isRising() && !wake(this.virtualWorkers)
				&& this.virtualWorkers.count() < this.parallelism) {
			add(this.virtualWorkers, 1);
		}
	}

	/** The calling worker is about to block: another must serve its queue. */
	void ensureWorker() {
		VarHandle.fullFence();
		WorkerGroup wanted = wanted();
		if (!this.scheduler.isSearching() && !wanted.isRising() && !wake(wanted)) {
			add(wanted, 1);
		}
	}

	/** Wake or add some workers, as many as there are tasks for. For the monitor. */
	void reinforce(int number) {
		WorkerGroup wanted = wanted();
		int left = this.queues.backlog(number);
		while (left > 0 && wake(wanted)) {
			left--;
		}
		add(wanted, left);
	}

	/** Whether workers on virtual threads do not get to run, and some are late now. */
	boolean isHelpWanted() {
		return this.starved && this.virtualWorkers.isRising();
	}

	/** Those that are to be woken now. */
	private WorkerGroup wanted() {
		return isHelpWanted() ? this.platformWorkers : this.virtualWorkers;
	}

	private boolean wake(WorkerGroup kind) {
		if (!kind.wake()) {
			return false;
		}
		this.scheduler.monitor().wake();
		return true;
	}

	private void add(WorkerGroup kind, int number) {
		if (number <= 0) {
			return;
		}
		// Memory is found first, and only then anything counted.
		List<Worker> added = new ArrayList<>(number);
		int admitted = 0;
		boolean listed = false;
		try {
			for (int i = 0; i < number; i++) {
				added.add(new Worker(this.scheduler, kind));
			}
			while (admitted < number && !this.scheduler.isClosed() && kind.admit()) {
				admitted++;
			}
			if (admitted > 0) {
				this.queues.workers().add(added.subList(0, admitted));
			}
			listed = true;
		}
		finally {
			for (int left = listed ? 0 : admitted; left > 0; left--) {
				kind.dismiss();
			}
		}
		for (int i = 0; i < admitted; i++) {
			start(added.get(i));
		}
		if (admitted > 0) {
			this.scheduler.monitor().wake();
		}
	}

	/** If no thread can be started, the existing workers run all tasks. */
	private void start(Worker worker) {
		try {
			Thread thread = worker.group().thread(worker);
			worker.thread = thread;
			thread.start();
		}
		catch (Throwable ex) {
			worker.group().risen();
			ended(worker);
			if (this.saidNoThread.compareAndSet(false, true)) {
				logger.warn("No thread can be started for a worker; servers continue with {} workers. "
						+ "This is not logged again", threads() - 1, ex);
			}
		}
	}

	/** Wake a worker so that it may end. */
	boolean wakeAny() {
		return this.virtualWorkers.wake() || this.platformWorkers.wake();
	}

	/**
	 * Whether a worker will look for work soon.
	 * @param isLate whether workers on virtual threads were woken and do not begin
	 */
	boolean isHelpComing(boolean isLate) {
		return this.scheduler.isSearching() || this.platformWorkers.isRising()
				|| (this.virtualWorkers.isRising() && !(isLate && this.starved));
	}

	boolean isStarved() {
		return this.starved;
	}

	void starved(boolean now) {
		this.starved = now;
	}

	WorkerGroup virtualWorkers() {
		return this.virtualWorkers;
	}

	/** Workers that are listed, or about to be. */
	int counted() {
		return this.virtualWorkers.count() + this.platformWorkers.count();
	}

	/** Workers that have not ended. */
	int threads() {
		return this.virtualWorkers.threads() + this.platformWorkers.threads();
	}

	/** Workers on platform threads that have not ended. */
	int platformThreads() {
		return this.platformWorkers.threads();
	}

}
