package io.genserver.runtime.cell;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.genserver.Attachment;
import io.genserver.StreamHandler;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.mailbox.Mailbox;
import io.genserver.runtime.message.CastMessage;
import org.jspecify.annotations.Nullable;

/**
 * A stream whose items become messages of a server. At most {@link #window} items are
 * requested and not handled. One that meets a full mailbox waits for room like a blocked
 * sender, but without a thread.
 *
 * @param <T> type of the items
 */
final class AttachedStream<T> implements Flow.Subscriber<T>, Attachment {

	private static final int WINDOW = 16;

	private static final SafeLogger logger = SafeLogger.of(AttachedStream.class);

	private final ServerCell cell;

	private final StreamHandler<? super T> handler;

	private final Consumer<AttachedStream<?>> removal;

	private final int window;

	private volatile Flow.@Nullable Subscription upstream;

	private volatile boolean over;

	/** Items handled since more were to be requested; belongs to the turn. */
	private int handled;

	/** Items to request; the first task that runs requests all of them. */
	private final AtomicInteger owed = new AtomicInteger();

	AttachedStream(ServerCell cell, StreamHandler<? super T> handler, Consumer<AttachedStream<?>> removal) {
		this.cell = cell;
		this.handler = handler;
		this.removal = removal;
		this.window = Math.max(1, Math.min(WINDOW, cell.mailbox().capacity()));
	}

	@Override
	public void onSubscribe(Flow.Subscription subscription) {
		if (this.upstream != null) {
			subscription.cancel();
			return;
		}
		this.upstream = subscription;
		if (this.over) {
			subscription.cancel();
		}
		else {
			subscription.request(this.window);
		}
	}

	@Override
	public void onNext(T item) {
		send(() -> {
			if (!this.over) {
				try {
					this.handler.onItem(item);
				}
				finally {
					requestMore();
				}
			}
		});
	}

	@Override
	public void onError(Throwable failure) {
		sendEnd(failure);
	}

	@Override
	public void onComplete() {
		sendEnd(null);
	}

	private void sendEnd(@Nullable Throwable failure) {
		send(() -> {
			if (!this.over) {
				this.over = true;
				this.removal.accept(this);
				this.handler.onEnd(failure);
			}
		});
	}

	private void send(LambdaOperation.Task task) {
		if (this.over) {
			return;
		}
		try {
			offer(task);
		}
		catch (Throwable ex) {
			// Without an item the rest is worth nothing.
			logger.warn("Server {} could not take an item of a stream that is attached to it: the stream ends",
					this.cell, ex);
			cancelQuietly();
			throw ex;
		}
	}

	private void offer(LambdaOperation.Task task) {
		CastMessage message = new CastMessage(LambdaOperation.ATTACHED, task, this.cell);
		Mailbox.Offer offer = this.cell.inbox().offerBehindWaiting(message);
		if (offer == Mailbox.Offer.FULL) {
			message.waitingAt(this.cell);
			this.cell.inbox().enterRoom(message);
		}
		else if (offer == Mailbox.Offer.CLOSED) {
			cancel();
		}
	}

	private void requestMore() {
		if (++this.handled >= (this.window + 1) / 2) {
			this.owed.addAndGet(this.handled);
			this.handled = 0;
			try {
				// Items are produced outside the turn.
				this.cell.runtime().scheduler().execute(this::askForMore);
			}
			catch (Throwable ex) {
				// Short of memory. Better on this thread than never.
				askForMore();
			}
		}
	}

	private void askForMore() {
		int more = this.owed.getAndSet(0);
		Flow.Subscription source = this.upstream;
		if (more == 0 || this.over || source == null) {
			return;
		}
		try {
			source.request(more);
		}
		catch (Throwable ex) {
			// Nothing will come any more.
			sendEnd(ex);
			cancelQuietly(source);
		}
	}

	private void cancelQuietly() {
		this.over = true;
		this.removal.accept(this);
		Flow.Subscription source = this.upstream;
		if (source != null) {
			cancelQuietly(source);
		}
	}

	private void cancelQuietly(Flow.Subscription source) {
		try {
			source.cancel();
		}
		catch (Throwable ex) {
			logger.warn("A stream that was attached to server {} failed when it was cancelled", this.cell, ex);
		}
	}

	@Override
	public void cancel() {
		this.over = true;
		this.removal.accept(this);
		Flow.Subscription source = this.upstream;
		if (source != null) {
			source.cancel();
		}
	}

	@Override
	public boolean isOver() {
		return this.over;
	}

}
