package io.genserver.runtime.scheduling;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import io.genserver.log.SafeLogger;
import org.jspecify.annotations.Nullable;

/**
 * An executor of the user's that runs turns. Whatever it does with a turn, the turn runs
 * once: where the executor refuses it, is shut down, or would run it on the thread that
 * hands it over, the engine's workers run it.
 * <p>
 * A turn that is handed over is taken once, by whichever thread comes first: so it can be
 * given to the workers although the executor may still have it. An executor that forgets
 * a turn while it is not shut down cannot be told from a slow one; those known to do so
 * must not get here.
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

	/** A turn in the hands of the executor. */
	private final class Lent implements Runnable {

		private final Runnable turn;

		private final Scheduler workers;

		private final AtomicBoolean taken = new AtomicBoolean();

		/**
		 * Who hands it over, while that lasts. Other threads may see anything: they only
		 * compare it with themselves.
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
