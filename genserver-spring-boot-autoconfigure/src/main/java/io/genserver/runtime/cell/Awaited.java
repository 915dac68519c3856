package io.genserver.runtime.cell;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

import io.genserver.ServerInfo;
import io.genserver.log.SafeLogger;
import io.genserver.log.Throwables;
import io.genserver.runtime.message.EngineFuture;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * What a handler returned and its server waits for before the next message. The turn ends
 * meanwhile; the completion begins another. The turn that parks and the completion meet
 * in {@link #phase}: the second of the two goes on, either in the turn or by queueing
 * this, which runs once however often it is queued. Only the first completion counts.
 * <p>
 * Who no longer wants the reply gives this up, which counts as a completion: the turn
 * that it begins lets the stage go and the server goes on. A completion that comes after
 * that is late, and touches nothing but the number of late replies.
 */
public final class Awaited implements BiConsumer<@Nullable Object, @Nullable Throwable>, CellProbe, Scheduler.Expiring {

	private static final SafeLogger logger = SafeLogger.of(Awaited.class);

	private static final int PENDING = 0;

	private static final int PARKED = 1;

	/** Completed before the turn parked, which therefore goes on. */
	private static final int COMPLETED = 2;

	/** Completed after the turn parked: another is to begin. */
	private static final int RESUMABLE = 3;

	/** Another has begun. */
	private static final int RESUMED = 4;

	private final TurnRunner turnRunner;

	private final Message message;

	private final AtomicInteger phase = new AtomicInteger(PENDING);

	/** When it is given up, if its message has no deadline. */
	private final long limit;

	/** Forgotten once it was given up: a stage may refer to this for ever. */
	private @Nullable CompletionStage<?> stage;

	private volatile @Nullable Object value;

	private volatile @Nullable Throwable failure;

	private volatile boolean givenUp;

	/** Whether a completion that comes now would be a late one, and was not counted. */
	private boolean countsLate;

	Awaited(TurnRunner turnRunner, Message message, CompletionStage<?> stage, long limit) {
		this.turnRunner = turnRunner;
		this.message = message;
		this.stage = stage;
		this.limit = limit;
	}

	/**
	 * Called by the turn once it has registered this.
	 * @return whether the turn must end; otherwise the result is there
	 */
	boolean park() {
		return this.phase.compareAndSet(PENDING, PARKED);
	}

	@Override
	public void accept(@Nullable Object result, @Nullable Throwable cause) {
		boolean late;
		synchronized (this) {
			late = isOver();
			if (!late) {
				this.value = result;
				this.failure = cause;
				if (!complete()) {
					return;
				}
			}
			else if (!this.countsLate) {
				return;
			}
			this.countsLate = false;
		}
		if (late) {
			this.message.repliedLate(cell());
		}
		else {
			this.turnRunner.resume(this);
		}
	}

	/**
	 * No caller waits for it any more, or its time is over: the server goes on without
	 * it. On any thread; runs no code of the application.
	 * @param reason the failure that its sender gets, if the sender still waits
	 */
	void giveUp(Throwable reason) {
		synchronized (this) {
			if (isOver()) {
				return;
			}
			this.givenUp = true;
			this.failure = reason;
			// What is cancelled ends with that, which is no late reply.
			this.countsLate = !(this.stage instanceof EngineFuture);
			if (!complete()) {
				return;
			}
		}
		this.turnRunner.resume(this);
	}

	/** Returns whether a turn is to begin. Only while this is locked. */
	private boolean complete() {
		// Neither, if the turn broke off meanwhile and goes on without it.
		return !this.phase.compareAndSet(PENDING, COMPLETED) && this.phase.compareAndSet(PARKED, RESUMABLE);
	}

	/** Whether a turn is to begin, and has not. On any thread. */
	boolean isResumable() {
		return this.phase.get() == RESUMABLE;
	}

	/** Whether the calling thread is to run the turn that begins. */
	boolean claim() {
		return this.phase.compareAndSet(RESUMABLE, RESUMED);
	}

	/** The turn broke off, and will not wait for this. Only by the turn. */
	void abandon() {
		this.phase.set(RESUMED);
	}

	boolean isGivenUp() {
		return this.givenUp;
	}

	/**
	 * Let go of what was given up. In the turn, which for the application is still that
	 * of the message: what it does when its subscription is cancelled comes before the
	 * next message.
	 */
	void letGo() {
		CompletionStage<?> source = this.stage;
		this.stage = null;
		if (source != null) {
			cancel(this.message, source, cell());
		}
	}

	/**
	 * Cancel what a handler returned and no caller wants, if it belongs to the engine;
	 * otherwise others may have it too, and it can only be abandoned, which is counted.
	 */
	static void cancel(Message message, CompletionStage<?> stage, ServerCell cell) {
		if (stage instanceof EngineFuture) {
			try {
				((CompletableFuture<?>) stage).cancel(true);
			}
			catch (Throwable ex) {
				logger.warn("What {} returned in server {} failed when it was cancelled", message.operation(),
						cell.label(), Throwables.describable(ex));
			}
			return;
		}
		cell.work().goesOnUnwanted(stage);
		long abandoned = cell.statistics().abandonedReply();
		if (Long.bitCount(abandoned) == 1) {
			logger.warn("Server {} no longer waits for the future that {} returned, since no caller waits for the reply"
					+ " or its time is over. What it stands for goes on where it was started, concurrently with later"
					+ " messages; this has happened {} time(s), and is logged each time the number has doubled. Return a"
					+ " Mono, which is cancelled, or see to it that the future completes", cell.label(),
					message.operation(), abandoned);
		}
	}

	@Override
	public void run() {
		this.turnRunner.goOn(this);
	}

	@Override
	public ServerCell cell() {
		return this.turnRunner.cell();
	}

	@Override
	public ServerInfo.@Nullable InFlight inFlight() {
		return cell().work().inTurn().inFlight();
	}

	@Override
	public boolean isSlow(long now, long threshold) {
		return cell().isSlow(now, threshold);
	}

	@Override
	public long deadline() {
		return this.limit;
	}

	@Override
	public boolean isOver() {
		return this.phase.get() >= COMPLETED;
	}

	@Override
	public void expire() {
		giveUp(cell().termination().unfinished(this.message));
	}

	Message message() {
		return this.message;
	}

	/** What the sender gets as reply, unless it failed. */
	@Nullable Object result() {
		return this.message.operation().unwrapsStage() ? this.value : this.stage;
	}

	/** Why it failed or was given up, or {@code null}. */
	@Nullable Throwable failure() {
		Throwable cause = this.failure;
		return (cause != null) ? Throwables.unwrap(cause) : null;
	}

}
