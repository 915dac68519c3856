package io.genserver.runtime.mailbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Producers, cancellers and a consumer at one mailbox on real threads.
 */
@RealThreads
class MailboxStressTests {

	@Test
	void everyQueuedMessageIsTakenOrGivenUpOnceAndTheBoundHolds() throws Exception {
		for (int capacity : new int[] { 1, 2, 7, 64 }) {
			new Load(capacity, 3, 20_000, false).run();
		}
	}

	@Test
	void aMessageIsQueuedBeforeTheCloseOrRefused() throws Exception {
		for (int round = 0; round < 60; round++) {
			new Load(1 + round % 8, 2, 200, true).run();
		}
	}

	@Tag("stress")
	@Test
	void itHoldsForLong() throws Exception {
		for (int round = 0; round < Integer.getInteger("genserver.rounds", 50); round++) {
			new Load(1 + round, 4, 200_000, round % 2 == 0).run();
		}
	}

	/** One run. */
	private static final class Load {

		private final Mailbox<TestEntry> mailbox;

		private final int capacity;

		private final int producers;

		private final int messages;

		private final boolean closing;

		private final ConcurrentLinkedQueue<TestEntry> giveUp = new ConcurrentLinkedQueue<>();

		private final AtomicInteger queued = new AtomicInteger();

		private final AtomicInteger givenUp = new AtomicInteger();

		private final AtomicBoolean sent = new AtomicBoolean();

		private int taken;

		Load(int capacity, int producers, int messages, boolean closing) {
			this.capacity = capacity;
			this.producers = producers;
			this.messages = messages;
			this.closing = closing;
			this.mailbox = new Mailbox<>(capacity);
		}

		void run() throws Exception {
			try (var threads = Executors.newCachedThreadPool()) {
				List<CompletableFuture<Void>> sending = new ArrayList<>();
				for (int i = 0; i < this.producers; i++) {
					int sender = i;
					sending.add(CompletableFuture.runAsync(() -> produce(sender), threads));
				}
				CompletableFuture<Void> consumer = CompletableFuture.runAsync(this::consume, threads);
				CompletableFuture<Void> canceller = CompletableFuture.runAsync(this::cancel, threads);
				if (this.closing) {
					while (this.queued.get() < this.messages / 2) {
						Thread.onSpinWait();
					}
					assertThat(this.mailbox.close()).isTrue();
				}
				CompletableFuture.allOf(sending.toArray(CompletableFuture[]::new))
					.get(HangGuard.SECONDS, TimeUnit.SECONDS);
				this.sent.set(true);
				canceller.get(HangGuard.SECONDS, TimeUnit.SECONDS);
				consumer.get(HangGuard.SECONDS, TimeUnit.SECONDS);
			}
			assertThat(this.taken + this.givenUp.get()).isEqualTo(this.queued.get());
			assertThat(this.mailbox.size()).isZero();
			assertThat(this.mailbox.emptyEntries()).isZero();
			assertThat(this.mailbox.isDrained()).isTrue();
			assertThat(this.mailbox.highWater()).isBetween(1, this.capacity);
		}

		private void produce(int sender) {
			for (int number = 0; number < this.messages; number++) {
				TestEntry message = new TestEntry(sender, number);
				Mailbox.Offer offer = this.mailbox.offer(message, 0);
				while (offer == Mailbox.Offer.FULL) {
					Thread.yield();
					offer = this.mailbox.offer(message, 0);
				}
				if (offer == Mailbox.Offer.CLOSED) {
					return;
				}
				this.queued.incrementAndGet();
				if (number % 3 == 0) {
					this.giveUp.add(message);
				}
			}
		}

		private void cancel() {
			while (true) {
				boolean last = this.sent.get();
				TestEntry message = this.giveUp.poll();
				if (message != null) {
					if (message.giveUp(this.mailbox)) {
						this.givenUp.incrementAndGet();
					}
				}
				else if (last) {
					return;
				}
				else {
					Thread.yield();
				}
			}
		}

		private void consume() {
			int[] next = new int[this.producers];
			while (true) {
				boolean last = this.sent.get() && this.giveUp.isEmpty();
				TestEntry message = this.mailbox.poll();
				if (message == null) {
					this.mailbox.letGo();
					if (last && this.mailbox.isDrained() && this.taken + this.givenUp.get() == this.queued.get()) {
						return;
					}
					Thread.yield();
				}
				else if (message.start()) {
					this.mailbox.started();
					this.taken++;
					assertThat(message.number).isGreaterThanOrEqualTo(next[message.sender]);
					next[message.sender] = message.number + 1;
				}
				else {
					this.mailbox.skipped(message);
				}
			}
		}

	}

}
