package io.genserver.runtime.scheduling;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import io.genserver.log.SafeLogger;
import org.jspecify.annotations.Nullable;

/**
 * An executor of the application that runs the turns of a server. Each turn runs exactly
 * once: if the executor refuses it, is shut down, or would run it on the thread that
 * submits it, the engine's workers run it.
 * <p>
 * A submitted turn is claimed once, by the thread that comes first: so it can be given to
 * the workers although the executor may still have it. An executor that drops a turn
 * without being shut down cannot be distinguished from a slow one: executors that are
 * known to do so must not be used.
 */
public final class TurnExecutor {

	private static final SafeLogger logger = SafeLogger.of(TurnExecutor.class);

	private final String name;

	private final Executor executor;

	private final BooleanSupplier shutDown;

	private final AtomicBoolean saidDirect = new AtomicBoolean();

	private final AtomicBoolean saidRefused = new AtomicBoolean();

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
	 * Run a turn, never on the calling thread.
	 * @param turn the turn
	 * @param workers run what the executor does not
	 */
	public void execute(Runnable turn, Scheduler workers) {
		Lent lent = new Lent(turn, workers);
		try {
			this.executor.execute(lent);
			if (this.shutDown.getAsBoolean()) {
				// It may have forgotten the turn.
				lent.giveBack();
			}
		}
		catch (Throwable ex) {
			if (lent.giveBack() && !this.shutDown.getAsBoolean() && this.saidRefused.compareAndSet(false, true)) {
				logger.warn("Executor {} refused a turn of {}, which runs on a worker of the engine instead; "
						+ "give the executor more room. Further refusals are not logged", this.name, lent, ex);
			}
		}
		finally {
			lent.lender = null;
		}
	}

	@Override
	public String toString() {
		return "executor " + this.name;
	}

	/** A turn that was submitted to the executor. */
	private final class Lent implements Runnable {

		private final Runnable turn;

		private final Scheduler workers;

		private final AtomicBoolean taken = new AtomicBoolean();

		/**
		 * The thread that submits it, while it does. Read without synchronization:
		 * another thread only compares it with itself, for which any value it may see is
		 * right.
		 */
		private @Nullable Thread lender = Thread.currentThread();

		Lent(Runnable turn, Scheduler workers) {
			this.turn = turn;
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
			}
			else if (this.taken.compareAndSet(false, true)) {
				try {
					this.turn.run();
				}
				catch (Throwable ex) {
					logger.error("A task of a server failed: {}", this.turn, ex);
				}
			}
		}

		/** Let the workers run it, unless it has begun. */
		boolean giveBack() {
			boolean first = this.taken.compareAndSet(false, true);
			if (first) {
				this.workers.execute(this.turn);
			}
			return first;
		}

		@Override
		public String toString() {
			return this.turn.toString();
		}

	}

}
