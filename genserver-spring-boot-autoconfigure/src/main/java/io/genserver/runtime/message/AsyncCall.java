package io.genserver.runtime.message;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

import io.genserver.log.Throwables;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A call whose sender holds a future. What depends on the future is code of the
 * application and runs as a task of its own, never within a turn and never on the thread
 * that watches deadlines, however late it was attached.
 * <p>
 * A reply is put into the future at once, on the thread that answers; threads that wait
 * for it are woken, and what depends on it, if anything does, is run by a task. A failure
 * is put into the future by a task.
 */
public final class AsyncCall extends CallMessage implements Runnable {

	private final Scheduler scheduler;

	private final ReplyFuture future;

	public AsyncCall(Operation operation, @Nullable Object payload, Object origin, Scheduler scheduler, ReplyWait wait,
			long now, long deadline) {
		super(operation, payload, origin, QUEUED, now, deadline);
		this.scheduler = scheduler;
		this.future = new ReplyFuture(this, wait);
	}

	public CompletableFuture<@Nullable Object> future() {
		return this.future;
	}

	@Override
	protected boolean isUnattended() {
		return true;
	}

	/**
	 * The holder of the future has no use for the reply.
	 * @return whether this ended the call, and the holder is to end the future
	 */
	boolean disown(String why) {
		return giveUp(new Disowned(operation() + " " + why));
	}

	@Override
	protected void ended() {
		Throwable failure = failure();
		if (failure == null) {
			if (this.future.put(value())) {
				completeFuture();
			}
		}
		else if (!(failure instanceof Disowned)) {
			completeFuture();
		}
	}

	/**
	 * On a worker, since code of the application may run then; better here than never.
	 */
	private void completeFuture() {
		try {
			this.scheduler.execute(this);
		}
		catch (Throwable ex) {
			run();
		}
	}

	/** No caller has the future yet: it is handed out with the failure. */
	@Override
	void refused() {
		run();
	}

	@Override
	public void run() {
		Throwable failure = failure();
		if (failure != null) {
			this.future.fail(Throwables.forFuture(failure));
		}
		else {
			this.future.notifyDependents(value());
		}
	}

	/** Why the call of a future ended that its holder completed. */
	private static final class Disowned extends CancellationException {

		Disowned(String message) {
			super(message);
		}

	}

}
