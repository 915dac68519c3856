package io.genserver.runtime.mailbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLLL_Result;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * Two or three threads at one mailbox. An outcome that is not listed is forbidden.
 */
public class MailboxRaces {

	/** Take what there is, as the consumer does; returns how many could be started. */
	private static int drain(Mailbox<TestEntry> mailbox) {
		int started = 0;
		TestEntry message = mailbox.poll();
		while (message != null) {
			if (message.start()) {
				mailbox.started();
				started++;
			}
			else {
				mailbox.skipped(message);
			}
			message = mailbox.poll();
		}
		return started;
	}

	private static String left(Mailbox<TestEntry> mailbox) {
		return mailbox.size() + " queued " + mailbox.emptyEntries() + " empty";
	}

	/** A message comes as the mailbox closes. */
	@JCStressTest
	@Outcome(id = "QUEUED, 1", expect = Expect.ACCEPTABLE, desc = "It came first and will be handled")
	@Outcome(id = "CLOSED, 0", expect = Expect.ACCEPTABLE, desc = "The close came first")
	@State
	public static class OfferAndClose {

		private final Mailbox<TestEntry> mailbox = new Mailbox<>(2);

		private final TestEntry message = new TestEntry(1);

		@Actor
		public void sender(LL_Result result) {
			result.r1 = this.mailbox.offer(this.message, 0);
		}

		@Actor
		public void closer() {
			this.mailbox.close();
		}

		@Arbiter
		public void after(LL_Result result) {
			result.r2 = drain(this.mailbox);
		}

	}

	/**
	 * A message comes as the consumer, who found nothing, closes in order to passivate.
	 */
	@JCStressTest
	@Outcome(id = "QUEUED, false, 1", expect = Expect.ACCEPTABLE, desc = "The consumer stays")
	@Outcome(id = "CLOSED, true, 0", expect = Expect.ACCEPTABLE, desc = "The sender looks for a successor")
	@State
	public static class OfferAndCloseIfDrained {

		private final Mailbox<TestEntry> mailbox = new Mailbox<>(2);

		public OfferAndCloseIfDrained() {
			this.mailbox.offer(new TestEntry(0), 0);
			drain(this.mailbox);
		}

		@Actor
		public void sender(LLL_Result result) {
			result.r1 = this.mailbox.offer(new TestEntry(1), 0);
		}

		@Actor
		public void consumer(LLL_Result result) {
			result.r2 = this.mailbox.closeIfDrained();
		}

		@Arbiter
		public void after(LLL_Result result) {
			result.r3 = drain(this.mailbox);
		}

	}

	/** Two messages come for one place. */
	@JCStressTest
	@Outcome(id = "QUEUED, FULL, 1", expect = Expect.ACCEPTABLE, desc = "The first got it")
	@Outcome(id = "FULL, QUEUED, 1", expect = Expect.ACCEPTABLE, desc = "The second got it")
	@State
	public static class OffersForOnePlace {

		private final Mailbox<TestEntry> mailbox = new Mailbox<>(2);

		public OffersForOnePlace() {
			this.mailbox.offer(new TestEntry(0), 0);
			drain(this.mailbox);
			this.mailbox.offer(new TestEntry(1), 0);
		}

		@Actor
		public void first(LLL_Result result) {
			result.r1 = this.mailbox.offer(new TestEntry(2), 0);
		}

		@Actor
		public void second(LLL_Result result) {
			result.r2 = this.mailbox.offer(new TestEntry(3), 0);
		}

		@Arbiter
		public void after(LLL_Result result) {
			result.r3 = drain(this.mailbox) - 1;
		}

	}

	/** Three threads want two places, one of which gets free meanwhile. */
	@JCStressTest
	@Outcome(id = "QUEUED, QUEUED, 1, 0 queued 0 empty", expect = Expect.ACCEPTABLE, desc = "Both found room")
	@Outcome(id = "QUEUED, FULL, 1, 0 queued 0 empty", expect = Expect.ACCEPTABLE, desc = "The second came too early")
	@Outcome(id = "FULL, QUEUED, 1, 0 queued 0 empty", expect = Expect.ACCEPTABLE, desc = "The first came too early")
	@State
	public static class OffersAndTake {

		private final Mailbox<TestEntry> mailbox = new Mailbox<>(2);

		public OffersAndTake() {
			this.mailbox.offer(new TestEntry(0), 0);
		}

		@Actor
		public void first(LLLL_Result result) {
			result.r1 = this.mailbox.offer(new TestEntry(1), 0);
		}

		@Actor
		public void second(LLLL_Result result) {
			result.r2 = this.mailbox.offer(new TestEntry(2), 0);
		}

		@Actor
		public void consumer(LLLL_Result result) {
			TestEntry message = this.mailbox.poll();
			result.r3 = (message != null && message.start()) ? 1 : 0;
			this.mailbox.started();
		}

		@Arbiter
		public void after(LLLL_Result result) {
			drain(this.mailbox);
			result.r4 = left(this.mailbox);
		}

	}

	/** A message is given up as it is taken. */
	@JCStressTest
	@Outcome(id = "1, false, 0 queued 0 empty, 2", expect = Expect.ACCEPTABLE, desc = "It runs")
	@Outcome(id = "0, true, 0 queued 0 empty, 2", expect = Expect.ACCEPTABLE, desc = "It never runs")
	@State
	public static class CancelAndTake {

		private final Mailbox<TestEntry> mailbox = new Mailbox<>(2);

		private final TestEntry message = new TestEntry(1);

		public CancelAndTake() {
			this.mailbox.offer(this.message, 0);
		}

		@Actor
		public void consumer(LLLL_Result result) {
			result.r1 = drain(this.mailbox);
		}

		@Actor
		public void canceller(LLLL_Result result) {
			result.r2 = this.message.giveUp(this.mailbox);
		}

		@Arbiter
		public void after(LLLL_Result result) {
			result.r3 = left(this.mailbox);
			int places = 0;
			while (this.mailbox.offer(new TestEntry(2), 0) == Mailbox.Offer.QUEUED) {
				places++;
			}
			result.r4 = places;
		}

	}

	/** A message is given up as the mailbox closes. */
	@JCStressTest
	@Outcome(id = "true, true, 1, 0 queued 0 empty", expect = Expect.ACCEPTABLE,
			desc = "The other message is there, nothing else")
	@State
	public static class CancelAndClose {

		private final Mailbox<TestEntry> mailbox = new Mailbox<>(2);

		private final TestEntry message = new TestEntry(1);

		public CancelAndClose() {
			this.mailbox.offer(this.message, 0);
			this.mailbox.offer(new TestEntry(2), 0);
		}

		@Actor
		public void canceller(LLLL_Result result) {
			result.r1 = this.message.giveUp(this.mailbox);
		}

		@Actor
		public void closer(LLLL_Result result) {
			result.r2 = this.mailbox.close();
		}

		@Arbiter
		public void after(LLLL_Result result) {
			result.r3 = drain(this.mailbox);
			result.r4 = left(this.mailbox);
		}

	}

	/** Empty entries are swept as a sender pushes and the consumer takes. */
	@JCStressTest
	@Outcome(id = "QUEUED, 2, 0 queued 0 empty", expect = Expect.ACCEPTABLE, desc = "What was not given up is handled")
	@State
	public static class SweepAndOfferAndTake {

		private final Mailbox<TestEntry> mailbox = new Mailbox<>(4);

		private final TestEntry second = new TestEntry(2);

		private final TestEntry third = new TestEntry(3);

		private int taken;

		public SweepAndOfferAndTake() {
			this.mailbox.offer(new TestEntry(0), 0);
			drain(this.mailbox);
			TestEntry first = new TestEntry(1);
			this.mailbox.offer(first, 0);
			this.mailbox.offer(this.second, 0);
			this.mailbox.offer(this.third, 0);
			this.mailbox.offer(new TestEntry(4), 0);
			first.giveUp(this.mailbox);
			this.second.giveUp(this.mailbox);
		}

		@Actor
		public void sender(LLL_Result result) {
			result.r1 = this.mailbox.offer(new TestEntry(5), 0);
		}

		@Actor
		public void canceller() {
			this.third.giveUp(this.mailbox);
		}

		@Actor
		public void consumer() {
			TestEntry message = this.mailbox.poll();
			if (message != null && message.start()) {
				this.mailbox.started();
				this.taken++;
			}
			else if (message != null) {
				this.mailbox.skipped(message);
			}
		}

		@Arbiter
		public void after(LLL_Result result) {
			result.r2 = this.taken + drain(this.mailbox);
			result.r3 = left(this.mailbox);
		}

	}

	/** The oldest cast makes way for a new one as it is taken. */
	@JCStressTest
	@Outcome(id = "1, none, 0 queued 0 empty", expect = Expect.ACCEPTABLE, desc = "It runs")
	@Outcome(id = "0, displaced, 0 queued 0 empty", expect = Expect.ACCEPTABLE, desc = "It never runs")
	@State
	public static class DisplaceAndTake {

		private final Mailbox<TestEntry> mailbox = new DisplacingMailbox<>(1);

		public DisplaceAndTake() {
			this.mailbox.offer(TestEntry.displaceable(0), 0);
		}

		@Actor
		public void consumer(LLL_Result result) {
			result.r1 = drain(this.mailbox);
		}

		@Actor
		public void sender(LLL_Result result) {
			TestEntry oldest = this.mailbox.displaceOldest();
			if (oldest != null) {
				this.mailbox.free();
			}
			result.r2 = (oldest != null) ? "displaced" : "none";
		}

		@Arbiter
		public void after(LLL_Result result) {
			drain(this.mailbox);
			result.r3 = left(this.mailbox);
		}

	}

	/** Two senders each want to displace the same oldest cast. */
	@JCStressTest
	@Outcome(id = "displaced, none, 0", expect = Expect.ACCEPTABLE, desc = "The first did")
	@Outcome(id = "none, displaced, 0", expect = Expect.ACCEPTABLE, desc = "The second did")
	@State
	public static class DisplaceTwice {

		private final Mailbox<TestEntry> mailbox = new DisplacingMailbox<>(1);

		public DisplaceTwice() {
			this.mailbox.offer(TestEntry.displaceable(0), 0);
		}

		private Object displace() {
			TestEntry oldest = this.mailbox.displaceOldest();
			if (oldest != null) {
				this.mailbox.free();
			}
			return (oldest != null) ? "displaced" : "none";
		}

		@Actor
		public void first(LLL_Result result) {
			result.r1 = displace();
		}

		@Actor
		public void second(LLL_Result result) {
			result.r2 = displace();
		}

		@Arbiter
		public void after(LLL_Result result) {
			result.r3 = drain(this.mailbox) + this.mailbox.size();
		}

	}

	/** Positions have just passed the largest number there is. */
	@JCStressTest
	@Outcome(id = "QUEUED, FULL, 1, 0 queued 0 empty", expect = Expect.ACCEPTABLE, desc = "The first got the place")
	@Outcome(id = "FULL, QUEUED, 1, 0 queued 0 empty", expect = Expect.ACCEPTABLE, desc = "The second got the place")
	@State
	public static class OffersPastTheLargestPosition {

		private static final VarHandle TAKEN;

		static {
			try {
				TAKEN = MethodHandles.privateLookupIn(Mailbox.class, MethodHandles.lookup())
					.findVarHandle(Mailbox.class, "taken", int.class);
			}
			catch (ReflectiveOperationException ex) {
				throw new ExceptionInInitializerError(ex);
			}
		}

		private final Mailbox<TestEntry> mailbox = new Mailbox<>(1);

		public OffersPastTheLargestPosition() {
			TestEntry last = new TestEntry(0);
			this.mailbox.offer(last, 0);
			drain(this.mailbox);
			last.position = Integer.MAX_VALUE;
			TAKEN.setVolatile(this.mailbox, Integer.MAX_VALUE);
		}

		@Actor
		public void first(LLLL_Result result) {
			result.r1 = this.mailbox.offer(new TestEntry(1), 0);
		}

		@Actor
		public void second(LLLL_Result result) {
			result.r2 = this.mailbox.offer(new TestEntry(2), 0);
		}

		@Arbiter
		public void after(LLLL_Result result) {
			result.r3 = drain(this.mailbox);
			result.r4 = left(this.mailbox);
		}

	}

}
