package io.genserver.runtime.cell;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one cell is asked to do before its next message: a set of bits to which any thread
 * adds, and which the turn takes as a whole. Of commands that contradict each other the
 * one given last counts.
 */
public final class Commands {

	/** Make the first instance. */
	public static final int START = 1;

	/** Make the next instance, since the time between two has passed. */
	public static final int BEGIN_AFTER_BACKOFF = 1 << 1;

	/** End the instance and the cell. */
	public static final int STOP = 1 << 2;

	/** Handle no messages until {@link #RESUME}. */
	public static final int SUSPEND = 1 << 3;

	/** Handle messages again. */
	public static final int RESUME = 1 << 4;

	/** Replace the instance at once. */
	public static final int RESTART = 1 << 5;

	/** End the cell unless it has something to do. */
	public static final int PASSIVATE = 1 << 6;

	/** Look at the mailbox again. */
	static final int WAKE = 1 << 7;

	/** Restart the server, since a handler failed while others ran concurrently. */
	static final int FAIL = 1 << 8;

	/**
	 * Fail what is queued until the end of a pause, and what is sent later: the pause
	 * will not end.
	 */
	public static final int FAIL_PENDING = 1 << 9;

	/**
	 * Set with a stop or restart that no handler of this server requested: until then,
	 * what a handler returned is not waited for, and a running handler has limited time.
	 */
	static final int END_WAITS = 1 << 10;

	/**
	 * The current instance wants to stop; ignored if that instance has ended meanwhile.
	 */
	static final int STOP_ITSELF = 1 << 11;

	/** The commands that end the instance. */
	static final int ENDING = STOP | RESTART | FAIL;

	private static final VarHandle BITS;

	static {
		try {
			BITS = MethodHandles.lookup().findVarHandle(Commands.class, "bits", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private volatile int bits;

	Commands() {
	}

	/**
	 * Add a command. It takes the place of the one it contradicts, and a stop also that
	 * of a pending restart; a restart that is requested later begins after the end.
	 */
	void add(int command) {
		int contrary = switch (command & ~END_WAITS) {
			case SUSPEND -> RESUME;
			case RESUME -> SUSPEND;
			case STOP -> RESTART;
			default -> 0;
		};
		int known = this.bits;
		while (!BITS.compareAndSet(this, known, (known & ~contrary) | command)) {
			known = this.bits;
		}
	}

	/**
	 * Put back commands that were taken and not followed, except those which a command
	 * that was given since then contradicts.
	 */
	void restore(int taken) {
		int known = this.bits;
		while (!BITS.compareAndSet(this, known, known | (taken & ~overruledBy(known)))) {
			known = this.bits;
		}
	}

	private static int overruledBy(int later) {
		return (((later & SUSPEND) != 0) ? RESUME : 0) | (((later & RESUME) != 0) ? SUSPEND : 0)
				| (((later & STOP) != 0) ? RESTART : 0);
	}

	/** Take all commands, which are pending no longer. */
	int take() {
		return (int) BITS.getAndSet(this, 0);
	}

	/**
	 * Take one command.
	 * @return whether it was pending; {@code true} for one of several threads
	 */
	boolean take(int command) {
		int known = this.bits;
		while ((known & command) != 0) {
			if (BITS.compareAndSet(this, known, known & ~command)) {
				return true;
			}
			known = this.bits;
		}
		return false;
	}

	boolean isEmpty() {
		return this.bits == 0;
	}

	/** Whether any of some commands is pending. */
	boolean any(int commands) {
		return (this.bits & commands) != 0;
	}

	/** The commands that are pending. */
	int pending() {
		return this.bits;
	}

}
