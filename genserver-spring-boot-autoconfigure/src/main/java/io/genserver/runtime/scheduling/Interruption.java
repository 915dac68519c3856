package io.genserver.runtime.scheduling;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Interrupts the thread that runs one thing, and nothing that runs on it afterwards.
 * <p>
 * <b>No late interrupt.</b> Who interrupts first announces it with {@link #interrupting},
 * fences, and then looks for the {@link #runner}; who runs forgets the runner with
 * {@link #end()}, fences, and then looks in {@link #settle()} whether an interrupt is
 * announced. So either the one finds no runner, or the other waits until the flag is set,
 * and clears it. That costs who runs no more than two plain writes and a read, since a
 * turn ends with a fence anyway.
 * <p>
 * <b>Nesting.</b> On a thread that runs something else for a while an interrupt waits: it
 * comes when the thread returns.
 */
public final class Interruption {

	private static final VarHandle RUNNER;

	static {
		try {
			RUNNER = MethodHandles.lookup().findVarHandle(Interruption.class, "runner", Thread.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private volatile @Nullable Thread runner;

	private volatile boolean interrupting;

	/** Whether the runner runs something else for a while; guarded by this. */
	private boolean suspended;

	/** The runner while it does. */
	private volatile @Nullable Thread suspendedOn;

	/** Whether an interrupt came meanwhile; guarded by this. */
	private boolean wanted;

	/** The calling thread runs it from now on. */
	public void begin() {
		RUNNER.setRelease(this, Thread.currentThread());
	}

	/**
	 * Nothing runs from now on. To be followed by a full fence and {@link #settle()}.
	 */
	public void end() {
		RUNNER.setRelease(this, null);
	}

	/** Wait for an interrupt that was on its way, which the caller has to clear. */
	public void settle() {
		while (this.interrupting) {
			Thread.yield();
		}
	}

	/**
	 * What ran is over and something else begins, on the same thread: an interrupt that
	 * was meant for the former does not meet the latter.
	 */
	public void next() {
		end();
		VarHandle.fullFence();
		settle();
		Thread.interrupted();
		begin();
	}

	/** The calling thread, which runs it, runs something else for a while. */
	public synchronized void suspend() {
		end();
		this.suspendedOn = Thread.currentThread();
		this.suspended = true;
	}

	/** The calling thread goes on with it. */
	public synchronized void resume() {
		this.suspended = false;
		begin();
		this.suspendedOn = null;
		if (this.wanted) {
			this.wanted = false;
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Return the thread that runs it, even if it runs something else for a while.
	 * @return the thread, {@code null} if none does
	 */
	public @Nullable Thread thread() {
		Thread thread = this.runner;
		return (thread != null) ? thread : this.suspendedOn;
	}

	/**
	 * Interrupt what runs, if anything does. On any thread.
	 * @param applies whether that is still what is to be interrupted; asked while it
	 * cannot end
	 */
	public synchronized void interrupt(BooleanSupplier applies) {
		this.interrupting = true;
		try {
			VarHandle.fullFence();
			Thread thread = this.runner;
			if (thread != null && applies.getAsBoolean()) {
				thread.interrupt();
			}
			else if (this.suspended && applies.getAsBoolean()) {
				this.wanted = true;
			}
		}
		finally {
			this.interrupting = false;
		}
	}

}
