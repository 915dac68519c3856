package io.genserver.runtime.cell;

import io.genserver.CurrentContext;
import io.genserver.runtime.message.CallMessage;
import io.genserver.runtime.message.Cycles;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.message.Wait;
import io.genserver.runtime.scheduling.Interruption;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.ThreadState;
import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * What runs on a thread right now. One per thread, for the thread's whole life, and
 * another for each turn that a thread runs in the midst of one: executors of users' may
 * let a thread help while it waits. Only its thread touches it.
 */
public final class Turn {

	private static final ThreadLocal<@Nullable Turn> CURRENT = new ThreadLocal<>();

	/** The cell whose turn it is, or {@code null} between turns. */
	public @Nullable ServerCell cell;

	/** How it goes on where there was no message to handle. */
	TurnStep step = TurnStep.CONTINUE;

	/** The message being handled, or {@code null}. */
	@Nullable Message message;

	/**
	 * Whether this is no real turn but a handler that runs concurrently with the turn.
	 */
	boolean concurrent;

	/** Whether calls made now ignore the deadline of the message. */
	boolean detached;

	/** The turn that goes on when this one has ended. */
	private final @Nullable Turn outer;

	private final ThreadState thread = new ThreadState();

	private @Nullable Interruption interruption;

	private Turn(@Nullable Turn outer) {
		this.outer = outer;
	}

	/**
	 * Begin a turn on the calling thread.
	 * @param cell whose turn it is
	 * @param interruption interrupts it from now on
	 */
	static Turn enter(ServerCell cell, Interruption interruption) {
		Turn turn = CURRENT.get();
		if (turn == null) {
			turn = new Turn(null);
			CURRENT.set(turn);
			CurrentContext.bind(Turn::currentContext);
		}
		else if (turn.cell != null) {
			turn.suspend();
			turn = new Turn(turn);
			CURRENT.set(turn);
		}
		turn.thread.begin(cell.runtime().classLoader());
		interruption.begin();
		turn.interruption = interruption;
		turn.cell = cell;
		return turn;
	}

	/** The turn that runs on the calling thread, or {@code null} if none does. */
	public static @Nullable Turn current() {
		Turn turn = CURRENT.get();
		return (turn != null && turn.cell != null) ? turn : null;
	}

	/**
	 * Let the calling thread wait, as a turn that others may wait for if it is one.
	 * @param wait what the turn waits for, {@code null} if it can go on without
	 */
	public static boolean await(Scheduler scheduler, Waiter waiter, @Nullable Wait wait, @Nullable Turn turn,
			long deadline) throws InterruptedException {
		ServerCell waiting = (turn != null && !turn.concurrent) ? turn.cell : null;
		if (waiting == null || wait == null) {
			return scheduler.await(waiter, deadline);
		}
		Cycles.beginWait(waiting, wait);
		waiting.work().startConcurrent();
		try {
			return scheduler.await(waiter, deadline);
		}
		finally {
			Cycles.endWait(waiting);
			waiting.work().turnGoesOn();
		}
	}

	/** Whose turn the calling thread runs; {@code null} in a concurrent handler, too. */
	static @Nullable ServerCell waiting() {
		Turn turn = current();
		return (turn != null && !turn.concurrent) ? turn.cell : null;
	}

	/** Let the turn that the calling thread runs wait. */
	static <W extends Wait & Waiter> boolean await(Scheduler scheduler, W wait, long nanos)
			throws InterruptedException {
		long deadline = (nanos != Long.MAX_VALUE) ? scheduler.nanoTime() + nanos : Long.MAX_VALUE;
		return await(scheduler, wait, wait, current(), deadline);
	}

	/** Another piece of the application's code is about to run in the turn, if any. */
	static void cleanCurrent() {
		Turn turn = current();
		if (turn != null) {
			turn.clean();
		}
	}

	/** Another piece of the application's code is about to run. */
	void clean() {
		this.thread.clean();
	}

	/**
	 * End the turn. Its interruption must have ended before, with a full fence since.
	 */
	void leave() {
		Interruption own = this.interruption;
		if (own != null) {
			own.settle();
		}
		this.interruption = null;
		this.cell = null;
		this.message = null;
		this.detached = false;
		this.concurrent = false;
		this.thread.end();
		Turn goesOn = this.outer;
		if (goesOn != null) {
			CURRENT.set(goesOn);
			goesOn.resume();
		}
	}

	private void suspend() {
		if (this.interruption != null) {
			this.interruption.suspend();
		}
		if (this.message instanceof CallMessage call) {
			call.handlerPauses();
		}
	}

	private void resume() {
		if (this.interruption != null) {
			this.interruption.resume();
		}
		if (this.message instanceof CallMessage call) {
			call.handlerGoesOn();
		}
	}

	/** The deadline that calls made now inherit; {@code Long.MAX_VALUE} for none. */
	public long deadline() {
		Message handled = this.message;
		return (handled == null || this.detached) ? Long.MAX_VALUE : handled.deadline();
	}

	/** The call whose deadline calls made now inherit, {@code null} if there is none. */
	public @Nullable CallMessage limiting() {
		return (this.message instanceof CallMessage call && !this.detached) ? call : null;
	}

	private static @Nullable CellContext currentContext(boolean ofMessage) {
		Turn turn = current();
		ServerCell here = (turn != null) ? turn.cell : null;
		if (turn == null || here == null) {
			return null;
		}
		CellContext context = here.life().context();
		Message handled = turn.message;
		return (ofMessage && handled != null) ? context.of(handled) : context;
	}

}
