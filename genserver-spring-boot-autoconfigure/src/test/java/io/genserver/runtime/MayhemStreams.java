package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

import io.genserver.Events;
import io.genserver.GenServerContext;
import io.genserver.SlowSubscriber;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The streams of {@link Mayhem}. Publishers, subscriptions and subscribers throw wherever
 * they may, and some publishers never begin or never end. A stream that is read ends or
 * was cancelled; one that is attached ends with its instance.
 */
final class MayhemStreams {

	private final Random random;

	private final Runnable maybeThrow;

	private final List<Source> attached = new ArrayList<>();

	private final List<Subscribed> subscribed = new ArrayList<>();

	/**
	 * Create.
	 * @param random makes the choices
	 * @param maybeThrow throws now and then
	 */
	MayhemStreams(Random random, Runnable maybeThrow) {
		this.random = random;
		this.maybeThrow = maybeThrow;
	}

	/** What a handler returns. */
	Flow.Publisher<Object> publisher(GenServerContext context) {
		if (this.random.nextInt(3) == 0) {
			return events(context);
		}
		boolean ends = this.random.nextBoolean();
		return (subscriber) -> {
			this.maybeThrow.run();
			Source source = new Source(subscriber, this.maybeThrow);
			subscriber.onSubscribe(source);
			if (ends) {
				subscriber.onComplete();
			}
		};
	}

	private Flow.Publisher<Object> events(GenServerContext context) {
		SlowSubscriber[] rules = SlowSubscriber.values();
		Events<Object> events = context.events(1 + this.random.nextInt(2), rules[this.random.nextInt(rules.length)]);
		Subscribed known = new Subscribed(context, this.maybeThrow);
		this.subscribed.add(known);
		Flow.Publisher<Object> items = this.random.nextBoolean() ? events.stream(known::ended)
				: events.subscriber("id").startingWith(List.of("first"), known::ended);
		return (subscriber) -> {
			items.subscribe(subscriber);
			for (int left = this.random.nextInt(4); left > 0; left--) {
				events.emit("event");
			}
			switch (this.random.nextInt(5)) {
				case 0 -> events.complete();
				case 1 -> events.close();
				case 2 -> events.subscriber("id").complete();
				default -> {
				}
			}
		};
	}

	/** What a handler attaches to its server, which never ends by itself. */
	void attach(GenServerContext context) {
		context.attach((subscriber) -> {
			this.maybeThrow.run();
			Source source = new Source(null, this.maybeThrow);
			this.attached.add(source);
			subscriber.onSubscribe(source);
		}, (item) -> {
		});
	}

	/** When all servers have ended. */
	void check() {
		assertThat(this.attached).as("streams that were attached have ended").allMatch((source) -> source.cancelled);
		assertThat(this.subscribed).as("ends of subscriptions that an instance got to know")
			.allMatch((each) -> each.ends <= 1 && !each.late);
	}

	/** A subscription to events, as the server sees it. */
	private static final class Subscribed {

		private final GenServerContext context;

		private final Runnable maybeThrow;

		private int ends;

		private boolean late;

		Subscribed(GenServerContext context, Runnable maybeThrow) {
			this.context = context;
			this.maybeThrow = maybeThrow;
		}

		void ended(Events.End end) {
			this.ends++;
			try {
				this.context.self();
			}
			catch (IllegalStateException ex) {
				// The instance has ended, and this must be the next.
				this.late = true;
			}
			this.maybeThrow.run();
		}

	}

	/** Sends an item and ends as soon as it is asked, unless it throws. */
	private static final class Source implements Flow.Subscription {

		private final Flow.@Nullable Subscriber<? super Object> subscriber;

		private final Runnable maybeThrow;

		private boolean cancelled;

		private boolean sent;

		Source(Flow.@Nullable Subscriber<? super Object> subscriber, Runnable maybeThrow) {
			this.subscriber = subscriber;
			this.maybeThrow = maybeThrow;
		}

		@Override
		public void request(long n) {
			this.maybeThrow.run();
			if (this.subscriber != null && !this.sent) {
				this.sent = true;
				this.subscriber.onNext("item");
				this.subscriber.onComplete();
			}
		}

		@Override
		public void cancel() {
			this.cancelled = true;
			this.maybeThrow.run();
		}

	}

	/** Completes with the end of its stream, or when it throws. */
	static final class Listener implements Flow.Subscriber<Object> {

		final CompletableFuture<Object> end = new CompletableFuture<>();

		private final Runnable maybeThrow;

		private Flow.@Nullable Subscription subscription;

		Listener(Runnable maybeThrow) {
			this.maybeThrow = maybeThrow;
		}

		void cancel() {
			if (this.subscription != null) {
				this.subscription.cancel();
			}
			this.end.complete(null);
		}

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			this.subscription = subscription;
			subscription.request(1);
		}

		@Override
		public void onNext(Object item) {
			try {
				this.maybeThrow.run();
			}
			catch (Throwable ex) {
				this.end.complete(null);
				throw ex;
			}
			if (this.subscription != null) {
				this.subscription.request(1);
			}
		}

		@Override
		public void onError(Throwable throwable) {
			this.end.completeExceptionally(throwable);
			this.maybeThrow.run();
		}

		@Override
		public void onComplete() {
			this.end.complete(null);
			this.maybeThrow.run();
		}

	}

}
