package io.genserver.runtime;

import io.genserver.runtime.cell.CellInternals;
import io.genserver.runtime.cell.Commands;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.mailbox.Mailbox;
import io.genserver.runtime.message.Message;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLLL_Result;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * Senders that wait for room, and what makes room. An outcome that is not listed is
 * forbidden. A watcher that was asked for counts as a promise: it looks once more.
 */
public class WaitingSendersRaces {

	/** What the watcher does, if there is one; then whatever is ready runs. */
	private static void watchAndRun(Stage stage) {
		if (stage.scheduler.observed() > 0) {
			stage.cell.inbox().look();
		}
		stage.scheduler.runAll();
	}

	/**
	 * A sender finds the mailbox full and begins to wait as the server takes a message.
	 */
	@JCStressTest
	@Outcome(id = "reply, 2 handled, 0 queued", expect = Expect.ACCEPTABLE, desc = "It got the place")
	@State
	public static class EnterAndTurn {

		private final Stage stage = new Stage(1);

		private final CountedCall waits = this.stage.call();

		public EnterAndTurn() {
			this.stage.queued();
		}

		@Actor
		public void sender() {
			if (this.stage.cell.inbox().offer(this.waits) == Mailbox.Offer.FULL) {
				this.stage.cell.inbox().enterRoom(this.waits);
			}
		}

		@Actor
		public void worker() {
			this.stage.scheduler.runNext();
		}

		@Arbiter
		public void after(LLL_Result result) {
			watchAndRun(this.stage);
			result.r1 = this.waits.outcome();
			result.r2 = this.stage.handled + " handled";
			result.r3 = this.stage.left();
		}

	}

	/** A sender begins to wait as a queued message is given up. */
	@JCStressTest
	@Outcome(id = "reply, 1 handled, 0 queued", expect = Expect.ACCEPTABLE, desc = "It got the place")
	@State
	public static class EnterAndCancel {

		private final Stage stage = new Stage(1);

		private final CountedCall waits = this.stage.call();

		private final CountedCall queued = this.stage.queued();

		@Actor
		public void sender() {
			if (this.stage.cell.inbox().offer(this.waits) == Mailbox.Offer.FULL) {
				this.stage.cell.inbox().enterRoom(this.waits);
			}
		}

		@Actor
		public void canceller() {
			this.queued.cancelCall();
		}

		@Arbiter
		public void after(LLL_Result result) {
			watchAndRun(this.stage);
			result.r1 = this.waits.outcome();
			result.r2 = this.stage.handled + " handled";
			result.r3 = this.stage.left();
		}

	}

	/** A sender gives up waiting as it gets a place. */
	@JCStressTest
	@Outcome(id = "timeout, 1, 1 discarded, 0 queued", expect = Expect.ACCEPTABLE, desc = "Its place is free again")
	@State
	public static class ExpireAndAdmit {

		private final Stage stage = new Stage(1);

		private final CountedCall queued = this.stage.queued();

		private final CountedCall waits = this.stage.call();

		public ExpireAndAdmit() {
			this.stage.cell.inbox().enterRoom(this.waits);
		}

		@Actor
		public void worker() {
			Mailbox<Message> mailbox = this.stage.cell.mailbox();
			Message taken = mailbox.poll();
			if (taken != null && taken.start()) {
				CellInternals.taken(this.stage.cell);
			}
		}

		@Actor
		public void watcher() {
			this.waits.expire();
		}

		@Arbiter
		public void after(LLLL_Result result) {
			this.queued.succeed(this.stage.cell, 1);
			watchAndRun(this.stage);
			result.r1 = this.waits.outcome();
			result.r2 = this.waits.ends();
			result.r3 = this.stage.counted.discarded + " discarded";
			result.r4 = this.stage.left();
		}

	}

	/** A sender begins to wait as the server stops. */
	@JCStressTest
	@Outcome(id = "stopped, 1, 0 waiting", expect = Expect.ACCEPTABLE, desc = "It is told")
	@State
	public static class EnterAndStop {

		private final Stage stage = new Stage(1);

		private final CountedCall waits = this.stage.call();

		public EnterAndStop() {
			this.stage.queued();
			this.stage.cell.command(Commands.STOP);
		}

		@Actor
		public void sender() {
			switch (this.stage.cell.inbox().offer(this.waits)) {
				case FULL -> this.stage.cell.inbox().enterRoom(this.waits);
				case CLOSED -> CellInternals.abandon(this.stage.cell, this.waits);
				case QUEUED -> {
				}
			}
		}

		@Actor
		public void worker() {
			this.stage.scheduler.runNext();
		}

		@Arbiter
		public void after(LLL_Result result) {
			watchAndRun(this.stage);
			result.r1 = this.waits.outcome();
			result.r2 = this.waits.ends();
			result.r3 = (this.waits.slot() == Message.ROOM) ? "1 waiting" : "0 waiting";
		}

	}

	/** Two senders begin to wait as the only place gets free and is taken again. */
	@JCStressTest
	@Outcome(id = "reply, reply, 3 handled, 0 queued", expect = Expect.ACCEPTABLE, desc = "One after the other")
	@State
	public static class TwoEnterAndTurn {

		private final Stage stage = new Stage(1);

		private final CountedCall first = this.stage.call();

		private final CountedCall second = this.stage.call();

		public TwoEnterAndTurn() {
			this.stage.queued();
		}

		private void send(CountedCall call) {
			if (this.stage.cell.inbox().offer(call) == Mailbox.Offer.FULL) {
				this.stage.cell.inbox().enterRoom(call);
			}
		}

		@Actor
		public void first() {
			send(this.first);
		}

		@Actor
		public void second() {
			send(this.second);
		}

		@Actor
		public void worker() {
			this.stage.scheduler.runNext();
		}

		@Arbiter
		public void after(LLLL_Result result) {
			watchAndRun(this.stage);
			result.r1 = this.first.outcome();
			result.r2 = this.second.outcome();
			result.r3 = this.stage.handled + " handled";
			result.r4 = this.stage.left();
		}

	}

}
