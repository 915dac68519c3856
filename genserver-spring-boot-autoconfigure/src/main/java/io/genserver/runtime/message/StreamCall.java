package io.genserver.runtime.message;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import io.genserver.GenServerException;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A call answered by a stream. The handler's body and the subscription to the publisher
 * it returns run in the turn; demand is passed on only after the turn, so that items are
 * produced outside. The deadline covers the time until the subscription.
 * <p>
 * {@link #demand} collects what the subscriber requests while there is nothing to request
 * from; {@link #OPEN} in it means that requests go straight to the publisher. It opens
 * when two things have happened, in whatever order: the turn is over, and the publisher,
 * which may take its time for that, has accepted the subscription.
 * <p>
 * The call stays linked for a while after its end, in the mailbox and where deadlines are
 * watched. So once it is cancelled, or its subscriber has the end, {@link Nothing} takes
 * the place of both ends.
 */
public final class StreamCall extends CallMessage
		implements Flow.Subscription, Flow.Subscriber<@Nullable Object>, Runnable {

	private static final SafeLogger logger = SafeLogger.of(StreamCall.class);

	private static final long OPEN = Long.MIN_VALUE;

	/** What has to happen before demand is passed on. */
	private static final int CONDITIONS = 2;

	private final Scheduler scheduler;

	/**
	 * Read by threads that may not see yet that nothing more is wanted, as with any
	 * subscription that is cancelled.
	 */
	private Flow.Subscriber<@Nullable Object> subscriber;

	private final AtomicLong demand = new AtomicLong();

	/** How many of the conditions are met. */
	private final AtomicInteger met = new AtomicInteger();

	private volatile Flow.@Nullable Subscription upstream;

	/** Whether a server asked for it. */
	private final boolean ofServer;

	private volatile boolean cancelled;

	/** Whether the end of the call was reported, however often that was queued. */
	private final AtomicBoolean reported = new AtomicBoolean();

	/** Whether the subscriber knows that nothing more comes. */
	private volatile boolean endDelivered;

	/** Where it is open: an instance is not let go while a subscriber reads from it. */
	private volatile @Nullable InstanceStreams openAt;

	/** How the stream ended, while the subscriber may not see it yet. */
	private final AtomicReference<@Nullable Runnable> end = new AtomicReference<>();

	public StreamCall(Operation operation, @Nullable Object payload, Object origin, Scheduler scheduler, long now,
			long deadline, Flow.Subscriber<@Nullable Object> subscriber) {
		super(operation, payload, origin, now, deadline);
		this.scheduler = scheduler;
		this.subscriber = subscriber;
		this.ofServer = origin instanceof Recipient;
	}

	/** Subscribe to what the handler returned. Only in the turn, or apart from it. */
	public void open(Flow.Publisher<?> publisher, InstanceStreams streams) {
		streams.opened(this);
		this.openAt = streams;
		if (this.cancelled) {
			// The thread that cancelled may not have seen where it is open.
			closed();
		}
		@SuppressWarnings("unchecked")
		Flow.Publisher<@Nullable Object> items = (Flow.Publisher<@Nullable Object>) publisher;
		items.subscribe(this);
	}

	/** Nothing comes from the instance any more. */
	private void closed() {
		InstanceStreams streams = this.openAt;
		if (streams != null) {
			streams.closed(this);
		}
	}

	@Override
	protected void ended() {
		// Both ways on: tell the subscriber of a failure, or let the items come.
		try {
			this.scheduler.execute(this);
		}
		catch (Throwable ex) {
			// Short of memory. Better on this thread than never.
			run();
		}
	}

	@Override
	public void run() {
		if (!this.reported.compareAndSet(false, true)) {
			return;
		}
		Flow.Subscriber<@Nullable Object> notified = this.subscriber;
		try {
			Throwable failure = failure();
			if (failure != null) {
				fail(failure);
			}
			else {
				meet();
			}
		}
		catch (Throwable ex) {
			logger.warn("Subscriber {} of the stream that {} returned failed as it was notified of the end", notified,
					operation(), ex);
		}
	}

	/** Nothing more comes, and the subscriber is to know why unless it has an end. */
	private void fail(Throwable failure) {
		boolean known = this.cancelled || this.endDelivered;
		Flow.Subscriber<@Nullable Object> target = this.subscriber;
		endEarly();
		if (!known) {
			target.onError(failure);
		}
	}

	/** Nothing more is wanted of the publisher. */
	private void endEarly() {
		this.cancelled = true;
		closed();
		cancel(this.upstream);
		letGo();
	}

	/** Both ends are done with each other. */
	private void letGo() {
		this.subscriber = Nothing.INSTANCE;
		if (this.upstream != null) {
			this.upstream = Nothing.INSTANCE;
		}
		this.end.set(null);
	}

	/** Ask for items; a source that throws instead will send none. */
	private void request(Flow.Subscription source, long n) {
		try {
			source.request(n);
		}
		catch (Throwable ex) {
			fail(ex);
		}
	}

	/** Whatever a source throws, a caller that has no use for it goes on. */
	private void cancel(Flow.@Nullable Subscription source) {
		try {
			if (source != null) {
				source.cancel();
			}
		}
		catch (Throwable ex) {
			logger.warn("The stream that {} returned failed when it was cancelled", operation(), ex);
		}
	}

	/** One more condition is met; the last one lets demand and the end through. */
	private void meet() {
		if (this.met.incrementAndGet() < CONDITIONS) {
			return;
		}
		long requested = this.demand.getAndSet(OPEN);
		Flow.Subscription source = this.upstream;
		if (this.cancelled) {
			cancel(source);
		}
		else if (source != null && requested > 0) {
			request(source, requested);
		}
		deliverEnd();
	}

	@Override
	public void request(long n) {
		if (n <= 0) {
			Flow.Subscription source = this.upstream;
			if (source != null && this.demand.get() == OPEN) {
				request(source, n);
			}
			else if (!this.cancelled) {
				Flow.Subscriber<@Nullable Object> target = this.subscriber;
				cancel();
				target.onError(new IllegalArgumentException("A subscriber must request at least one item, not " + n));
			}
			return;
		}
		while (true) {
			long known = this.demand.get();
			if (known == OPEN) {
				Flow.Subscription source = this.upstream;
				if (source != null) {
					request(source, n);
				}
				return;
			}
			long sum = (known + n < 0) ? Long.MAX_VALUE : known + n;
			if (this.demand.compareAndSet(known, sum)) {
				return;
			}
		}
	}

	@Override
	public void cancel() {
		this.cancelled = true;
		closed();
		if (!cancelCall()) {
			cancel(this.upstream);
			letGo();
		}
	}

	@Override
	public void onSubscribe(Flow.Subscription subscription) {
		if (this.upstream != null) {
			cancel(subscription);
			return;
		}
		this.upstream = subscription;
		if (this.cancelled || failure() != null) {
			cancel(subscription);
			this.upstream = Nothing.INSTANCE;
		}
		else {
			meet();
		}
	}

	@Override
	public void onNext(@Nullable Object item) {
		if (this.cancelled) {
			return;
		}
		try {
			this.subscriber.onNext(item);
		}
		catch (Throwable ex) {
			// It counts as cancelled, and its publisher may not cancel when asked.
			endEarly();
			throw ex;
		}
	}

	@Override
	public void onError(Throwable failure) {
		InstanceStreams streams = this.openAt;
		if (streams != null && !this.cancelled) {
			streams.failed(this, failure);
		}
		if (this.ofServer && failure instanceof GenServerException stated) {
			stated.markInnerCall();
		}
		endWith(() -> this.subscriber.onError(failure));
	}

	@Override
	public void onComplete() {
		endWith(() -> this.subscriber.onComplete());
	}

	private void endWith(Runnable signal) {
		closed();
		this.end.set(signal);
		if (this.demand.get() == OPEN) {
			deliverEnd();
		}
	}

	private void deliverEnd() {
		Runnable signal = this.end.getAndSet(null);
		if (signal != null && !this.cancelled) {
			this.endDelivered = true;
			try {
				signal.run();
			}
			finally {
				letGo();
			}
		}
	}

	/** Where nothing comes from, and what takes it. */
	private enum Nothing implements Flow.Subscription, Flow.Subscriber<@Nullable Object> {

		INSTANCE;

		@Override
		public void request(long n) {
		}

		@Override
		public void cancel() {
		}

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			subscription.cancel();
		}

		@Override
		public void onNext(@Nullable Object item) {
		}

		@Override
		public void onError(Throwable failure) {
		}

		@Override
		public void onComplete() {
		}

	}

}
