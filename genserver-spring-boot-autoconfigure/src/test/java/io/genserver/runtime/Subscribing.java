package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

/**
 * A subscriber that keeps what it gets: items, then {@code "complete"} or the failure.
 * What it gets at a moment when it must not is kept as {@code "too early"}.
 */
class Subscribing implements Flow.Subscriber<Object> {

	final List<Object> seen = new ArrayList<>();

	private final long demand;

	Flow.@Nullable Subscription subscription;

	private boolean begun;

	Subscribing(long demand) {
		this.demand = demand;
	}

	@Override
	public final void onSubscribe(Flow.Subscription given) {
		this.subscription = given;
		if (this.demand > 0) {
			given.request(this.demand);
		}
		subscribed(given);
		this.begun = true;
	}

	/** What else it does with its subscription. */
	void subscribed(Flow.Subscription given) {
	}

	void cancel() {
		if (this.subscription != null) {
			this.subscription.cancel();
		}
	}

	private void add(Object signal) {
		this.seen.add(this.begun ? signal : "too early");
	}

	@Override
	public void onNext(Object item) {
		add(item);
	}

	@Override
	public void onError(Throwable failure) {
		add(failure);
	}

	@Override
	public void onComplete() {
		add("complete");
	}

}
