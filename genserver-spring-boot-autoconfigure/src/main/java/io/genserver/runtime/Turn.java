package io.genserver.runtime;

import io.genserver.CurrentContext;
import org.jspecify.annotations.Nullable;

/**
 * What runs on a thread right now. One per worker thread, for the thread's whole life;
 * only its thread touches it.
 */
final class Turn {

	private static final ThreadLocal<@Nullable Turn> CURRENT = new ThreadLocal<>();

	/** The cell whose turn it is, or {@code null} between turns. */
	@Nullable ServerCell cell;

	/** The message being handled, or {@code null}. */
	@Nullable Message message;

	/** Whether it is no turn proper but a handler that runs beside it. */
	boolean concurrent;

	/** Whether calls made now ignore the deadline of the message. */
	boolean detached;

	private Turn() {
	}

	/** Begin a turn on the calling thread. */
	static Turn enter(ServerCell cell) {
		Turn turn = CURRENT.get();
		if (turn == null) {
			turn = new Turn();
			CURRENT.set(turn);
			CurrentContext.bind(turn::context);
		}
		turn.cell = cell;
		return turn;
	}

	/** The turn that runs on the calling thread, or {@code null} if none does. */
	static @Nullable Turn current() {
		Turn turn = CURRENT.get();
		return (turn != null && turn.cell != null) ? turn : null;
	}

	/** End the turn. */
	void leave() {
		this.cell = null;
		this.message = null;
		this.detached = false;
		this.concurrent = false;
	}

	/** The deadline that calls made now inherit; {@code Long.MAX_VALUE} for none. */
	long deadline() {
		Message handled = this.message;
		return (handled == null || this.detached) ? Long.MAX_VALUE : handled.deadline();
	}

	private @Nullable CellContext context() {
		ServerCell here = this.cell;
		return (here != null) ? here.life().context() : null;
	}

}
