package io.genserver.runtime.mailbox;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

import io.genserver.runtime.contract.Operation;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Of the casts that wait, the oldest is displaced.
 */
class DisplacingMailboxTests {

	private static TestEntry cast(int number, boolean displaceable) {
		return displaceable ? TestEntry.displaceable(number) : new TestEntry(number);
	}

	@Test
	void theOldestCastIsDisplacedWhateverWasTakenAndDisplacedBefore() {
		for (long seed = 1; seed <= 300; seed++) {
			Random random = new Random(seed);
			int capacity = 1 + random.nextInt(9);
			DisplacingMailbox<TestEntry> mailbox = new DisplacingMailbox<>(capacity);
			Deque<TestEntry> model = new ArrayDeque<>();
			for (int step = 0; step < 1_000; step++) {
				switch (random.nextInt(5)) {
					case 0, 1, 2 -> {
						TestEntry message = cast(step, random.nextInt(4) > 0);
						if (mailbox.offer(message, 0) == Mailbox.Offer.QUEUED) {
							model.addLast(message);
						}
						else {
							assertThat(model).hasSize(capacity);
						}
					}
					case 3 -> assertThat(take(mailbox)).as("taken under seed " + seed).isSameAs(model.pollFirst());
					default -> {
						TestEntry expected = model.stream().filter(TestEntry::isDisplaceable).findFirst().orElse(null);
						assertThat(mailbox.displaceOldest()).as("displaced under seed " + seed).isSameAs(expected);
						if (expected != null) {
							mailbox.free();
							model.remove(expected);
						}
					}
				}
				assertThat(mailbox.size()).isEqualTo(model.size());
				assertThat(mailbox.emptyEntries()).isBetween(0, capacity);
			}
		}
	}

	@Test
	void noneIsDisplacedWhileAnOlderOneStaysThoughTheConsumerTakesAtTheSameMoment() throws Exception {
		for (int round = 0; round < 20; round++) {
			new Race().run();
		}
	}

	private static TestEntry take(Mailbox<TestEntry> mailbox) {
		TestEntry message = mailbox.poll();
		while (message != null && !message.start()) {
			mailbox.skipped(message);
			message = mailbox.poll();
		}
		if (message != null) {
			mailbox.started();
		}
		return message;
	}

	/** A producer that displaces against a consumer. */
	private static final class Race {

		private static final int MESSAGES = 20_000;

		private final DisplacingMailbox<TestEntry> mailbox = new DisplacingMailbox<>(16);

		private volatile int displaced = -1;

		private volatile boolean done;

		private int lost;

		void run() throws Exception {
			Thread producer = Thread.ofPlatform().daemon().start(this::produce);
			int taken = 0;
			boolean last = false;
			while (!last) {
				last = this.done;
				int displacedBefore = this.displaced;
				TestEntry message = take(this.mailbox);
				while (message != null) {
					assertThat(message.number).as("taken after a newer one was displaced")
						.isGreaterThan(displacedBefore);
					taken++;
					displacedBefore = this.displaced;
					message = take(this.mailbox);
				}
			}
			producer.join();
			assertThat(taken + this.lost).isEqualTo(MESSAGES);
		}

		private void produce() {
			for (int i = 0; i < MESSAGES; i++) {
				TestEntry message = cast(i, true);
				while (this.mailbox.offer(message, 0) == Mailbox.Offer.FULL) {
					TestEntry oldest = this.mailbox.displaceOldest();
					if (oldest != null) {
						this.displaced = oldest.number;
						this.lost++;
						this.mailbox.free();
					}
				}
			}
			this.done = true;
		}

	}

}
