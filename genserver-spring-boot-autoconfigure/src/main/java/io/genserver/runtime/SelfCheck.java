package io.genserver.runtime;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.genserver.ServerInfo;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.cell.CellProbe;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.cell.TurnRecovery;
import io.genserver.runtime.message.Recipient;
import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Finds what was to run and was lost, and runs it: a cell that is ready although no queue
 * holds it, one that has messages and is not ready, one whose turn broke off, a future
 * that has completed and with which no turn goes on, a timer that is neither armed nor
 * due. Only an error in the midst of the engine has such an effect, where memory or stack
 * ran out, or an executor of a user's that forgets what it was given.
 * <p>
 * What two looks find in the same state, with no progress between them, counts as lost:
 * soon if nothing is queued at all, later and later the more often it was queued again
 * while there is anything queued or where an executor of a user's has the queue. Nothing
 * depends on that being right, since a cell that runs or has run is not run again; see
 * {@link TurnRecovery#run}.
 * <p>
 * The scheduler looks, on one thread: soon after something failed, else every few seconds
 * while anything runs, at some cells at a time. Nothing is counted per message.
 */
public final class SelfCheck implements Scheduler.Check {

	private static final SafeLogger logger = SafeLogger.of(SelfCheck.class);

	private static final long PERIOD = TimeUnit.SECONDS.toNanos(10);

	/** Between rounds after something failed, or while something seems to be lost. */
	private static final long SOON = TimeUnit.MILLISECONDS.toNanos(10);

	/** Rounds after something failed. */
	private static final int ROUNDS = 10;

	/** Given to the workers while there is anything in their queues. */
	private static final long BACKLOG = TimeUnit.SECONDS.toNanos(1);

	/** Given to an executor of a user's. */
	private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);

	private static final int MAX_DOUBLINGS = 10;

	/** Cells looked at in one look. */
	private static final int CELLS = 1024;

	private final GenServerRuntime runtime;

	private final AtomicLong recovered = new AtomicLong();

	/**
	 * Whether a thread looks. Where the scheduler was closed and opened again the last
	 * look of its former thread may go on as its next one begins.
	 */
	private final AtomicBoolean looking = new AtomicBoolean();

	private volatile boolean suspected;

	private boolean saidFailed;

	private int roundsLeft;

	/** When the last round began. */
	private long last;

	private boolean walks;

	private Iterator<Server> servers = Collections.emptyIterator();

	private Iterator<ServerCell> cells = Collections.emptyIterator();

	private Iterator<ServerCell> ending = Collections.emptyIterator();

	/** What seemed to be lost in the round before. */
	private Map<ServerCell, Seen> seen = new IdentityHashMap<>();

	private Map<ServerCell, Seen> found = new IdentityHashMap<>();

	SelfCheck(GenServerRuntime runtime, long now) {
		this.runtime = runtime;
		this.last = now;
	}

	/** Something failed: look soon. On any thread; throws nothing. */
	void suspect() {
		this.suspected = true;
		try {
			this.runtime.scheduler().hasten();
		}
		catch (Throwable ex) {
			// It looks when anything else happens.
		}
	}

	/** Something was lost, and runs now. On any thread; throws nothing. */
	void recovered(Recipient cell) {
		this.recovered.incrementAndGet();
		logger.warn("Server {} did not go on, after an error or as its executor forgot it; it does now", cell);
	}

	@Override
	public void recovered(Runnable task) {
		this.recovered.incrementAndGet();
		Object whose = (task instanceof CellProbe probe) ? probe.cell() : task;
		logger.warn("Server {} did not go on, as its executor forgot it; it does now, on a worker of the engine",
				whose);
	}

	/** How much was lost, found and run. */
	long recovered() {
		return this.recovered.get();
	}

	@Override
	public boolean isUrgent() {
		return this.suspected || this.walks || this.roundsLeft > 0 || !this.seen.isEmpty();
	}

	@Override
	public long nextLook() {
		return this.walks ? this.last : this.last + (isUrgent() ? SOON : PERIOD);
	}

	@Override
	public long nanosToLookAtRest(long now) {
		return this.runtime.failures().nanosToSweep(now);
	}

	@Override
	public void look(long now, boolean nothingQueued) {
		this.runtime.failures().sweep(now);
		if (!this.looking.compareAndSet(false, true)) {
			return;
		}
		try {
			walk(now, nothingQueued);
		}
		catch (VirtualMachineError ex) {
			// Another round, from the beginning.
			this.walks = false;
			this.last = now;
			this.suspected = true;
		}
		finally {
			this.looking.set(false);
		}
	}

	private void walk(long now, boolean nothingQueued) {
		if (!this.walks) {
			begin(now);
		}
		for (int left = CELLS; left > 0; left--) {
			ServerCell cell = next();
			if (cell == null) {
				this.walks = false;
				Map<ServerCell, Seen> before = this.seen;
				this.seen = this.found;
				before.clear();
				this.found = before;
				return;
			}
			lookGuarded(cell, now, nothingQueued);
		}
	}

	/**
	 * One that fails, as a class of the application or of a library cannot be used, must
	 * not keep others from being found. It is looked at again.
	 */
	private void lookGuarded(ServerCell cell, long now, boolean nothingQueued) {
		try {
			look(cell, now, nothingQueued);
		}
		catch (VirtualMachineError ex) {
			throw ex;
		}
		catch (Throwable ex) {
			this.suspected = true;
			if (!this.saidFailed) {
				this.saidFailed = true;
				logger.error("Server {} could not be checked, and may not go on; further failures are not logged", cell,
						ex);
			}
		}
	}

	private void begin(long now) {
		this.last = now;
		if (this.suspected) {
			this.suspected = false;
			this.roundsLeft = ROUNDS;
		}
		else {
			this.roundsLeft = Math.max(0, this.roundsLeft - 1);
		}
		this.found.clear();
		this.cells = Collections.emptyIterator();
		this.ending = Collections.emptyIterator();
		this.servers = this.runtime.servers().iterator();
		this.walks = true;
	}

	private @Nullable ServerCell next() {
		while (!this.cells.hasNext()) {
			if (this.ending.hasNext()) {
				this.cells = this.ending;
				this.ending = Collections.emptyIterator();
			}
			else if (this.servers.hasNext()) {
				Instances instances = this.servers.next().instances();
				if (this.runtime.hasStarted() && !this.runtime.isShutDown()) {
					instances.lookForIdle();
				}
				this.cells = instances.all().iterator();
				this.ending = instances.ending().iterator();
			}
			else {
				return null;
			}
		}
		return this.cells.next();
	}

	private void look(ServerCell cell, long now, boolean nothingQueued) {
		if (this.roundsLeft > 0) {
			// The thread that was to watch the room or to start handlers may have failed.
			cell.inbox().observe();
			cell.work().startConcurrent();
		}
		if (!TurnRecovery.mayBeLost(cell)) {
			return;
		}
		long progress = cell.progress();
		Seen before = this.seen.get(cell);
		if (before == null || before.progress() != progress) {
			this.found.put(cell, new Seen(progress, now, 0));
			return;
		}
		long patience = cell.isBroken() ? SOON
				: (cell.owner().executor() != null) ? PATIENCE : nothingQueued ? SOON : BACKLOG;
		if (now - before.since() >= patience << before.doublings()) {
			cell.execute(new LostTurn(cell, progress));
			this.found.put(cell, new Seen(progress, now, Math.min(MAX_DOUBLINGS, before.doublings() + 1)));
		}
		else {
			this.found.put(cell, before);
		}
	}

	/**
	 * A cell that seems to be lost.
	 *
	 * @param progress what it had done by then
	 * @param since when it was first seen so, or last queued again
	 * @param doublings how often it was queued again
	 */
	private record Seen(long progress, long since, int doublings) {
	}

	/** Runs a cell that seems to be lost. */
	final class LostTurn implements CellProbe {

		private final ServerCell cell;

		/** What it had done when it was last seen. */
		private final long progress;

		LostTurn(ServerCell cell, long progress) {
			this.cell = cell;
			this.progress = progress;
		}

		@Override
		public void run() {
			// One that has run since was late, not lost. If it is lost again by now, the
			// next round finds it.
			if (this.cell.isBroken() || this.cell.progress() == this.progress) {
				TurnRecovery.run(this.cell);
			}
		}

		@Override
		public ServerCell cell() {
			return this.cell;
		}

		@Override
		public ServerInfo.@Nullable InFlight inFlight() {
			return this.cell.inFlight();
		}

		@Override
		public boolean isSlow(long now, long threshold) {
			return this.cell.isSlow(now, threshold);
		}

		@Override
		public String toString() {
			return this.cell.toString();
		}

	}

}
