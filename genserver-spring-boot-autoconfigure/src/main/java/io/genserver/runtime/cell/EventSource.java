package io.genserver.runtime.cell;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;

import io.genserver.Events;
import io.genserver.SlowSubscriber;
import org.jspecify.annotations.Nullable;

/**
 * The events of one instance.
 *
 * @param <E> type of the events
 */
final class EventSource<E> implements Events<E> {

	private final ServerCell cell;

	/** Context of the instance whose events they are. */
	private final CellContext owner;

	private final int buffer;

	private final SlowSubscriber rule;

	private final Set<EventSubscription<E>> subscriptions = ConcurrentHashMap.newKeySet();

	private volatile @Nullable Throwable end;

	EventSource(ServerCell cell, CellContext owner, int buffer, SlowSubscriber rule) {
		this.cell = cell;
		this.owner = owner;
		this.buffer = buffer;
		this.rule = rule;
	}

	@Override
	public void emit(E event) {
		if (!isTurn()) {
			throw new IllegalStateException("Events of server " + this.cell.label()
					+ " are emitted in its turn only; elsewhere send it a cast that emits");
		}
		for (EventSubscription<E> subscription : this.subscriptions) {
			subscription.offer(event);
		}
	}

	@Override
	public Flow.Publisher<E> stream() {
		return (subscriber) -> subscribe(subscriber, List.of());
	}

	@Override
	public Flow.Publisher<E> startingWith(Iterable<? extends E> snapshot) {
		return (subscriber) -> {
			if (!isTurn()) {
				refuse(subscriber, new IllegalStateException("A stream that starts with a snapshot of server "
						+ this.cell.label() + " must be subscribed to in its turn: return it from a handler"));
				return;
			}
			List<E> first = new ArrayList<>();
			snapshot.forEach(first::add);
			subscribe(subscriber, first);
		};
	}

	@Override
	public int subscribers() {
		return this.subscriptions.size();
	}

	private void subscribe(Flow.Subscriber<? super E> subscriber, List<E> first) {
		EventSubscription<E> subscription = new EventSubscription<>(this.cell.runtime().scheduler(), subscriber, first,
				this.buffer, this.rule, this.subscriptions::remove);
		// Registered first: what is emitted from now on is buffered.
		this.subscriptions.add(subscription);
		try {
			subscriber.onSubscribe(subscription);
		}
		catch (Throwable ex) {
			subscription.cancel();
			throw ex;
		}
		Throwable over = this.end;
		if (over != null) {
			subscription.end(over);
		}
	}

	private static void refuse(Flow.Subscriber<?> subscriber, Throwable failure) {
		subscriber.onSubscribe(new Flow.Subscription() {

			@Override
			public void request(long n) {
			}

			@Override
			public void cancel() {
			}

		});
		subscriber.onError(failure);
	}

	/** The instance goes. */
	void close(Throwable why) {
		this.end = why;
		this.subscriptions.forEach((subscription) -> subscription.end(why));
	}

	private boolean isTurn() {
		Turn turn = Turn.current();
		return turn != null && turn.cell == this.cell && !turn.concurrent && this.cell.life().isCurrent(this.owner);
	}

}
