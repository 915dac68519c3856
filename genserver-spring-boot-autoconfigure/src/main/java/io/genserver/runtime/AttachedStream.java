package io.genserver.runtime;

import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

import io.genserver.Attachment;
import io.genserver.StreamHandler;
import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.mailbox.Mailbox;
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

	private final ServerCell cell;

	private final StreamHandler<? super T> handler;

	private final Consumer<AttachedStream<?>> removal;

	private final int window;

	private volatile Flow.@Nullable Subscription upstream;

	private volatile boolean over;

	/** Items handled since more were requested; belongs to the turn. */
	private int handled;

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
			int more = this.handled;
			this.handled = 0;
			// Items are produced outside the turn.
			this.cell.runtime().scheduler().execute(() -> {
				if (!this.over) {
					Objects.requireNonNull(this.upstream).request(more);
				}
			});
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
