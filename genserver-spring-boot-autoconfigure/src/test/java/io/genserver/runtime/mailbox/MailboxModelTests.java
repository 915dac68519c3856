package io.genserver.runtime.mailbox;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares a mailbox with a simple model of it, over random operations of one thread.
 */
class MailboxModelTests {

	private static final int STEPS = 2_000;

	@Test
	void itBehavesLikeABoundedQueueOutOfWhichMessagesCanBeGivenUp() {
		for (long seed = 1; seed <= 200; seed++) {
			new Comparison(seed, false).run();
			new Comparison(seed, true).run();
		}
	}

	@Test
	void anEmptyMailboxHasNothing() {
		Mailbox<TestEntry> mailbox = new Mailbox<>(2);
		assertThat(mailbox.poll()).isNull();
		assertThat(mailbox.peek()).isNull();
		assertThat(mailbox.isDrained()).isTrue();
		assertThat(mailbox.size()).isZero();
		assertThat(mailbox.queued()).isEmpty();
		assertThat(mailbox.isClosed()).isFalse();
	}

	@Test
	void placesReservedForOthersAreNotGivenAway() {
		Mailbox<TestEntry> mailbox = new Mailbox<>(3);
		assertThat(mailbox.offer(new TestEntry(1), 2)).isEqualTo(Mailbox.Offer.QUEUED);
		assertThat(mailbox.offer(new TestEntry(2), 2)).isEqualTo(Mailbox.Offer.FULL);
		assertThat(mailbox.offer(new TestEntry(3), 1)).isEqualTo(Mailbox.Offer.QUEUED);
		assertThat(mailbox.offer(new TestEntry(4), 0)).isEqualTo(Mailbox.Offer.QUEUED);
		assertThat(mailbox.offer(new TestEntry(5), 0)).isEqualTo(Mailbox.Offer.FULL);
	}

	@Test
	void itOnlyClosesForPassivationWhenNothingIsLeft() {
		Mailbox<TestEntry> mailbox = new Mailbox<>(3);
		mailbox.offer(new TestEntry(1), 0);
		assertThat(mailbox.closeIfDrained()).isFalse();
		assertThat(mailbox.poll()).isNotNull();
		mailbox.started();
		assertThat(mailbox.closeIfDrained()).isTrue();
		assertThat(mailbox.closeIfDrained()).isFalse();
		assertThat(mailbox.offer(new TestEntry(2), 0)).isEqualTo(Mailbox.Offer.CLOSED);
	}

	/** One random run. */
	private static final class Comparison {

		private final Random random;

		private final int capacity;

		private final Mailbox<TestEntry> mailbox;

		private final Deque<TestEntry> queued = new ArrayDeque<>();

		private boolean closed;

		private int numbers;

		private int highWater;

		Comparison(long seed, boolean displacing) {
			this.random = new Random(seed);
			this.capacity = 1 + this.random.nextInt(9);
			this.mailbox = displacing ? new DisplacingMailbox<>(this.capacity) : new Mailbox<>(this.capacity);
		}

		void run() {
			for (int step = 0; step < STEPS; step++) {
				int choice = this.random.nextInt(100);
				if (choice < 45) {
					offer();
				}
				else if (choice < 75) {
					take();
				}
				else if (choice < 99) {
					giveUp();
				}
				else if (step > STEPS / 2) {
					assertThat(this.mailbox.close()).isEqualTo(!this.closed);
					this.closed = true;
				}
				compare();
			}
		}

		private void offer() {
			TestEntry message = new TestEntry(this.numbers++);
			Mailbox.Offer expected = this.closed ? Mailbox.Offer.CLOSED
					: (this.queued.size() >= this.capacity) ? Mailbox.Offer.FULL : Mailbox.Offer.QUEUED;
			assertThat(this.mailbox.offer(message, 0)).isEqualTo(expected);
			if (expected == Mailbox.Offer.QUEUED) {
				this.queued.addLast(message);
				this.highWater = Math.max(this.highWater, this.queued.size());
			}
		}

		private void take() {
			TestEntry message = this.mailbox.poll();
			while (message != null && !message.start()) {
				this.mailbox.skipped(message);
				message = this.mailbox.poll();
			}
			assertThat(message).isSameAs(this.queued.pollFirst());
			if (message != null) {
				this.mailbox.started();
			}
			this.mailbox.letGo();
			if (this.queued.isEmpty() && this.mailbox.isDrained() && this.mailbox.top() != null) {
				assertThat(this.mailbox.top()).isInstanceOf(Mark.class);
			}
		}

		private void giveUp() {
			List<TestEntry> candidates = new ArrayList<>(this.queued);
			if (!candidates.isEmpty()) {
				TestEntry message = candidates.get(this.random.nextInt(candidates.size()));
				assertThat(message.giveUp(this.mailbox)).isTrue();
				assertThat(message.giveUp(this.mailbox)).isFalse();
				this.queued.remove(message);
			}
		}

		private void compare() {
			assertThat(this.mailbox.size()).isEqualTo(this.queued.size());
			assertThat(this.mailbox.highWater()).isEqualTo(this.highWater);
			assertThat(this.mailbox.isClosed()).isEqualTo(this.closed);
			assertThat(this.mailbox.emptyEntries()).isBetween(0, this.capacity);
			List<TestEntry> listed = this.mailbox.queued();
			assertThat(listed.stream().filter((message) -> !message.isOver())).containsExactlyElementsOf(this.queued);
			assertThat(listed.size() - this.queued.size()).isEqualTo(this.mailbox.emptyEntries());
		}

	}

}
