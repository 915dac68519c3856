package io.genserver.runtime.cell;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

import io.genserver.Events;
import io.genserver.SlowSubscriber;
import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The events of one instance. The instance's streams refer to the subscriptions, and
 * those to their source: one without subscriptions is kept by the application only.
 * <p>
 * <b>End of a subscription.</b> The source forgets it before the server gets to know, so
 * that the server's turn no longer counts it. The instance's streams forget it after
 * that: an instance that looks for what it has still to do, first at its streams and then
 * at its tasks, sees one of the two.
 *
 * @param <E> type of the events
 */
final class EventSource<E> implements Events<E>, EventSubscription.Source<E> {

	private final ServerCell cell;

	/** Context of the instance whose events they are. */
	private final CellContext owner;

	private final int buffer;

	private final SlowSubscriber rule;

	private final Set<EventSubscription<E>> subscriptions = ConcurrentHashMap.newKeySet();

	/** Those that have an id; an id without any is not kept. */
	private final Map<Object, Set<EventSubscription<E>>> byId = new ConcurrentHashMap<>();

	private volatile boolean closed;

	EventSource(ServerCell cell, CellContext owner, int buffer, SlowSubscriber rule) {
		this.cell = cell;
		this.owner = owner;
		this.buffer = buffer;
		this.rule = rule;
	}

	@Override
	public void emit(E event) {
		emit(event, this.subscriptions);
	}

	private void emit(E event, Set<EventSubscription<E>> receivers) {
		checkTurn("emitted", "emits");
		if (this.closed) {
			throw new IllegalStateException(
					"The source of events of server " + this.cell.label() + " is closed, and nothing can be emitted");
		}
		for (EventSubscription<E> subscription : receivers) {
			subscription.offer(event);
		}
	}

	@Override
	public Flow.Publisher<E> stream() {
		return stream(null, null);
	}

	@Override
	public Flow.Publisher<E> stream(Consumer<? super End> onEnd) {
		return stream(null, Objects.requireNonNull(onEnd, "onEnd"));
	}

	private Flow.Publisher<E> stream(@Nullable Object id, @Nullable Consumer<? super End> onEnd) {
		return (subscriber) -> subscribe(subscriber, List.of(), id, onEnd);
	}

	@Override
	public Flow.Publisher<E> startingWith(Iterable<? extends E> snapshot) {
		return startingWith(snapshot, null, null);
	}

	@Override
	public Flow.Publisher<E> startingWith(Iterable<? extends E> snapshot, Consumer<? super End> onEnd) {
		return startingWith(snapshot, null, Objects.requireNonNull(onEnd, "onEnd"));
	}

	private Flow.Publisher<E> startingWith(Iterable<? extends E> snapshot, @Nullable Object id,
			@Nullable Consumer<? super End> onEnd) {
		Objects.requireNonNull(snapshot, "snapshot");
		return (subscriber) -> {
			if (!isTurn()) {
				refuse(subscriber, new IllegalStateException("A stream that starts with a snapshot of server "
						+ this.cell.label() + " must be subscribed to in its turn: return it from a handler"));
				return;
			}
			List<E> first = new ArrayList<>();
			snapshot.forEach(first::add);
			subscribe(subscriber, first, id, onEnd);
		};
	}

	@Override
	public Subscriber<E> subscriber(Object id) {
		return new Identified(Objects.requireNonNull(id, "id"));
	}

	@Override
	public int subscribers() {
		return this.subscriptions.size();
	}

	@Override
	public void complete() {
		checkTurn("completed", "completes them");
		this.subscriptions.forEach(EventSubscription::complete);
	}

	@Override
	public void close() {
		checkTurn("closed", "closes them");
		this.closed = true;
		this.subscriptions.forEach(EventSubscription::complete);
	}

	private void subscribe(Flow.Subscriber<? super E> subscriber, List<E> first, @Nullable Object id,
			@Nullable Consumer<? super End> onEnd) {
		Objects.requireNonNull(subscriber, "subscriber");
		InstanceTask departure = (onEnd != null) ? new Departure(onEnd) : null;
		if (departure != null) {
			// What it is handed to is made now: later there may be no memory.
			this.cell.ownWork();
		}
		EventSubscription<E> subscription = new EventSubscription<>(this, id, departure, subscriber, first);
		boolean begun = false;
		try {
			// Registered first: what is emitted from now on is buffered.
			register(subscription);
			subscription.begin();
			begun = true;
		}
		finally {
			if (!begun) {
				subscription.cancel();
			}
		}
		// Read after it was registered; the turn ends them the other way round.
		if (this.owner.isEnding()) {
			subscription.end(CellStreams.ended(this.cell, "restarted or stopped"));
		}
		else if (this.closed) {
			subscription.complete();
		}
	}

	private void register(EventSubscription<E> subscription) {
		this.cell.streams().subscribed(subscription);
		this.subscriptions.add(subscription);
		Object id = subscription.id();
		if (id != null) {
			this.byId.compute(id, (key, known) -> {
				Set<EventSubscription<E>> all = (known != null) ? known : ConcurrentHashMap.newKeySet(1);
				all.add(subscription);
				return all;
			});
		}
	}

	@Override
	public void left(EventSubscription<E> subscription, @Nullable End how) {
		try {
			forget(subscription);
		}
		finally {
			try {
				if (how != null && subscription.departure() instanceof EventSource<?>.Departure departure) {
					departure.report(how);
				}
			}
			finally {
				this.cell.streams().unsubscribed(subscription);
			}
		}
	}

	private void forget(EventSubscription<E> subscription) {
		this.subscriptions.remove(subscription);
		Object id = subscription.id();
		if (id != null) {
			this.byId.computeIfPresent(id, (key, known) -> {
				known.remove(subscription);
				return known.isEmpty() ? null : known;
			});
		}
	}

	@Override
	public Scheduler scheduler() {
		return this.cell.scheduler();
	}

	@Override
	public int buffer() {
		return this.buffer;
	}

	@Override
	public SlowSubscriber rule() {
		return this.rule;
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

	private void checkTurn(String done, String does) {
		if (!isTurn()) {
			throw new IllegalStateException("Events of server " + this.cell.label() + " are " + done
					+ " in its turn only; elsewhere send it a cast that " + does);
		}
	}

	private boolean isTurn() {
		Turn turn = Turn.current();
		return turn != null && turn.cell == this.cell && !turn.concurrent && this.cell.life().isCurrent(this.owner);
	}

	/** The subscriptions of an id, whichever there are when something is done. */
	private final class Identified implements Subscriber<E> {

		private final Object id;

		Identified(Object id) {
			this.id = id;
		}

		private Set<EventSubscription<E>> all() {
			return EventSource.this.byId.getOrDefault(this.id, Set.of());
		}

		@Override
		public Flow.Publisher<E> stream() {
			return EventSource.this.stream(this.id, null);
		}

		@Override
		public Flow.Publisher<E> stream(Consumer<? super End> onEnd) {
			return EventSource.this.stream(this.id, Objects.requireNonNull(onEnd, "onEnd"));
		}

		@Override
		public Flow.Publisher<E> startingWith(Iterable<? extends E> snapshot) {
			return EventSource.this.startingWith(snapshot, this.id, null);
		}

		@Override
		public Flow.Publisher<E> startingWith(Iterable<? extends E> snapshot, Consumer<? super End> onEnd) {
			return EventSource.this.startingWith(snapshot, this.id, Objects.requireNonNull(onEnd, "onEnd"));
		}

		@Override
		public boolean emit(E event) {
			Set<EventSubscription<E>> all = all();
			EventSource.this.emit(event, all);
			return !all.isEmpty();
		}

		@Override
		public boolean complete() {
			checkTurn("completed", "completes them");
			Set<EventSubscription<E>> all = all();
			boolean any = !all.isEmpty();
			all.forEach(EventSubscription::complete);
			return any;
		}

		@Override
		public int subscribers() {
			return all().size();
		}

	}

	/** Lets the server know how a subscription has ended. */
	private final class Departure extends InstanceTask {

		private final Consumer<? super End> onEnd;

		/** Written before it is handed over. */
		private @Nullable End how;

		Departure(Consumer<? super End> onEnd) {
			super(LambdaOperation.SUBSCRIBER);
			this.onEnd = onEnd;
		}

		void report(End end) {
			this.how = end;
			if (!isVoid()) {
				EventSource.this.cell.ownWork().handOver(this);
			}
		}

		@Override
		boolean isVoid() {
			return EventSource.this.owner.isEnding();
		}

		@Override
		public void run() {
			this.onEnd.accept(Objects.requireNonNull(this.how, "how"));
		}

	}

}
