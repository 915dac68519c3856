package io.genserver.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.CallCycleException;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.message.BlockingCall;
import io.genserver.runtime.message.CallMessage;
import io.genserver.runtime.message.Cycles;
import io.genserver.runtime.scheduling.SchedulerSettings;
import io.genserver.runtime.scheduling.WorkerScheduler;
import io.genserver.testsupport.HangGuard;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Threads and turns that wait, and what they wait for. An outcome that is not listed is
 * forbidden.
 */
public class WaiterRaces {

	/** A thread parks as its reply comes. A lost wake-up shows as half a minute lost. */
	@JCStressTest
	@Outcome(id = "woken", expect = Expect.ACCEPTABLE, desc = "The reply or the wake-up was seen")
	@State
	public static class ParkAndReply {

		private static final WorkerScheduler SCHEDULER = withoutSpinning();

		private static final ServerCell CELL = new Stage(1).cell;

		private static final TestOperation OPERATION = TestOperation.call("call", (instance, payload) -> null);

		private final BlockingCall call = new BlockingCall(OPERATION, null, Thread.currentThread(), SCHEDULER, 0,
				Long.MAX_VALUE);

		public ParkAndReply() {
			this.call.sentTo(CELL);
			this.call.start();
		}

		/** As if all who may spin did: every wait parks. */
		private static WorkerScheduler withoutSpinning() {
			WorkerScheduler scheduler = new WorkerScheduler(SchedulerSettings.DEFAULTS);
			try {
				VarHandle spinning = MethodHandles.privateLookupIn(WorkerScheduler.class, MethodHandles.lookup())
					.findVarHandle(WorkerScheduler.class, "spinningCallers", AtomicInteger.class);
				((AtomicInteger) spinning.get(scheduler)).set(1_000_000);
			}
			catch (ReflectiveOperationException ex) {
				throw new ExceptionInInitializerError(ex);
			}
			return scheduler;
		}

		@Actor
		public void caller(L_Result result) {
			long start = System.nanoTime();
			try {
				boolean ready = SCHEDULER.await(this.call, start + HangGuard.DURATION.toNanos());
				boolean prompt = System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20);
				result.r1 = !ready ? "not ready" : prompt ? "woken" : "lost";
			}
			catch (InterruptedException ex) {
				result.r1 = ex;
			}
		}

		@Actor
		public void handler() {
			this.call.succeed(CELL, "reply");
		}

	}

	/** Two turns begin to wait for each other. */
	@JCStressTest
	@Outcome(id = "cycle, open", expect = Expect.ACCEPTABLE, desc = "The first fails, the second goes on")
	@Outcome(id = "open, cycle", expect = Expect.ACCEPTABLE, desc = "The second fails, the first goes on")
	@State
	public static class TwoWaitsCloseACycle {

		private final Engine engine = new Engine(new HandScheduler());

		private final ServerCell first = cell("first");

		private final ServerCell second = cell("second");

		private final CountedCall toFirst = call(this.first);

		private final CountedCall toSecond = call(this.second);

		private ServerCell cell(String name) {
			this.engine.add(name, ServerSettings.DEFAULTS, Object::new);
			return this.engine.cell(name);
		}

		private static CountedCall call(ServerCell cell) {
			CountedCall call = new CountedCall(TestOperation.call("call", (instance, payload) -> null), cell);
			cell.mailbox().offer(call, 0);
			return call;
		}

		@Actor
		public void first() {
			Cycles.beginWait(this.first, this.toSecond);
		}

		@Actor
		public void second() {
			Cycles.beginWait(this.second, this.toFirst);
		}

		@Arbiter
		public void after(LL_Result result) {
			result.r1 = state(this.toSecond);
			result.r2 = state(this.toFirst);
		}

		private static String state(CallMessage call) {
			return (call.failure() instanceof CallCycleException) ? "cycle" : call.isOver() ? "over" : "open";
		}

	}

	/** A reply comes as the cycle would be closed that it breaks. */
	@JCStressTest
	@Outcome(id = "reply, open", expect = Expect.ACCEPTABLE, desc = "There never was a cycle")
	@Outcome(id = "reply, cycle", expect = Expect.ACCEPTABLE, desc = "There was, until the reply")
	@State
	public static class ReplyBreaksACycle {

		private final Engine engine = new Engine(new HandScheduler());

		private final ServerCell first = cell("first");

		private final ServerCell second = cell("second");

		private final CountedCall toFirst = TwoWaitsCloseACycle.call(this.first);

		private final CountedCall toSecond = TwoWaitsCloseACycle.call(this.second);

		public ReplyBreaksACycle() {
			this.second.mailbox().poll();
			this.toSecond.start();
			Cycles.beginWait(this.first, this.toSecond);
		}

		private ServerCell cell(String name) {
			this.engine.add(name, ServerSettings.DEFAULTS, Object::new);
			return this.engine.cell(name);
		}

		@Actor
		public void handler() {
			this.toSecond.succeed(this.second, 1);
		}

		@Actor
		public void second() {
			Cycles.beginWait(this.second, this.toFirst);
		}

		@Arbiter
		public void after(LL_Result result) {
			result.r1 = this.toSecond.outcome();
			result.r2 = TwoWaitsCloseACycle.state(this.toFirst);
		}

	}

}
