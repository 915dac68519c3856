package io.genserver.runtime;

import java.util.concurrent.CompletableFuture;

import io.genserver.ServerState;
import io.genserver.runtime.cell.Commands;
import io.genserver.runtime.cell.ServerCell;
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
 * A cell that becomes ready, rests or ends while others want something of it. An outcome
 * that is not listed is forbidden.
 */
public class CellRaces {

	/** A message comes as the turn ends. */
	@JCStressTest
	@Outcome(id = "2 handled, 0 queued", expect = Expect.ACCEPTABLE, desc = "The wake-up was not lost")
	@State
	public static class SendAndRest {

		private final Stage stage = new Stage(4);

		public SendAndRest() {
			this.stage.queued();
		}

		@Actor
		public void sender() {
			this.stage.cell.inbox().offer(this.stage.cast());
		}

		@Actor
		public void worker() {
			this.stage.scheduler.runNext();
		}

		@Arbiter
		public void after(LL_Result result) {
			this.stage.scheduler.runAll();
			result.r1 = this.stage.handled + " handled";
			result.r2 = this.stage.left();
		}

	}

	/** Two messages come to a cell that has nothing to do. */
	@JCStressTest
	@Outcome(id = "1, 2 handled, 0 queued", expect = Expect.ACCEPTABLE, desc = "It was handed to the scheduler once")
	@State
	public static class TwoSendToAnIdleCell {

		private final Stage stage = new Stage(4);

		@Actor
		public void first() {
			this.stage.cell.inbox().offer(this.stage.cast());
		}

		@Actor
		public void second() {
			this.stage.cell.inbox().offer(this.stage.cast());
		}

		@Arbiter
		public void after(LLL_Result result) {
			result.r1 = this.stage.scheduler.waiting();
			this.stage.scheduler.runAll();
			result.r2 = this.stage.handled + " handled";
			result.r3 = this.stage.left();
		}

	}

	/** A command comes as the turn of a suspended cell parks. */
	@JCStressTest
	@Outcome(id = "RUNNING, 1 handled", expect = Expect.ACCEPTABLE, desc = "It was followed")
	@State
	public static class ResumeAndPark {

		private final Stage stage = new Stage(4);

		public ResumeAndPark() {
			this.stage.cell.command(Commands.SUSPEND);
			this.stage.cell.inbox().offer(this.stage.cast());
		}

		@Actor
		public void worker() {
			this.stage.scheduler.runNext();
		}

		@Actor
		public void other() {
			this.stage.cell.command(Commands.RESUME);
		}

		@Arbiter
		public void after(LL_Result result) {
			this.stage.scheduler.runAll();
			// Both commands in one look: suspended first, resumed then.
			result.r1 = this.stage.cell.life().state();
			result.r2 = this.stage.handled + " handled";
		}

	}

	/** A message comes as the server stops. */
	@JCStressTest
	@Outcome(id = "QUEUED, stopped, 1, STOPPED", expect = Expect.ACCEPTABLE, desc = "It is told that it was too late")
	@Outcome(id = "CLOSED, open, 0, STOPPED", expect = Expect.ACCEPTABLE, desc = "Its sender is told")
	@State
	public static class SendAndStop {

		private final Stage stage = new Stage(4);

		private final CountedCall call = this.stage.call();

		public SendAndStop() {
			this.stage.cell.command(Commands.STOP);
		}

		@Actor
		public void sender(LLLL_Result result) {
			result.r1 = this.stage.cell.inbox().offer(this.call);
		}

		@Actor
		public void worker() {
			this.stage.scheduler.runNext();
		}

		@Arbiter
		public void after(LLLL_Result result) {
			this.stage.scheduler.runAll();
			result.r2 = this.call.outcome();
			result.r3 = this.call.ends();
			result.r4 = this.stage.cell.life().state();
		}

	}

	/** A message comes as an idle instance is let go. */
	@JCStressTest
	@Outcome(id = "QUEUED, reply, 1, RUNNING", expect = Expect.ACCEPTABLE, desc = "The instance stays")
	@Outcome(id = "CLOSED, open, 0, STOPPED", expect = Expect.ACCEPTABLE, desc = "Its sender looks for a successor")
	@State
	public static class SendAndPassivate {

		private final Stage stage = new Stage(4);

		private final CountedCall call = this.stage.call();

		public SendAndPassivate() {
			this.stage.cell.command(Commands.PASSIVATE);
		}

		@Actor
		public void sender(LLLL_Result result) {
			result.r1 = this.stage.cell.inbox().offer(this.call);
		}

		@Actor
		public void worker() {
			this.stage.scheduler.runNext();
		}

		@Arbiter
		public void after(LLLL_Result result) {
			this.stage.scheduler.runAll();
			result.r2 = this.call.outcome();
			result.r3 = this.call.ends();
			result.r4 = this.stage.cell.life().state();
		}

	}

	/** Two commands come to a cell that has nothing to do. */
	@JCStressTest
	@Outcome(id = "1, STOPPED", expect = Expect.ACCEPTABLE, desc = "Both are followed, in one turn")
	@State
	public static class RestartAndStop {

		private final Stage stage = new Stage(4);

		@Actor
		public void restarter() {
			this.stage.cell.command(Commands.RESTART);
		}

		@Actor
		public void stopper() {
			this.stage.cell.command(Commands.STOP);
		}

		@Arbiter
		public void after(LL_Result result) {
			result.r1 = this.stage.scheduler.waiting();
			this.stage.scheduler.runAll();
			result.r2 = (this.stage.cell.life().state() == ServerState.STOPPED) ? "STOPPED"
					: this.stage.cell.life().state();
		}

	}

	/** What a handler returned completes as its turn parks; another message waits. */
	@JCStressTest
	@Outcome(id = "reply, 1, reply", expect = Expect.ACCEPTABLE, desc = "The turn went on, once")
	@State
	public static class CompleteAndPark {

		private final Stage stage = new Stage(4);

		private final CompletableFuture<String> returned = new CompletableFuture<>();

		private final CountedCall call = new CountedCall(
				TestOperation.call("returns", (instance, payload) -> this.returned), this.stage.cell);

		private final CountedCall next;

		public CompleteAndPark() {
			this.stage.cell.inbox().offer(this.call);
			this.next = this.stage.queued();
		}

		@Actor
		public void worker() {
			this.stage.scheduler.runNext();
		}

		@Actor
		public void other() {
			this.returned.complete("value");
		}

		@Arbiter
		public void after(LLL_Result result) {
			this.stage.scheduler.runAll();
			result.r1 = this.call.outcome();
			result.r2 = this.call.ends();
			result.r3 = this.next.outcome();
		}

	}

	/** Two messages come for a key that has no instance. */
	@JCStressTest
	@Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "There is one instance")
	@State
	public static class TwoSendToANewKey {

		private final Engine engine = new Engine(new HandScheduler());

		private final Server server = this.engine.addKeyed("keyed", ServerSettings.DEFAULTS, Object::new);

		private final TestMessage message = new TestMessage(1);

		private ServerCell one;

		private ServerCell two;

		@Actor
		public void first() {
			this.one = this.server.instances().forMessage("key", this.message);
		}

		@Actor
		public void second() {
			this.two = this.server.instances().forMessage("key", this.message);
		}

		@Arbiter
		public void after(LL_Result result) {
			result.r1 = this.one == this.two;
			result.r2 = this.server.instances().all().size();
		}

	}

}
