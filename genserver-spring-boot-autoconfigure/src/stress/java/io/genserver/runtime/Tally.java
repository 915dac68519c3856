package io.genserver.runtime;

import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;

import io.genserver.GenServerException;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerTimeoutException.Phase;
import io.genserver.runtime.message.CallMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Keeps count of every message by its number: how often it was handled, how often it
 * ended, and whether somebody was told that it was not executed. Safe for use by many
 * threads.
 */
final class Tally {

	private static final int CALLED = 1;

	private static final int NOT_EXECUTED = 2;

	private static final int REPLIED = 4;

	private final AtomicIntegerArray handled;

	private final AtomicIntegerArray ended;

	private final AtomicIntegerArray facts;

	private final Queue<Throwable> unexpected = new ConcurrentLinkedQueue<>();

	private volatile boolean happening;

	Tally(int operations) {
		this.handled = new AtomicIntegerArray(operations);
		this.ended = new AtomicIntegerArray(operations);
		this.facts = new AtomicIntegerArray(operations);
	}

	/** Things may fail from now on. */
	void begin() {
		this.happening = true;
	}

	/** No more failures, so that what has failed can be seen to recover. */
	void end() {
		this.happening = false;
	}

	boolean isHappening() {
		return this.happening;
	}

	void called(int number) {
		this.facts.accumulateAndGet(number, CALLED, (known, fact) -> known | fact);
	}

	void handled(int number) {
		this.handled.incrementAndGet(number);
	}

	void replied(int number, int reply) {
		this.ended.incrementAndGet(number);
		this.facts.accumulateAndGet(number, REPLIED, (known, fact) -> known | fact);
		if (reply != number) {
			unexpected(new AssertionError("Call " + number + " got the reply of " + reply));
		}
	}

	void failed(int number, Throwable failure) {
		this.ended.incrementAndGet(number);
		note(number,
				(failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause() : failure);
	}

	/** A cast was refused. */
	void refused(int number, GenServerException refusal) {
		note(number, refusal);
	}

	private void note(int number, Throwable failure) {
		boolean never = (failure instanceof GenServerException ex && ex.notExecuted())
				|| (failure instanceof GenServerTimeoutException timeout && timeout.details().phase() != Phase.RUNNING);
		if (never) {
			this.facts.accumulateAndGet(number, NOT_EXECUTED, (known, fact) -> known | fact);
		}
	}

	void unexpected(Throwable problem) {
		this.unexpected.add(problem);
	}

	Counted call(int number, long now) {
		return new Counted(number, now);
	}

	void check() {
		assertThat(this.unexpected).as("what must not happen").isEmpty();
		for (int number = 0; number < this.handled.length(); number++) {
			int known = this.facts.get(number);
			int runs = this.handled.get(number);
			boolean call = (known & CALLED) != 0;
			assertThat(runs).as("runs of message %d", number).isBetween(0, 1);
			assertThat(this.ended.get(number)).as("ends of message %d", number).isEqualTo(call ? 1 : 0);
			if ((known & REPLIED) != 0) {
				assertThat(runs).as("runs of call %d, which was answered", number).isOne();
			}
			if ((known & NOT_EXECUTED) != 0) {
				assertThat(runs).as("runs of message %d, said not to be executed", number).isZero();
			}
		}
	}

	private int count(int fact) {
		int count = 0;
		for (int number = 0; number < this.facts.length(); number++) {
			count += ((this.facts.get(number) & fact) != 0) ? 1 : 0;
		}
		return count;
	}

	@Override
	public String toString() {
		return this.facts.length() + " messages, " + count(CALLED) + " of them calls: " + count(REPLIED) + " answered, "
				+ count(NOT_EXECUTED) + " messages refused or given up in time";
	}

	/** A call without a future. */
	final class Counted extends CallMessage {

		private final int number;

		Counted(int number, long now) {
			super(TestOperation.call("counted", (instance, payload) -> ((Mortal) instance).handle(number)), null,
					Thread.currentThread(), now, now + TimeUnit.MILLISECONDS.toNanos(40));
			this.number = number;
		}

		@Override
		protected void ended() {
			Throwable failure = failure();
			if (failure != null) {
				failed(this.number, failure);
			}
			else {
				replied(this.number, (Integer) value());
			}
		}

	}

}
