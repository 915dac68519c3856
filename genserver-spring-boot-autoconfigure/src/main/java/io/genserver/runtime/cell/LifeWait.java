package io.genserver.runtime.cell;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

import io.genserver.CallCycleException;
import io.genserver.runtime.message.GuardedWait;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.Waiter;
import io.genserver.runtime.scheduling.Waiting;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the start or the end of a server. Neither happens while the server's turn
 * waits itself.
 */
public final class LifeWait extends GuardedWait {

	private final @Nullable ServerCell target;

	/**
	 * Create.
	 * @param waiter is ready with the start or end
	 * @param target whose it is
	 * @param closed gets the reason if there is no point in waiting
	 */
	LifeWait(Waiter waiter, @Nullable ServerCell target, Consumer<CallCycleException> closed) {
		super(waiter, closed);
		this.target = target;
	}

	/**
	 * Wait for the start of a server, without a limit.
	 * @return why it failed, or {@code null}
	 */
	public static @Nullable Throwable startOf(ServerCell cell) {
		CompletableFuture<?> started = cell.life().whenStarted();
		Scheduler scheduler = cell.runtime().scheduler();
		try {
			Waiting waiting = new Waiting(started::isDone);
			started.whenComplete((value, failure) -> scheduler.wake(waiting));
			new LifeWait(waiting, cell, (cycle) -> scheduler.wake(waiting)).await(scheduler, Turn.current(),
					Long.MAX_VALUE);
			started.getNow(null);
			return null;
		}
		catch (CompletionException ex) {
			return (ex.getCause() != null) ? ex.getCause() : ex;
		}
		catch (CallCycleException ex) {
			// It waits for the turn that waits for it.
			cell.command(Commands.STOP);
			return ex;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting for servers", ex);
		}
	}

	/** Let the calling thread wait, which is in a turn. */
	boolean await(Scheduler scheduler, @Nullable Turn turn, long deadline) throws InterruptedException {
		boolean ready = Turn.await(scheduler, this, this, turn, deadline);
		check();
		return ready;
	}

	@Override
	public @Nullable ServerCell target() {
		return this.target;
	}

}
