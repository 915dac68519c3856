package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.genserver.DeadLetter;
import io.genserver.GenServerContext;
import io.genserver.GenServerException;
import io.genserver.GenServerTimeoutException;
import io.genserver.Keyed;
import io.genserver.KeyedReplies;
import io.genserver.Overflow;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.runtime.contract.ReplyAdapters;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Calls and casts to many keys of a server. */
class S17GroupsOfKeysTests {

	private static final ReflectiveContracts CONTRACTS = new ReflectiveContracts(ReplyAdapters.JDK);

	private static final ServerSettings ONE = new ServerSettings(16, Overflow.BLOCK, Duration.ofSeconds(5),
			ServerSettings.DEFAULTS.supervision(), 1, null, ServerSettings.StartFailure.FAIL_APPLICATION);

	private static final class Counter {

		final String key = String.valueOf(GenServerContext.current().key());

		int value;

		int add(int more) {
			this.value += more;
			return this.value;
		}

	}

	private static Keyed<Counter> counters(Engine engine, ServerSettings settings) {
		Server server = engine.addKeyed("counters", settings, () -> new Counter());
		engine.runtime.start();
		return new LocalKeyed<>(server, Counter.class, CONTRACTS);
	}

	private static List<String> keys(int number) {
		return IntStream.range(0, number).mapToObj((i) -> "k" + i).toList();
	}

	@Test
	void S17_keysAreThoseOfLiveInstances() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				Keyed<Counter> counters = counters(engine, ServerSettings.DEFAULTS);
				assertThat(counters.keys()).isEmpty();
				counters.askAll(keys(3), 2, (counter) -> counter.add(1));
				scheduler.settle();
				assertThat(counters.keys()).containsExactlyInAnyOrder("k0", "k1", "k2");
				counters.ref("k1").stop();
				scheduler.settle();
				assertThat(counters.keys()).containsExactlyInAnyOrder("k0", "k2");
			}
		});
	}

	@Test
	void S17_eachKeyIsCalledOnceAndAFewAtATime() {
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				Keyed<Counter> counters = counters(engine, ServerSettings.DEFAULTS);
				AtomicInteger inside = new AtomicInteger();
				AtomicInteger most = new AtomicInteger();
				List<String> twice = new ArrayList<>(keys(20));
				twice.addAll(keys(20));
				CompletableFuture<KeyedReplies<Integer>> all = counters.askAll(twice, 3, (counter) -> {
					most.accumulateAndGet(inside.incrementAndGet(), Math::max);
					scheduler.letOthersRun();
					inside.decrementAndGet();
					return counter.add(1);
				});
				scheduler.settle();
				assertThat(all.join().replies()).hasSize(20).allSatisfy((key, value) -> assertThat(value).isOne());
				assertThat(all.join().orThrow().keySet()).containsExactlyInAnyOrderElementsOf(keys(20));
				assertThat(most.get()).isBetween(1, 3);
			}
		});
	}

	@Test
	void S17_whatFailsIsKnownByKeyAndKeepsNoOtherFromItsReply() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				Keyed<Counter> counters = counters(engine, ServerSettings.DEFAULTS);
				CompletableFuture<KeyedReplies<String>> all = counters.askAll(List.of("a", "b", "", "c"), 2,
						(counter) -> {
							if (counter.key.equals("b")) {
								throw new IllegalStateException("not b");
							}
							return counter.key.equals("c") ? null : counter.key;
						});
				scheduler.settle();
				KeyedReplies<String> replies = all.join();
				assertThat(replies.replies()).containsOnlyKeys("a", "c").containsEntry("c", null);
				assertThat(replies.failures()).containsOnlyKeys("b", "");
				assertThat(replies.failures().get("b")).isInstanceOf(IllegalStateException.class).hasMessage("not b");
				assertThat(replies.failures().get("")).isInstanceOf(IllegalArgumentException.class);
				assertThatExceptionOfType(GenServerException.class).isThrownBy(replies::orThrow)
					.withMessageContaining("2 of 4 calls failed")
					.withCauseInstanceOf(RuntimeException.class);
			}
		});
	}

	@Test
	void S17_aKeyThatIsNullEndsAllAndSaysSo() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				Keyed<Counter> counters = counters(engine, ServerSettings.DEFAULTS);
				CompletableFuture<KeyedReplies<Integer>> all = counters.askAll(Arrays.asList("a", null, "b"), 1,
						(counter) -> counter.add(1));
				scheduler.settle();
				assertThat(all).isCompletedExceptionally();
				assertThatExceptionOfType(CompletionException.class).isThrownBy(all::join)
					.havingCause()
					.isInstanceOf(IllegalArgumentException.class)
					.withMessage("A key of server counters must not be null");
			}
		});
	}

	@Test
	void S17_callsThatFailAtOnceDoNotNest() {
		SeededScheduler scheduler = new SeededScheduler(1);
		try (Engine engine = new Engine(scheduler)) {
			Keyed<Counter> counters = counters(engine, ONE);
			CompletableFuture<KeyedReplies<Integer>> all = counters.askAll(keys(50_000), 1,
					(counter) -> counter.add(1));
			scheduler.settle();
			assertThat(all.join().replies()).hasSize(1);
			assertThat(all.join().failures()).hasSize(49_999);
		}
	}

	@Test
	void S17_noKeysCompleteAtOnce() {
		SeededScheduler scheduler = new SeededScheduler(1);
		try (Engine engine = new Engine(scheduler)) {
			Keyed<Counter> counters = counters(engine, ServerSettings.DEFAULTS);
			assertThat(counters.askAll(List.of(), 1, (counter) -> counter.add(1)).join().replies()).isEmpty();
			assertThatIllegalArgumentException().isThrownBy(() -> counters.askAll(List.of(), 0, (counter) -> 1))
				.withMessageContaining("at least 1");
		}
	}

	@Test
	void S17_keysThatCannotBeReadFailTheWhole() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				Keyed<Counter> counters = counters(engine, ServerSettings.DEFAULTS);
				Gate gate = new Gate(scheduler, "handler");
				Iterator<String> read = keys(1).iterator();
				CompletableFuture<KeyedReplies<Integer>> all = counters.askAll(() -> new Iterator<String>() {

					@Override
					public boolean hasNext() {
						return true;
					}

					@Override
					public String next() {
						if (!read.hasNext()) {
							throw new IllegalStateException("no more keys");
						}
						return read.next();
					}

				}, 2, (counter) -> {
					gate.pass();
					return 1;
				});
				scheduler.settle();
				assertThat(all.exceptionNow()).hasMessage("no more keys");
				gate.open();
			}
		});
	}

	@Test
	void S17_cancellingEndsWhatIsPendingAndSendsNoMore() {
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				Keyed<Counter> counters = counters(engine, ServerSettings.DEFAULTS);
				AtomicInteger begun = new AtomicInteger();
				CompletableFuture<KeyedReplies<Integer>> all = counters.askAll(keys(10), 2, (counter) -> {
					begun.incrementAndGet();
					while (!GenServerContext.current().isCancelled()) {
						scheduler.letOthersRun();
					}
					return 1;
				});
				scheduler.spawn("canceller", () -> all.cancel(true));
				scheduler.settle();
				assertThat(all).isCancelled();
				assertThat(begun.get()).isLessThanOrEqualTo(2);
			}
		});
	}

	@Test
	void S04_theDeadlineOfTheTurnLimitsAllCalls() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				Keyed<Counter> counters = counters(engine, ServerSettings.DEFAULTS);
				engine.add("asking", ServerSettings.DEFAULTS, Object::new);
				engine.runtime.start(engine.runtime.server("asking"));
				Gate gate = new Gate(scheduler, "handler");
				List<CompletableFuture<KeyedReplies<Integer>>> asked = new ArrayList<>();
				engine.ref("asking")
					.withTimeout(Duration.ofMillis(100))
					.callAsync((server) -> asked.add(counters.askAll(keys(3), 1, (counter) -> {
						gate.pass();
						return 1;
					})));
				scheduler.settle();
				scheduler.advance(Duration.ofMillis(200));
				scheduler.settle();
				assertThat(asked.getFirst().join().failures()).hasSize(3)
					.allSatisfy((key, failure) -> assertThat(failure).isInstanceOf(GenServerTimeoutException.class));
				gate.open();
			}
		});
	}

	@Test
	void S17_aCastToAllStartsNoneAndWaitsForNone() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				Keyed<Counter> counters = counters(engine, ServerSettings.DEFAULTS.withMailbox(1, Overflow.BLOCK));
				assertThat(counters.forEachLive((counter) -> counter.add(1))).isZero();
				assertThat(counters.keys()).isEmpty();
				counters.askAll(keys(3), 3, (counter) -> counter.add(1));
				scheduler.settle();
				counters.ref("k0").stop();
				Gate gate = new Gate(scheduler, "handler");
				counters.ref("k1").callAsync((counter) -> {
					gate.pass();
					return 1;
				});
				scheduler.settle();
				counters.ref("k1").tryCast((counter) -> counter.add(100));
				assertThat(counters.forEachLive((counter) -> counter.add(10))).isOne();
				assertThat(engine.deadLetters).extracting(DeadLetter::reason)
					.containsExactly(DeadLetter.Reason.MAILBOX_FULL);
				gate.open();
				scheduler.settle();
				CompletableFuture<KeyedReplies<Integer>> all = counters.askAll(Set.of("k1", "k2"), 2,
						(counter) -> counter.value);
				scheduler.settle();
				assertThat(all.join().replies()).containsEntry("k1", 101).containsEntry("k2", 11);
				assertThat(counters.keys()).containsExactlyInAnyOrder("k1", "k2");
			}
		});
	}

}
