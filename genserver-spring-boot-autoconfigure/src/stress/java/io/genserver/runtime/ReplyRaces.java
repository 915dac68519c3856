package io.genserver.runtime;

import java.util.concurrent.CompletableFuture;

import io.genserver.runtime.cell.CellInternals;
import io.genserver.runtime.cell.Commands;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.cell.TurnWaits;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.message.AsyncCall;
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
 * Two or three reasons for a call to end. An outcome that is not listed is forbidden.
 */
public class ReplyRaces {

	/** The handler answers at the deadline. */
	@JCStressTest
	@Outcome(id = "reply, 1, 0", expect = Expect.ACCEPTABLE, desc = "In time")
	@Outcome(id = "timeout, 1, 1", expect = Expect.ACCEPTABLE, desc = "Late, and counted")
	@State
	public static class ReplyAndTimeout {

		private final Stage stage = new Stage(2);

		private final CountedCall call = this.stage.running(this.stage.call());

		@Actor
		public void handler() {
			this.call.succeed(this.stage.cell, 1);
		}

		@Actor
		public void watcher() {
			this.call.expire();
		}

		@Arbiter
		public void after(LLL_Result result) {
			result.r1 = this.call.outcome();
			result.r2 = this.call.ends();
			result.r3 = this.stage.cell.statistics().lateCount();
		}

	}

	/** The handler answers, the caller cancels, the deadline passes. */
	@JCStressTest
	@Outcome(id = "reply, 1, 0", expect = Expect.ACCEPTABLE, desc = "In time")
	@Outcome(id = "timeout, 1, 1", expect = Expect.ACCEPTABLE, desc = "Late, and counted")
	@Outcome(id = "cancelled, 1, 1", expect = Expect.ACCEPTABLE, desc = "Nobody wants it, and counted")
	@State
	public static class ReplyAndTimeoutAndCancel {

		private final Stage stage = new Stage(2);

		private final CountedCall call = this.stage.running(this.stage.call());

		@Actor
		public void handler() {
			this.call.succeed(this.stage.cell, 1);
		}

		@Actor
		public void watcher() {
			this.call.expire();
		}

		@Actor
		public void caller() {
			this.call.cancelCall();
		}

		@Arbiter
		public void after(LLL_Result result) {
			result.r1 = this.call.outcome();
			result.r2 = this.call.ends();
			result.r3 = this.stage.cell.statistics().lateCount();
		}

	}

	/** A future is cancelled as its reply comes. */
	@JCStressTest
	@Outcome(id = "true, CANCELLED, 1", expect = Expect.ACCEPTABLE, desc = "The cancellation came first")
	@Outcome(id = "true, CANCELLED, 0", expect = Expect.ACCEPTABLE, desc = "The reply came to a future that was over")
	@Outcome(id = "false, SUCCESS, 0", expect = Expect.ACCEPTABLE, desc = "The reply came first")
	@State
	public static class ReplyAndCancelledFuture {

		private final Stage stage = new Stage(2);

		private final AsyncCall call = new AsyncCall(this.stage.counted, null, Thread.currentThread(),
				this.stage.scheduler,
				new TurnWaits(this.stage.scheduler, CellInternals.runtime(this.stage.cell).blockingRule()), 0,
				Long.MAX_VALUE);

		private final CompletableFuture<Object> future = this.call.future();

		public ReplyAndCancelledFuture() {
			this.call.sentTo(this.stage.cell);
			this.stage.cell.mailbox().offer(this.call, 0);
			this.stage.cell.mailbox().poll();
			this.call.start();
		}

		@Actor
		public void handler() {
			this.call.succeed(this.stage.cell, 1);
		}

		@Actor
		public void caller(LLL_Result result) {
			result.r1 = this.future.cancel(false);
		}

		@Arbiter
		public void after(LLL_Result result) {
			this.stage.scheduler.runAll();
			result.r2 = this.future.state();
			result.r3 = this.stage.cell.statistics().lateCount();
		}

	}

	/** A queued call expires as its server stops. */
	@JCStressTest
	@Outcome(id = "timeout, 1, 1, 0 queued", expect = Expect.ACCEPTABLE, desc = "The deadline came first")
	@Outcome(id = "stopped, 1, 1, 0 queued", expect = Expect.ACCEPTABLE, desc = "The stop came first")
	@State
	public static class TimeoutAndStop {

		private final Stage stage = new Stage(2);

		private final CountedCall call = this.stage.queued();

		@Actor
		public void watcher() {
			this.call.expire();
		}

		@Actor
		public void stopper() {
			this.stage.cell.command(Commands.STOP);
			this.stage.scheduler.runNext();
		}

		@Arbiter
		public void after(LLLL_Result result) {
			result.r1 = this.call.outcome();
			result.r2 = this.call.ends();
			result.r3 = this.stage.counted.discarded.get();
			result.r4 = this.stage.left();
		}

	}

	/** A queued call is cancelled as its server stops. */
	@JCStressTest
	@Outcome(id = "cancelled, 1, 1, 0 queued", expect = Expect.ACCEPTABLE, desc = "The cancellation came first")
	@Outcome(id = "stopped, 1, 1, 0 queued", expect = Expect.ACCEPTABLE, desc = "The stop came first")
	@State
	public static class CancelAndStop {

		private final Stage stage = new Stage(2);

		private final CountedCall call = this.stage.queued();

		@Actor
		public void caller() {
			this.call.cancelCall();
		}

		@Actor
		public void stopper() {
			this.stage.cell.command(Commands.STOP);
			this.stage.scheduler.runNext();
		}

		@Arbiter
		public void after(LLLL_Result result) {
			result.r1 = this.call.outcome();
			result.r2 = this.call.ends();
			result.r3 = this.stage.counted.discarded.get();
			result.r4 = this.stage.left();
		}

	}

	/** A queued call is cancelled as its turn comes. */
	@JCStressTest
	@Outcome(id = "reply, 1, 1 handled 0 discarded, 0 queued", expect = Expect.ACCEPTABLE, desc = "It ran")
	@Outcome(id = "cancelled, 1, 0 handled 1 discarded, 0 queued", expect = Expect.ACCEPTABLE, desc = "It never ran")
	@Outcome(id = "cancelled, 1, 1 handled 0 discarded, 0 queued", expect = Expect.ACCEPTABLE,
			desc = "It ran, for nobody")
	@State
	public static class CancelAndTurn {

		private final Stage stage = new Stage(2);

		private final CountedCall call = this.stage.queued();

		@Actor
		public void caller() {
			this.call.cancelCall();
		}

		@Actor
		public void worker() {
			this.stage.scheduler.runNext();
		}

		@Arbiter
		public void after(LLLL_Result result) {
			this.stage.scheduler.runAll();
			result.r1 = this.call.outcome();
			result.r2 = this.call.ends();
			result.r3 = this.stage.handled + " handled " + this.stage.counted.discarded + " discarded";
			result.r4 = this.stage.left();
		}

	}

	/** A handler that may be interrupted returns as its caller cancels. */
	@JCStressTest
	@Outcome(id = "false, cancelled", expect = Expect.ACCEPTABLE, desc = "An interrupt hits the handler or nobody")
	@State
	public static class InterruptAndReturn {

		private final Stage stage = new Stage(2);

		private final TestOperation interruptible = new TestOperation("interruptible", Operation.Kind.CALL, true,
				(instance, payload) -> null);

		private final CountedCall call = this.stage.running(new CountedCall(this.interruptible, this.stage.cell));

		@Actor
		public void handler(LL_Result result) {
			this.call.handlerStarts();
			this.call.handlerReturned();
			result.r1 = Thread.interrupted();
		}

		@Actor
		public void caller(LL_Result result) {
			this.call.cancelCall();
			result.r2 = this.call.outcome();
		}

	}

	/** A reply that was put off is given twice while the caller cancels. */
	@JCStressTest
	@Outcome(id = "true, false, reply, 1", expect = Expect.ACCEPTABLE, desc = "The first answer counts")
	@Outcome(id = "false, true, reply, 1", expect = Expect.ACCEPTABLE, desc = "The second answer counts")
	@Outcome(id = "false, false, cancelled, 1", expect = Expect.ACCEPTABLE, desc = "Neither counts")
	@State
	public static class TwoAnswersAndCancel {

		private final Stage stage = new Stage(2);

		private final CountedCall call = this.stage.running(this.stage.call());

		@Actor
		public void first(LLLL_Result result) {
			result.r1 = this.call.answer(this.stage.cell, 1);
		}

		@Actor
		public void second(LLLL_Result result) {
			result.r2 = this.call.answer(this.stage.cell, 2);
		}

		@Actor
		public void caller() {
			this.call.cancelCall();
		}

		@Arbiter
		public void after(LLLL_Result result) {
			result.r3 = this.call.outcome();
			result.r4 = this.call.ends();
		}

	}

}
