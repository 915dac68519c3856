package io.genserver.runtime.mailbox;

import java.util.ArrayDeque;
import java.util.Deque;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares a mailbox under generated programs of a few threads with a sequential one:
 * every result must be one that some order of the operations explains. Places get free in
 * two steps, when the message is given up or taken and when its place is; so the order of
 * messages and the bound are looked at apart.
 */
class MailboxLincheck {

	private static final int PROGRAMS = Integer.getInteger("genserver.lincheck.programs", 30);

	@Test
	void inEverySchedule_messagesAreTakenInOrderGivenUpOrRefused() {
		check(new ModelCheckingOptions(), 1_000, Order.class, SequentialOrder.class);
	}

	@Test
	void inEverySchedule_theBoundAndTheCloseHold() {
		check(new ModelCheckingOptions(), 1_000, Bound.class, SequentialBound.class);
	}

	@ParameterizedTest
	@ValueSource(classes = { Order.class, Bound.class })
	void onRealThreads(Class<?> mailbox) {
		check(new StressOptions(), 2_000, mailbox,
				(mailbox == Order.class) ? SequentialOrder.class : SequentialBound.class);
	}

	private static void check(Options<?, ?> options, int schedules, Class<?> mailbox, Class<?> specification) {
		options.iterations(PROGRAMS);
		options.invocationsPerIteration(schedules);
		options.threads(3);
		options.actorsPerThread(3);
		options.actorsBefore(1);
		options.actorsAfter(2);
		options.sequentialSpecification(specification);
		options.check(mailbox);
		System.out.println("Lincheck, " + options.getClass().getSimpleName() + " of " + mailbox.getSimpleName() + ": "
				+ PROGRAMS + " programs, up to " + schedules + " schedules each");
	}

	/** Two messages that can be given up, among entries that have been. */
	@Param(name = "old", gen = IntGen.class, conf = "0:1")
	@Param(name = "new", gen = IntGen.class, conf = "2:5")
	public static class Order {

		/** Larger than the number of messages of a program. */
		private static final int CAPACITY = 24;

		private final Mailbox<TestEntry> mailbox = new Mailbox<>(CAPACITY);

		private final TestEntry[] old = { new TestEntry(0), new TestEntry(1) };

		public Order() {
			// The next one that is given up causes a sweep.
			giveUp(CAPACITY / 4);
			this.mailbox.offer(this.old[0], 0);
			giveUp(CAPACITY / 4);
			this.mailbox.offer(this.old[1], 0);
		}

		private void giveUp(int messages) {
			for (int i = 0; i < messages; i++) {
				TestEntry message = new TestEntry(-1);
				this.mailbox.offer(message, 0);
				message.giveUp(this.mailbox);
			}
		}

		@Operation
		public String offer(@Param(name = "new") int number) {
			return this.mailbox.offer(new TestEntry(number), 0).name();
		}

		@Operation
		public boolean giveUp(@Param(name = "old") Integer number) {
			return this.old[number].giveUp(this.mailbox);
		}

		@Operation(nonParallelGroup = "consumer")
		public int take() {
			this.mailbox.letGo();
			TestEntry message = this.mailbox.poll();
			while (message != null && !message.start()) {
				this.mailbox.skipped(message);
				message = this.mailbox.poll();
			}
			if (message == null) {
				return -1;
			}
			this.mailbox.started();
			return message.number;
		}

		@Operation
		public boolean close() {
			return this.mailbox.close();
		}

	}

	/** The same, for one thread. */
	public static class SequentialOrder {

		private final Deque<Integer> queued = new ArrayDeque<>();

		private boolean closed;

		public SequentialOrder() {
			this.queued.add(0);
			this.queued.add(1);
		}

		public String offer(int number) {
			if (this.closed) {
				return "CLOSED";
			}
			this.queued.addLast(number);
			return "QUEUED";
		}

		public boolean giveUp(Integer number) {
			return this.queued.remove(number);
		}

		public int take() {
			Integer first = this.queued.pollFirst();
			return (first != null) ? first : -1;
		}

		public boolean close() {
			boolean was = this.closed;
			this.closed = true;
			return !was;
		}

	}

	/** A small mailbox. */
	@Param(name = "new", gen = IntGen.class, conf = "0:5")
	public static class Bound {

		private final Mailbox<TestEntry> mailbox = new Mailbox<>(2);

		private int inHand;

		@Operation
		public String offer(@Param(name = "new") int number) {
			return this.mailbox.offer(new TestEntry(number), 0).name();
		}

		@Operation(nonParallelGroup = "consumer")
		public int take() {
			this.mailbox.letGo();
			TestEntry message = this.mailbox.poll();
			if (message == null) {
				return -1;
			}
			this.inHand++;
			return message.number;
		}

		@Operation(nonParallelGroup = "consumer")
		public boolean started() {
			if (this.inHand == 0) {
				return false;
			}
			this.inHand--;
			this.mailbox.started();
			return true;
		}

		@Operation(nonParallelGroup = "consumer")
		public boolean closeIfDrained() {
			return this.mailbox.closeIfDrained();
		}

		@Operation
		public boolean close() {
			return this.mailbox.close();
		}

		@Operation
		public boolean isClosed() {
			return this.mailbox.isClosed();
		}

	}

	/** The same, for one thread. */
	public static class SequentialBound {

		private final Deque<Integer> queued = new ArrayDeque<>();

		private int inHand;

		private boolean closed;

		public String offer(int number) {
			if (this.closed) {
				return "CLOSED";
			}
			if (this.queued.size() + this.inHand == 2) {
				return "FULL";
			}
			this.queued.addLast(number);
			return "QUEUED";
		}

		public int take() {
			Integer first = this.queued.pollFirst();
			if (first == null) {
				return -1;
			}
			this.inHand++;
			return first;
		}

		public boolean started() {
			if (this.inHand == 0) {
				return false;
			}
			this.inHand--;
			return true;
		}

		public boolean closeIfDrained() {
			return this.queued.isEmpty() && close();
		}

		public boolean close() {
			boolean was = this.closed;
			this.closed = true;
			return !was;
		}

		public boolean isClosed() {
			return this.closed;
		}

	}

}
