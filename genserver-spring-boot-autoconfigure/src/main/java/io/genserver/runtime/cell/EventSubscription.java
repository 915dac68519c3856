package io.genserver.runtime.cell;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.genserver.FellBehindException;
import io.genserver.SlowSubscriber;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber of an event source: its buffer and its demand. A task of the
 * subscription calls the subscriber, one call at a time: a thread that changes something
 * counts up {@link #pending}, and the first such thread starts the task, which goes on
 * until it has seen everything.
 *
 * @param <E> type of the events
 */
final class EventSubscription<E> implements Flow.Subscription, Runnable {

	private static final SafeLogger logger = SafeLogger.of(EventSubscription.class);

	private final Scheduler scheduler;

	private final Flow.Subscriber<? super E> subscriber;

	private final int capacity;

	private final SlowSubscriber rule;

	private final Consumer<EventSubscription<E>> removal;

	private final AtomicInteger pending = new AtomicInteger();

	/** Whether a task is to begin, which takes it back: however often it was queued. */
	private final AtomicBoolean begins = new AtomicBoolean();

	/** Snapshot and events; guarded by this. */
	private final Deque<E> buffer;

	/** Items of the snapshot that are left, which take no place; guarded by this. */
	private int snapshotLeft;

	/** Guarded by this. */
	private long demand;

	/** Why the subscription ends once the buffer is empty; guarded by this. */
	private @Nullable Throwable end;

	private volatile boolean over;

	EventSubscription(Scheduler scheduler, Flow.Subscriber<? super E> subscriber, List<E> first, int capacity,
			SlowSubscriber rule, Consumer<EventSubscription<E>> removal) {
		this.scheduler = scheduler;
		this.subscriber = subscriber;
		this.buffer = new ArrayDeque<>(first);
		this.snapshotLeft = first.size();
		this.capacity = capacity;
		this.rule = rule;
		this.removal = removal;
	}

	void offer(E event) {
		synchronized (this) {
			if (this.end != null) {
				return;
			}
			if (this.buffer.size() - this.snapshotLeft >= this.capacity && !makeRoom()) {
				return;
			}
			this.buffer.addLast(event);
		}
		work();
	}

	/** Returns whether the event is to be buffered. */
	private boolean makeRoom() {
		switch (this.rule) {
			case DROP_NEWEST -> {
				return false;
			}
			case DROP_OLDEST -> {
				if (this.snapshotLeft == 0) {
					this.buffer.removeFirst();
					return true;
				}
				// The snapshot stays: the oldest event is behind it.
				ArrayDeque<E> snapshot = new ArrayDeque<>();
				for (int i = 0; i < this.snapshotLeft; i++) {
					snapshot.addFirst(this.buffer.removeFirst());
				}
				this.buffer.removeFirst();
				snapshot.forEach(this.buffer::addFirst);
				return true;
			}
			case FAIL -> {
				this.end = new FellBehindException("The subscriber fell behind by more than " + this.capacity
						+ " events; ask for a larger buffer, or for another rule");
				this.removal.accept(this);
				work();
				return false;
			}
		}
		return false;
	}

	/** No more events; the subscriber gets the end after what is buffered. */
	void end(Throwable why) {
		synchronized (this) {
			if (this.end == null) {
				this.end = why;
			}
		}
		this.removal.accept(this);
		work();
	}

	/** The subscriber broke the rules: it gets nothing but the reason. */
	private void refuse(Throwable why) {
		synchronized (this) {
			this.end = why;
			this.buffer.clear();
			this.snapshotLeft = 0;
		}
		this.removal.accept(this);
		work();
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
		this.removal.accept(this);
		synchronized (this) {
			this.buffer.clear();
			this.snapshotLeft = 0;
		}
	}

	private void work() {
		if (this.pending.getAndIncrement() != 0) {
			return;
		}
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
			Throwable failure = null;
			synchronized (this) {
				event = (this.demand > 0) ? this.buffer.pollFirst() : null;
				if (event != null) {
					this.demand--;
					this.snapshotLeft = Math.max(0, this.snapshotLeft - 1);
				}
				else if (this.buffer.isEmpty()) {
					failure = this.end;
				}
			}
			if (event == null && failure == null) {
				return;
			}
			deliver(event, failure);
		}
	}

	/** A subscriber that throws is called no more, since its state is unknown. */
	private void deliver(@Nullable E event, @Nullable Throwable failure) {
		try {
			if (event != null) {
				this.subscriber.onNext(event);
			}
			else if (failure != null) {
				this.over = true;
				this.subscriber.onError(failure);
			}
		}
		catch (Throwable ex) {
			cancel();
			logger.warn("Subscriber {} of events failed and gets no more of them", this.subscriber, ex);
		}
	}

}
