package io.genserver.rpc.client;

import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.function.Function;

import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.remote.RpcException;
import io.genserver.rpc.outbound.NoConnectionException;
import io.genserver.rpc.outbound.OutboundCalls;
import io.genserver.rpc.outbound.RemoteMethod;
import io.genserver.rpc.outbound.RequestBody;
import io.genserver.runtime.message.StreamEndedException;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * A stream over one connection after the other. One that had not begun when its
 * connection was lost is asked for again; one that had goes on from its last item if the
 * caller has said how, and ends otherwise. Such a one also goes on, after a pause, if the
 * peer ends it in a way that may be tried again: its subscriber fell behind, its server
 * restarts, or the mailbox was full as it was asked for again.
 * <p>
 * Demand and the subscription of the present connection are guarded by this object's
 * monitor; items come from one connection at a time.
 */
final class ReconnectingStream
		implements Flow.Subscription, Flow.Subscriber<@Nullable Object>, ReconnectingConnection.Waiting {

	private final ReconnectingConnection link;

	private final RemoteMethod method;

	private final Function<byte[], ? extends @Nullable Object> decoder;

	private final @Nullable Function<@Nullable Object, byte[]> resume;

	private final Flow.Subscriber<? super @Nullable Object> subscriber;

	private RequestBody body;

	private @Nullable OutboundCalls connection;

	private Flow.@Nullable Subscription upstream;

	/** What was asked for and has not come. */
	private long demand;

	private boolean cancelled;

	/** Whether the stream as it was asked for last has had an item. */
	private boolean begun;

	private @Nullable Object last;

	/** How often the peer has ended it since the last item. */
	private int endings;

	/** Whether the stream was asked for over a connection that was lost since. */
	private boolean sent;

	ReconnectingStream(ReconnectingConnection link, RemoteMethod method, RequestBody body,
			Function<byte[], ? extends @Nullable Object> decoder, @Nullable Function<@Nullable Object, byte[]> resume,
			Flow.Subscriber<? super @Nullable Object> subscriber) {
		this.link = link;
		this.method = method;
		this.body = body;
		this.decoder = decoder;
		this.resume = resume;
		this.subscriber = subscriber;
	}

	void open() {
		this.subscriber.onSubscribe(this);
		if (!isCancelled()) {
			this.link.whenConnected(this, null);
		}
	}

	/** It has no deadline: while it waits, pauses grow as they do without it. */
	@Override
	public boolean isUrgent() {
		return false;
	}

	@Override
	public void connected(OutboundCalls calls) {
		if (isCancelled()) {
			return;
		}
		this.connection = calls;
		calls.stream(this.method, this.body, this.decoder, this);
	}

	@Override
	public void failed(GenServerUnavailableException failure) {
		if (!isCancelled()) {
			this.subscriber.onError(EarlierAttempt.counted(failure, this.sent));
		}
	}

	@Override
	public void onSubscribe(Flow.Subscription subscription) {
		long wanted;
		synchronized (this) {
			this.upstream = subscription;
			wanted = this.cancelled ? 0 : this.demand;
		}
		if (wanted > 0) {
			subscription.request(wanted);
		}
		else if (isCancelled()) {
			subscription.cancel();
		}
	}

	@Override
	public void onNext(@Nullable Object item) {
		synchronized (this) {
			if (this.demand != Long.MAX_VALUE) {
				this.demand--;
			}
		}
		this.begun = true;
		this.endings = 0;
		if (this.resume != null) {
			this.last = item;
		}
		this.subscriber.onNext(item);
	}

	@Override
	public void onError(Throwable failure) {
		NoConnectionException lost = lost(failure);
		boolean mayBeRetried = lost != null || (this.resume != null && isRetryable(failure));
		if (!mayBeRetried || isCancelled()) {
			this.subscriber.onError(EarlierAttempt.counted(failure, this.sent));
			return;
		}
		boolean goesOn;
		try {
			goesOn = (lost != null) ? mayGoOn(lost) : !this.begun || resumeFromLast();
		}
		catch (Throwable ex) {
			ex.addSuppressed(failure);
			this.subscriber.onError(ex);
			return;
		}
		if (!goesOn) {
			this.subscriber.onError(EarlierAttempt.counted((lost != null) ? lost : failure, this.sent));
		}
		else if (lost == null) {
			askAgain(failure);
		}
		else {
			this.sent = this.sent || !lost.notExecuted();
			synchronized (this) {
				this.upstream = null;
			}
			this.link.whenConnected(this, this.connection);
		}
	}

	/** Whether the peer would have the same stream succeed later. */
	private static boolean isRetryable(Throwable failure) {
		return switch (failure) {
			case StreamEndedException ended -> true;
			case RpcException stated -> stated.isRetryable();
			case MailboxFullException full -> full.notExecuted();
			case GenServerUnavailableException unavailable -> unavailable.notExecuted();
			default -> false;
		};
	}

	/** Ask the peer that ended it again, after a pause. */
	private void askAgain(Throwable failure) {
		Duration after = (failure instanceof RpcException stated) ? stated.retryAfter() : null;
		this.sent = true;
		synchronized (this) {
			this.upstream = null;
		}
		if (!this.link.whenConnectedAfterPause(this, this.endings++, (after != null) ? Durations.nanos(after) : 0)) {
			this.subscriber.onError(failure);
		}
	}

	/**
	 * What failed if that was the connection: it is lost, or the peer leaves and has
	 * ended the stream for that.
	 */
	private @Nullable NoConnectionException lost(Throwable failure) {
		if (failure instanceof NoConnectionException known) {
			return known;
		}
		OutboundCalls from = this.connection;
		if (failure instanceof GenServerUnavailableException refused && from != null && from.isLeft()) {
			NoConnectionException left = new NoConnectionException(String.valueOf(refused.getMessage()),
					refused.notExecuted());
			left.initCause(refused);
			return left;
		}
		return null;
	}

	private boolean mayGoOn(NoConnectionException lost) {
		if (!this.begun) {
			return ReconnectingChannel.mayTryAgain(this.method, lost) || this.resume != null;
		}
		return resumeFromLast();
	}

	/** Make the request by which it goes on, if the caller has said how. */
	private boolean resumeFromLast() {
		if (this.resume == null) {
			return false;
		}
		this.body = RequestBody.of(this.resume.apply(this.last)).with(this.body.headers());
		return true;
	}

	@Override
	public void onComplete() {
		this.subscriber.onComplete();
	}

	@Override
	public void request(long n) {
		Flow.Subscription open;
		synchronized (this) {
			if (n > 0) {
				this.demand = (this.demand + n < 0) ? Long.MAX_VALUE : this.demand + n;
			}
			open = this.upstream;
		}
		if (open != null) {
			open.request(n);
		}
		else if (n <= 0) {
			cancel();
			this.subscriber
				.onError(new IllegalArgumentException("A subscriber must request at least one item, not " + n));
		}
	}

	@Override
	public void cancel() {
		Flow.Subscription open;
		synchronized (this) {
			this.cancelled = true;
			open = this.upstream;
		}
		if (open != null) {
			open.cancel();
		}
		else {
			this.link.forget(this);
		}
	}

	private synchronized boolean isCancelled() {
		return this.cancelled;
	}

	@Override
	public String toString() {
		return "Stream " + this.method;
	}

}
