package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServerRef;
import io.genserver.runtime.contract.Operation;
import io.genserver.test.SeededScheduler;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server runs one message at a time, and sees everything it did before.
 */
class S01OneAtATimeTests {

	@Test
	void S01_messagesNeverOverlap() {
		Seeds.each(300, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Solo> solo = engine.start("solo", ServerSettings.DEFAULTS, Solo::new);
			for (int sender = 0; sender < 3; sender++) {
				scheduler.spawn("sender-" + sender, () -> {
					for (int i = 0; i < 4; i++) {
						solo.cast((server) -> server.handle(scheduler));
						solo.callAsync((server) -> server.handle(scheduler));
						solo.call((server) -> server.handle(scheduler));
					}
					return null;
				});
			}
			scheduler.finish();
			assertThat(solo.<Integer, RuntimeException>call((server) -> server.handled)).isEqualTo(36);
			engine.close();
		});
	}

	@Test
	void S01_noMessageRunsWhileAnotherIsBlockedInACallItMade() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("other", ServerSettings.DEFAULTS, Object::new);
			GenServerRef<Solo> solo = engine.start("solo", ServerSettings.DEFAULTS, Solo::new);
			GenServerRef<Object> other = engine.ref("other");
			for (int sender = 0; sender < 3; sender++) {
				scheduler.spawn("sender-" + sender, () -> solo.call((server) -> server.alone(() -> {
					other.call(Object::hashCode);
					return null;
				})));
			}
			scheduler.finish();
			assertThat(solo.<Integer, RuntimeException>call((server) -> server.handled)).isEqualTo(3);
			engine.close();
		});
	}

	@Test
	void S01_noMessageRunsWhileTheFutureAnotherReturnedIsAwaited() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			CompletableFuture<String> answer = new CompletableFuture<>();
			List<String> order = new ArrayList<>();
			engine.add("solo", ServerSettings.DEFAULTS, Object::new, TestOperation.call("first", (instance, none) -> {
				order.add("first");
				return answer;
			}), TestOperation.call("second", (instance, none) -> order.add("second")));
			engine.runtime.start();
			Server server = engine.runtime.server("solo");
			Operation first = server.definition().operations().get(0);
			Operation second = server.definition().operations().get(1);
			CompletableFuture<?> one = server.callAsync(null, first, null, 0, false);
			CompletableFuture<?> two = server.callAsync(null, second, null, 0, false);
			scheduler.settle();
			assertThat(order).containsExactly("first");
			order.add("completed");
			answer.complete("done");
			scheduler.settle();
			assertThat(order).containsExactly("first", "completed", "second");
			assertThat(one.join()).isEqualTo("done");
			assertThat(two.join()).isEqualTo(true);
			engine.close();
		});
	}

	@Test
	@RealThreads
	void S01_whatOneMessageDidIsVisibleToTheNextOnWhateverThread() throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			GenServerRef<Plain> plain = engine.start("plain", ServerSettings.DEFAULTS, Plain::new);
			List<Thread> senders = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				senders.add(Thread.ofPlatform().start(() -> {
					for (int n = 0; n < 5_000; n++) {
						plain.cast(Plain::add);
						if (n % 16 == 0) {
							plain.call(Plain::add);
						}
					}
				}));
			}
			for (Thread sender : senders) {
				assertThat(sender.join(HangGuard.DURATION)).isTrue();
			}
			assertThat(plain.callAsync((server) -> server.sum).get(HangGuard.SECONDS, TimeUnit.SECONDS))
				.isEqualTo(4 * (5_000 + 313));
		}
	}

	/** Notices when it is not alone. */
	private static final class Solo {

		private boolean busy;

		private int handled;

		int handle(SeededScheduler scheduler) throws Exception {
			return alone(() -> {
				scheduler.letOthersRun();
				scheduler.letOthersRun();
				return null;
			});
		}

		int alone(java.util.concurrent.Callable<?> body) throws Exception {
			assertThat(this.busy).isFalse();
			this.busy = true;
			body.call();
			this.busy = false;
			return ++this.handled;
		}

	}

	/** Has state like any single-threaded object. */
	private static final class Plain {

		private int sum;

		int add() {
			return ++this.sum;
		}

	}

}
