package io.genserver.runtime;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.genserver.CallCycleException;
import io.genserver.CastAction;
import io.genserver.GenServerRef;
import io.genserver.Overflow;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.message.AsyncCall;
import io.genserver.runtime.message.CastMessage;
import io.genserver.runtime.message.Cycles;
import io.genserver.runtime.message.Message;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A wait that closes a cycle of waiting turns fails at once, with the chain.
 */
class S11CallCycleTests {

	@Test
	@RealThreads
	void S11_ofTwoWaitsThatBeginTogetherOnRealThreadsExactlyOneFails() throws Exception {
		try (Engine engine = Engine.onWorkers(); ExecutorService threads = Executors.newFixedThreadPool(2)) {
			Server server = engine.addKeyed("keyed", ServerSettings.DEFAULTS, Object::new);
			CyclicBarrier barrier = new CyclicBarrier(2);
			for (int round = 0; round < 5_000; round++) {
				ServerCell a = new ServerCell(server, "a");
				ServerCell b = new ServerCell(server, "b");
				AsyncCall toA = queued(engine, a);
				AsyncCall toB = queued(engine, b);
				Future<?> first = threads.submit(() -> {
					barrier.await(HangGuard.SECONDS, TimeUnit.SECONDS);
					Cycles.beginWait(a, toB);
					return null;
				});
				Future<?> second = threads.submit(() -> {
					barrier.await(HangGuard.SECONDS, TimeUnit.SECONDS);
					Cycles.beginWait(b, toA);
					return null;
				});
				first.get(HangGuard.SECONDS, TimeUnit.SECONDS);
				second.get(HangGuard.SECONDS, TimeUnit.SECONDS);
				assertThat(List.of(toA, toB)).as("round %d", round)
					.filteredOn((call) -> call.failure() instanceof CallCycleException)
					.hasSize(1);
			}
		}
	}

	private static AsyncCall queued(Engine engine, ServerCell cell) {
		AsyncCall call = new AsyncCall(TestOperation.call("call", (instance, payload) -> null), null,
				Thread.currentThread(), engine.scheduler, engine.runtime.replyWait(), 0, Long.MAX_VALUE);
		call.sentTo(cell);
		cell.mailbox().offer(call, 0);
		return call;
	}

	@Test
	void S11_aServerThatCallsItselfFailsAtOnce() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> a = engine.start("a", ServerSettings.DEFAULTS, Object::new);
			long before = scheduler.nanoTime();
			assertThatExceptionOfType(CallCycleException.class).isThrownBy(() -> a.call((s) -> a.call((t) -> 1)))
				.withMessageStartingWith("Servers would wait for each other: a -> a.")
				.satisfies((ex) -> assertThat(ex.notExecuted()).isTrue());
			assertThat(scheduler.nanoTime()).isEqualTo(before);
			assertThat(a.<Integer, RuntimeException>call((s) -> 1)).isEqualTo(1);
			engine.close();
		});
	}

	@Test
	@RealThreads
	void S11_aCastThatGotItsPlaceMeanwhileIsNotRefusedForACycle() {
		CastMessage cast = new CastMessage(TestOperation.cast("cast", (instance, payload) -> null), "payload",
				Thread.currentThread());
		cast.giveUpForCycle(new CallCycleException(List.of("a", "a")));
		assertThat(cast.slot()).isSameAs(Message.QUEUED);
		assertThat(cast.refusal()).isNull();
	}

	@Test
	void S11_aChainOfFourIsShownInTheMessageKeysIncluded() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("a", ServerSettings.DEFAULTS, Object::new);
			engine.add("b", ServerSettings.DEFAULTS, Object::new);
			engine.addKeyed("k", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			GenServerRef<Object> a = engine.ref("a");
			GenServerRef<Object> b = engine.ref("b");
			GenServerRef<Object> one = engine.ref("k", "1");
			GenServerRef<Object> two = engine.ref("k", "2");
			assertThatExceptionOfType(CallCycleException.class)
				.isThrownBy(() -> a.call((s) -> one.call((t) -> b.call((u) -> two.call((v) -> a.call((w) -> 1))))))
				.satisfies((ex) -> {
					// It begins and ends with the wait that closed the cycle: the one
					// that came last, which is not always the one that was sent last.
					List<String> chain = ex.chain();
					assertThat(chain).hasSize(5).endsWith(chain.getFirst());
					List<String> fromA = new ArrayList<>(chain.subList(0, 4));
					Collections.rotate(fromA, -fromA.indexOf("a"));
					assertThat(fromA).containsExactly("a", "k/1", "b", "k/2");
				});
			engine.close();
		});
	}

	@Test
	void S11_aReturnedFutureOfTheRuntimeIsAWaitAndOneNobodyWaitsForIsNot() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("a", ServerSettings.DEFAULTS, Object::new);
			engine.add("b", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			GenServerRef<Object> a = engine.ref("a");
			GenServerRef<Object> b = engine.ref("b");
			CompletableFuture<CompletableFuture<CompletableFuture<Integer>>> returned = a
				.callAsync((s) -> b.callAsync((t) -> a.callAsync((u) -> 1)));
			CompletableFuture<Integer> ignored = new CompletableFuture<>();
			scheduler.finish();
			// The innermost call failed, and with it those that returned it.
			assertThat(returned.exceptionNow()).isInstanceOf(CallCycleException.class);
			b.call((t) -> {
				a.callAsync((u) -> b.callAsync((v) -> 7)).thenAccept((inner) -> inner.thenAccept(ignored::complete));
				return 0;
			});
			scheduler.finish();
			assertThat(ignored).isCompletedWithValue(7);
			engine.close();
		});
	}

	@Test
	void S11_ofTwoWaitsThatCloseACycleTogetherOneFailsAndTheOtherGoesOn() {
		Seeds.each(300, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("a", ServerSettings.DEFAULTS, Object::new);
			engine.add("b", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			GenServerRef<Object> a = engine.ref("a");
			GenServerRef<Object> b = engine.ref("b");
			long before = scheduler.nanoTime();
			CompletableFuture<Integer> first = scheduler.spawn("first", () -> a.call((s) -> b.call((t) -> 1)));
			CompletableFuture<Integer> second = scheduler.spawn("second", () -> b.call((s) -> a.call((t) -> 1)));
			scheduler.finish();
			int failed = 0;
			for (CompletableFuture<Integer> each : java.util.List.of(first, second)) {
				if (each.isCompletedExceptionally()) {
					assertThat(each.exceptionNow()).isInstanceOf(CallCycleException.class);
					failed++;
				}
			}
			assertThat(failed).isLessThan(2);
			assertThat(scheduler.nanoTime()).as("nobody waited for a deadline").isEqualTo(before);
			engine.close();
		});
	}

	@Test
	void S11_aDiamondNeverFails() {
		Seeds.each(300, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			for (String name : java.util.List.of("top", "left", "right", "bottom")) {
				engine.add(name, ServerSettings.DEFAULTS, Object::new);
			}
			engine.runtime.start();
			GenServerRef<Object> bottom = engine.ref("bottom");
			GenServerRef<Object> left = engine.ref("left");
			GenServerRef<Object> right = engine.ref("right");
			GenServerRef<Object> top = engine.ref("top");
			CompletableFuture<Integer> one = scheduler.spawn("one",
					() -> top.call((s) -> left.<Integer, RuntimeException>call((t) -> bottom.call((u) -> 1))
							+ right.<Integer, RuntimeException>call((t) -> bottom.call((u) -> 2))));
			CompletableFuture<Integer> two = scheduler.spawn("two",
					() -> left.call((t) -> bottom.<Integer, RuntimeException>call((u) -> 4)));
			CompletableFuture<Integer> three = scheduler.spawn("three",
					() -> right.call((t) -> bottom.<Integer, RuntimeException>call((u) -> 5)));
			scheduler.finish();
			assertThat(one).isCompletedWithValue(3);
			assertThat(two).isCompletedWithValue(4);
			assertThat(three).isCompletedWithValue(5);
			engine.close();
		});
	}

	@Test
	void S11_twoServersThatBlockOnEachOthersFullMailboxesDoNotWedge() {
		Seeds.each(200, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			ServerSettings one = ServerSettings.DEFAULTS.withMailbox(1, Overflow.BLOCK);
			engine.add("a", one, Object::new);
			engine.add("b", one, Object::new);
			engine.runtime.start();
			GenServerRef<Object> a = engine.ref("a");
			GenServerRef<Object> b = engine.ref("b");
			long before = scheduler.nanoTime();
			a.cast((s) -> flood(b));
			b.cast((s) -> flood(a));
			scheduler.finish();
			assertThat(scheduler.nanoTime()).as("nobody waited for a deadline").isEqualTo(before);
			assertThat(a.<Integer, RuntimeException>call((s) -> 1)).isEqualTo(1);
			assertThat(b.<Integer, RuntimeException>call((s) -> 1)).isEqualTo(1);
			engine.close();
		});
	}

	private static void flood(GenServerRef<Object> other) {
		CastAction<Object> nothing = (s) -> {
		};
		for (int i = 0; i < 4; i++) {
			other.cast(nothing);
		}
	}

}
