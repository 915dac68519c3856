package io.genserver.runtime;

import java.util.concurrent.CompletableFuture;

import io.genserver.CallCycleException;
import io.genserver.GenServerRef;
import io.genserver.runtime.mailbox.MailboxContents;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A method that may overlap needs no turn: a call of one closes no cycle, and is answered
 * though the turn of its server waits.
 */
class S11ConcurrentMethodTests {

	private static final TestOperation PARALLEL = TestOperation.concurrent("parallel", 1,
			(instance, payload) -> (payload instanceof Step step) ? step.run() : payload);

	private static Engine engine(Scheduler scheduler) {
		Engine engine = new Engine(scheduler);
		engine.add("a", ServerSettings.DEFAULTS, Object::new, PARALLEL);
		engine.add("b", ServerSettings.DEFAULTS, Object::new);
		engine.runtime.start();
		return engine;
	}

	private static Object parallel(Engine engine, Object payload) {
		return engine.runtime.server("a").call(null, PARALLEL, payload, 0, false);
	}

	private static void unchanged(SeededScheduler scheduler, Body body) throws Exception {
		long before = scheduler.nanoTime();
		body.run();
		assertThat(scheduler.nanoTime()).as("nobody waited for a deadline").isEqualTo(before);
	}

	@Test
	void S11_aConcurrentMethodWithAFreeSlotIsNoEdgeThoughTheTurnIsBlockedInACall() {
		Seeds.each(200, (scheduler) -> {
			Engine engine = engine(scheduler);
			GenServerRef<Object> a = engine.ref("a");
			GenServerRef<Object> b = engine.ref("b");
			unchanged(scheduler,
					() -> assertThat(a.<Object, Exception>call((s) -> b.call((t) -> parallel(engine, "reply"))))
						.isEqualTo("reply"));
			engine.close();
		});
	}

	@Test
	void S11_norThoughTheFutureItsHandlerReturnedIsAwaited() {
		Seeds.each(200, (scheduler) -> {
			Engine engine = engine(scheduler);
			GenServerRef<Object> a = engine.ref("a");
			GenServerRef<Object> b = engine.ref("b");
			unchanged(scheduler, () -> {
				CompletableFuture<CompletableFuture<Object>> reply = a
					.callAsync((s) -> b.callAsync((t) -> parallel(engine, "reply")));
				scheduler.settle();
				assertThat(reply.join()).isCompletedWithValue("reply");
			});
			engine.close();
		});
	}

	@Test
	void S11_norThoughMessagesOfOthersWaitBeforeIt() {
		Seeds.each(200, (scheduler) -> {
			Engine engine = engine(scheduler);
			GenServerRef<Object> a = engine.ref("a");
			GenServerRef<Object> b = engine.ref("b");
			Gate gate = new Gate(scheduler, "b");
			CompletableFuture<Object> reply = a.callAsync((s) -> b.call((t) -> {
				gate.pass();
				return parallel(engine, "reply");
			}));
			scheduler.settle();
			CompletableFuture<Integer> other = a.callAsync((s) -> 1);
			unchanged(scheduler, () -> {
				gate.open();
				scheduler.settle();
				assertThat(reply).isCompletedWithValue("reply");
				assertThat(other).isCompletedWithValue(1);
			});
			assertThat(engine.cell("a").mailbox().size()).isZero();
			assertThat(MailboxContents.emptyEntries(engine.cell("a").mailbox())).isZero();
			engine.close();
		});
	}

	@Test
	void S11_butItWaitsBehindItsSendersOwnMessages() {
		Seeds.each(200, (scheduler) -> {
			Engine engine = engine(scheduler);
			GenServerRef<Object> a = engine.ref("a");
			GenServerRef<Object> b = engine.ref("b");
			unchanged(scheduler, () -> {
				CompletableFuture<Object> reply = a.callAsync((s) -> b.call((t) -> {
					a.cast(Object::hashCode);
					return parallel(engine, "reply");
				}));
				scheduler.settle();
				assertThat(reply.exceptionNow()).isInstanceOfSatisfying(CallCycleException.class,
						(ex) -> assertThat(ex.chain()).containsOnly("a", "b"));
			});
			engine.close();
		});
	}

	@Test
	void S11_oneThatWaitsForASlotGetsItThoughTheTurnIsBlocked() {
		Seeds.each(200, (scheduler) -> {
			Engine engine = engine(scheduler);
			GenServerRef<Object> a = engine.ref("a");
			GenServerRef<Object> b = engine.ref("b");
			Gate slot = new Gate(scheduler, "slot");
			CompletableFuture<Object> first = engine.runtime.server("a").callAsync(null, PARALLEL, (Step) () -> {
				slot.pass();
				return "first";
			}, 0, false);
			scheduler.settle();
			CompletableFuture<Object> reply = a.callAsync((s) -> b.call((t) -> parallel(engine, "second")));
			scheduler.settle();
			unchanged(scheduler, () -> {
				slot.open();
				scheduler.settle();
				assertThat(first).isCompletedWithValue("first");
				assertThat(reply).isCompletedWithValue("second");
			});
			engine.close();
		});
	}

	@Test
	void S11_aTurnThatWaitsForAHandlerBesideAnotherTurnIsNoPartOfACycle() {
		Seeds.each(200, (scheduler) -> {
			Engine engine = engine(scheduler);
			GenServerRef<Object> a = engine.ref("a");
			GenServerRef<Object> b = engine.ref("b");
			Gate beside = new Gate(scheduler, "beside");
			CompletableFuture<Object> one = b.callAsync((s) -> parallel(engine, (Step) () -> {
				beside.pass();
				return "beside";
			}));
			scheduler.settle();
			CompletableFuture<Integer> two = a.callAsync((s) -> b.call((t) -> 2));
			scheduler.settle();
			beside.open();
			scheduler.settle();
			assertThat(one).isCompletedWithValue("beside");
			assertThat(two).isCompletedWithValue(2);
			engine.close();
		});
	}

	/** What a handler does. */
	private interface Step {

		Object run() throws Exception;

	}

	/** Part of a test. */
	private interface Body {

		void run() throws Exception;

	}

}
