package io.genserver.runtime.cell;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.genserver.Events;
import io.genserver.FellBehindException;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber of an event source: its buffer and its demand. A task of the
 * subscription calls the subscriber, one call at a time: a thread that changes something
 * counts up {@link #pending}, and the first such thread starts the task, which goes on
 * until it has seen everything. The count begins at one, which {@link #begin()} takes
 * back: nothing is delivered before the subscriber has its subscription.
 * <p>
 * <b>End.</b> Whoever ends it first, by {@link #left}, decides how. The source forgets it
 * before the server gets to know, so that the server's turn no longer counts it; the
 * instance's streams forget it after that, so that an instance that looks for what it has
 * still to do, first at its streams and then at its tasks, sees one of the two.
 *
 * @param <E> type of the events
 */
final class EventSubscription<E> implements Flow.Subscription, Runnable {

	private static final SafeLogger logger = SafeLogger.of(EventSubscription.class);

	private final EventSource<E> source;

	private final CellStreams streams;

	private final Scheduler scheduler;

	private final @Nullable Object id;

	private final Flow.Subscriber<? super E> subscriber;

	/** Lets the server know of the end, if it wants to. */
	private final @Nullable Departure departure;

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

	EventSubscription(EventSource<E> source, CellContext owner, @Nullable Object id,
			@Nullable Consumer<? super Events.End> onEnd, Flow.Subscriber<? super E> subscriber, List<E> first) {
		this.source = source;
		this.streams = owner.cell().streams();
		this.scheduler = owner.cell().scheduler();
		this.id = id;
		this.departure = (onEnd != null) ? new Departure(owner, onEnd) : null;
		this.subscriber = subscriber;
		this.snapshot = new ArrayDeque<>(first);
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
		if (!this.left.compareAndSet(false, true)) {
			return;
		}
		try {
			this.source.unsubscribed(this, this.id);
		}
		finally {
			try {
				if (this.departure != null && how != null) {
					this.departure.handOver(how);
				}
			}
			finally {
				this.streams.unsubscribed(this);
			}
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
			this.scheduler.execute(this);
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

	/** Lets the server know how the subscription has ended. */
	private static final class Departure extends InstanceTask {

		private final Consumer<? super Events.End> onEnd;

		/** Written before it is handed over. */
		private Events.@Nullable End how;

		Departure(CellContext owner, Consumer<? super Events.End> onEnd) {
			super(owner, LambdaOperation.SUBSCRIBER);
			this.onEnd = onEnd;
		}

		void handOver(Events.End end) {
			this.how = end;
			handOver();
		}

		@Override
		public void run() {
			this.onEnd.accept(Objects.requireNonNull(this.how, "how"));
		}

	}

}
