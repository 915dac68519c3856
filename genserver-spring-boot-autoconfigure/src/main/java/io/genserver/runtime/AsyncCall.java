package io.genserver.runtime;

import java.util.concurrent.CompletableFuture;

import io.genserver.GenServerTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A call whose sender holds a future. What depends on the future is code of the
 * application and runs as a task of its own, never within a turn and never on the thread
 * that watches deadlines.
 */
final class AsyncCall extends Call implements Runnable {

	private final Scheduler scheduler;

	private final Reply reply = new Reply(this);

	AsyncCall(Operation operation, @Nullable Object payload, Object origin, Scheduler scheduler, long now,
			long deadline) {
		super(operation, payload, origin, QUEUED, now, deadline);
		this.scheduler = scheduler;
	}

	CompletableFuture<@Nullable Object> future() {
		return this.reply;
	}

	@Override
	protected void ended() {
		if (this.reply.isDone()) {
			return;
		}
		// A dependent may be added this very moment. Where it must by no means run is the
		// thread that watches deadlines.
		if (this.reply.getNumberOfDependents() == 0 && !(failure() instanceof GenServerTimeoutException)) {
			run();
		}
		else {
			this.scheduler.execute(this);
		}
	}

	@Override
	public void run() {
		Throwable failure = failure();
		if (failure != null) {
			this.reply.completeExceptionally(failure);
		}
		else {
			this.reply.complete(value());
		}
	}

	/** The future in the hands of the sender. */
	static final class Reply extends CompletableFuture<@Nullable Object> {

		private final AsyncCall call;

		Reply(AsyncCall call) {
			this.call = call;
		}

		AsyncCall call() {
			return this.call;
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			boolean cancelled = super.cancel(mayInterruptIfRunning);
			if (cancelled) {
				this.call.cancelCall();
			}
			return cancelled;
		}

		@Override
		public <U> CompletableFuture<U> newIncompleteFuture() {
			return new CompletableFuture<>();
		}

	}

}
