package io.genserver.runtime.cell;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.Events;
import io.genserver.FellBehindException;
import io.genserver.SlowSubscriber;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber of an event source: its buffer and its demand. A task of the
 * subscription calls the subscriber, one call at a time: a thread that changes something
 * counts up {@link #pending}, and the first such thread starts the task, which goes on
 * until it has seen everything. The count begins at one, which {@link #begin()} takes
 * back: nothing is delivered before the subscriber has its subscription. The thread that
 * ends it first, by {@link #left}, decides how.
 *
 * @param <E> type of the events
 */
final class EventSubscription<E> implements Flow.Subscription, Runnable {

	private static final SafeLogger logger = SafeLogger.of(EventSubscription.class);

	private final Source<E> source;

	private final @Nullable Object id;

	private final @Nullable InstanceTask departure;

	private final Flow.Subscriber<? super E> subscriber;

	private final AtomicBoolean left = new AtomicBoolean();

	private final AtomicInteger pending = new AtomicInteger(1);

	/** Whether a task is to begin, which takes it back: however often it was queued. */
	private final AtomicBoolean begins = new AtomicBoolean();

	/** What is left of the items that come first; guarded by this. */
	private final Deque<E> snapshot;

	/** Guarded by this. */
	private final Deque<E> buffer = new ArrayDeque<>();

	/** Guarded by this. */
	private long demand;

	/** Whether it ends once the buffer is empty; guarded by this. */
	private boolean ends;

	/** Why it ends, {@code null} if it completes; guarded by this. */
	private @Nullable Throwable failure;

	private volatile boolean over;

	/**
	 * Create.
	 * @param id what the source knows the subscriber by
	 * @param departure what the server is to do about the end
	 * @param first the items that come first
	 */
	EventSubscription(Source<E> source, @Nullable Object id, @Nullable InstanceTask departure,
			Flow.Subscriber<? super E> subscriber, List<E> first) {
		this.source = source;
		this.id = id;
		this.departure = departure;
		this.subscriber = subscriber;
		this.snapshot = new ArrayDeque<>(first);
	}

	@Nullable Object id() {
		return this.id;
	}

	@Nullable InstanceTask departure() {
		return this.departure;
	}

	/** Hand the subscription to its subscriber. */
	void begin() {
		this.subscriber.onSubscribe(this);
		if (this.pending.decrementAndGet() != 0) {
			start();
		}
	}

	void offer(E event) {
		boolean behind = false;
		synchronized (this) {
			if (this.ends || this.over) {
				return;
			}
			if (this.buffer.size() >= this.source.buffer()) {
				switch (this.source.rule()) {
					case DROP_NEWEST -> {
						return;
					}
					case DROP_OLDEST -> this.buffer.removeFirst();
					case FAIL -> behind = true;
				}
			}
			if (behind) {
				this.ends = true;
				this.failure = new FellBehindException("The subscriber fell behind by more than " + this.source.buffer()
						+ " events; ask for a larger buffer, or for another rule");
			}
			else {
				this.buffer.addLast(event);
			}
		}
		if (behind) {
			left(Events.End.FELL_BEHIND);
		}
		work();
	}

	/** No more events; the subscriber gets the end after what is buffered. */
	void complete() {
		endWith(null);
		left(Events.End.COMPLETED);
		work();
	}

	/** The same, since the instance ends, and with it what it wants to know. */
	void end(Throwable why) {
		endWith(why);
		left(null);
		work();
	}

	private synchronized void endWith(@Nullable Throwable why) {
		if (!this.ends) {
			this.ends = true;
			this.failure = why;
		}
	}

	/** The subscriber broke the rules: it gets nothing but the reason. */
	private void refuse(Throwable why) {
		synchronized (this) {
			this.ends = true;
			this.failure = why;
			discard();
		}
		left(Events.End.CANCELLED);
		work();
	}

	private void discard() {
		this.snapshot.clear();
		this.buffer.clear();
	}

	/**
	 * It counts no more; the first reason is the one that the server gets.
	 * @param how {@code null} if the server is not to get any
	 */
	private void left(Events.@Nullable End how) {
		if (this.left.compareAndSet(false, true)) {
			this.source.left(this, how);
		}
	}

	@Override
	public void request(long n) {
		if (n <= 0) {
			refuse(new IllegalArgumentException("A subscriber must request at least one item, not " + n));
			return;
		}
		synchronized (this) {
			this.demand = (this.demand + n < 0) ? Long.MAX_VALUE : this.demand + n;
		}
		work();
	}

	@Override
	public void cancel() {
		this.over = true;
		left(Events.End.CANCELLED);
		synchronized (this) {
			discard();
		}
	}

	private void work() {
		if (this.pending.getAndIncrement() != 0) {
			return;
		}
		start();
	}

	private void start() {
		this.begins.set(true);
		try {
			this.source.scheduler().execute(this);
		}
		catch (Throwable ex) {
			// Short of memory. Better on this thread than never.
			run();
		}
	}

	@Override
	public void run() {
		if (!this.begins.compareAndSet(true, false)) {
			return;
		}
		int seen = this.pending.get();
		while (seen != 0) {
			deliver();
			seen = this.pending.addAndGet(-seen);
		}
	}

	private void deliver() {
		while (!this.over) {
			E event;
			Throwable why;
			synchronized (this) {
				event = (this.demand > 0) ? next() : null;
				if (event != null) {
					this.demand--;
				}
				else if (!this.ends || !this.snapshot.isEmpty() || !this.buffer.isEmpty()) {
					return;
				}
				why = this.failure;
			}
			deliver(event, why);
		}
	}

	private @Nullable E next() {
		E first = this.snapshot.pollFirst();
		return (first != null) ? first : this.buffer.pollFirst();
	}

	/** A subscriber that throws is called no more, since its state is unknown. */
	private void deliver(@Nullable E event, @Nullable Throwable why) {
		try {
			if (event != null) {
				this.subscriber.onNext(event);
				return;
			}
			this.over = true;
			if (why != null) {
				this.subscriber.onError(why);
			}
			else {
				this.subscriber.onComplete();
			}
		}
		catch (Throwable ex) {
			cancel();
			logger.warn("Subscriber {} of events failed and gets no more of them", this.subscriber, ex);
		}
	}

	/**
	 * Where the events come from.
	 *
	 * @param <E> type of the events
	 */
	interface Source<E> {

		Scheduler scheduler();

		/** Events that a subscriber may be behind. */
		int buffer();

		/** What happens to a subscriber that falls behind further. */
		SlowSubscriber rule();

		/**
		 * A subscription has ended; called once for each, on any thread.
		 * @param how {@code null} if the server is not to get any
		 */
		void left(EventSubscription<E> subscription, Events.@Nullable End how);

	}

}
