package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.genserver.Envelope;
import io.genserver.GenServerContext;
import io.genserver.GenServerInterceptor;
import io.genserver.GenServerRef;
import io.genserver.GenServerUnavailableException;
import io.genserver.Overflow;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.supervision.Supervision;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Keyed servers: one live instance of a key, and none too many.
 */
class S17KeyedServersTests {

	@Test
	void S17_thereAreNeverTwoLiveInstancesOfAKeyAndPassivationLosesNoMessage() {
		Seeds.each(300, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			AtomicInteger live = new AtomicInteger();
			AtomicInteger made = new AtomicInteger();
			AtomicInteger handled = new AtomicInteger();
			engine.addKeyed("keyed", ServerSettings.DEFAULTS.withIdleTimeout(Duration.ofMillis(3)),
					new InstanceFactory() {

						@Override
						public Object create() {
							assertThat(live.incrementAndGet()).isEqualTo(1);
							made.incrementAndGet();
							return new Object();
						}

						@Override
						public void destroy(Object instance) {
							scheduler.letOthersRun();
							assertThat(live.decrementAndGet()).isZero();
						}

					});
			engine.runtime.start();
			GenServerRef<Object> one = engine.ref("keyed", "one");
			for (int sender = 0; sender < 3; sender++) {
				scheduler.spawn("sender-" + sender, () -> {
					for (int i = 0; i < 8; i++) {
						one.cast((state) -> handled.incrementAndGet());
						one.call((state) -> handled.incrementAndGet());
						scheduler.sleep(Duration.ofMillis(scheduler.choices().nextInt(8)));
					}
					return null;
				});
			}
			scheduler.sleep(Duration.ofSeconds(1));
			assertThat(handled).hasValue(48);
			assertThat(made.get()).isPositive();
			assertThat(engine.runtime.server("keyed").instances().find("one")).as("let go in the end").isNull();
			engine.close();
		});
	}

	@Test
	void S17_anIdleInstanceIsLetGoAndTheNextMessageMakesAnother() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			AtomicInteger made = new AtomicInteger();
			engine.addKeyed("keyed", ServerSettings.DEFAULTS.withIdleTimeout(Duration.ofSeconds(4)),
					made::incrementAndGet);
			engine.runtime.start();
			GenServerRef<Integer> one = engine.ref("keyed", "one");
			assertThat(one.<Integer, RuntimeException>call((state) -> state)).isEqualTo(1);
			scheduler.sleep(Duration.ofSeconds(3));
			assertThat(one.<Integer, RuntimeException>call((state) -> state)).isEqualTo(1);
			scheduler.sleep(Duration.ofSeconds(6));
			assertThat(one.<Integer, RuntimeException>call((state) -> state)).isEqualTo(2);
			engine.close();
		});
	}

	@Test
	void S17_whoHearsThatAKeyHasNoInstanceFindsItsPlaceFree() {
		Seeds.each(20, (scheduler) -> {
			List<String> heard = new ArrayList<>();
			Gate gate = new Gate(scheduler, "constructor");
			AtomicReference<@Nullable Runnable> next = new AtomicReference<>();
			Engine engine = new Engine(scheduler, new GenServerInterceptor() {

				@Override
				public void ended(Envelope envelope, @Nullable Throwable failure) {
					Runnable first = next.getAndSet(null);
					if (first != null) {
						first.run();
					}
				}

			});
			ServerSettings small = new ServerSettings(8, Overflow.BLOCK, Duration.ofSeconds(5), Supervision.DEFAULTS, 1,
					null, ServerSettings.DEFAULTS.startFailure());
			Server server = engine.addKeyed("keyed", small, () -> {
				if ("broken".equals(GenServerContext.current().key())) {
					gate.pass();
					throw new IllegalStateException("on purpose");
				}
				return new Object();
			});
			engine.runtime.start();
			next.set(() -> {
				heard.add(ServerInfos.of(server).instances() + " instances, " + ServerInfos.of(server).failed()
						+ " failed");
				engine.ref("keyed", "good").cast((instance) -> heard.add("good"));
			});
			CompletableFuture<?> broken = engine.ref("keyed", "broken").callAsync(Object::hashCode);
			engine.ref("keyed", "broken").cast((instance) -> heard.add("never"));
			gate.open();
			scheduler.settle();
			assertThat(broken).isCompletedExceptionally();
			assertThat(heard).containsExactly("0 instances, 1 failed", "good");
			assertThat(ServerInfos.of(server).dropped()).as("the call and the cast").isEqualTo(2);
			engine.close();
		});
	}

	@Test
	void S17_anInstanceIsNotLetGoWhileSomebodyReadsAStreamItReturned() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.addKeyed("keyed", ServerSettings.DEFAULTS.withIdleTimeout(Duration.ofSeconds(4)), Object::new);
			engine.runtime.start();
			List<String> signals = new ArrayList<>();
			AtomicReference<Flow.Subscription> reader = new AtomicReference<>();
			AtomicReference<Flow.Subscriber<? super Object>> source = new AtomicReference<>();
			Operation watch = TestOperation.stream("watch",
					(instance, payload) -> (Flow.Publisher<Object>) (target) -> {
						target.onSubscribe(new Subscription());
						source.set(target);
					});
			for (boolean cancels : new boolean[] { true, false }) {
				engine.runtime.server("keyed").stream("one", watch, null, 0, null, new Reader(reader, signals));
				scheduler.sleep(Duration.ofMinutes(1));
				assertThat(engine.runtime.server("keyed").instances().find("one")).isNotNull();
				if (cancels) {
					reader.get().cancel();
				}
				else {
					source.get().onComplete();
				}
				scheduler.sleep(Duration.ofMinutes(1));
				assertThat(engine.runtime.server("keyed").instances().find("one")).as("let go in the end").isNull();
			}
			assertThat(signals).containsExactly("complete");
			engine.close();
		});
	}

	@Test
	void S17_aPublisherThatCannotBeAttachedKeepsNoInstance() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.addKeyed("keyed", ServerSettings.DEFAULTS.withIdleTimeout(Duration.ofSeconds(4)), Object::new);
			engine.runtime.start();
			Flow.Publisher<Object> broken = (subscriber) -> {
				throw new IllegalStateException("not today");
			};
			assertThatThrownBy(() -> engine.ref("keyed", "one").call((state) -> {
				GenServerContext.current().attach(broken, (item) -> {
				});
				return 0;
			})).hasMessage("not today");
			scheduler.sleep(Duration.ofMinutes(1));
			assertThat(engine.runtime.server("keyed").instances().find("one")).isNull();
			engine.close();
		});
	}

	@Test
	void S17_theNumberOfInstancesIsBounded() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			ServerSettings defaults = ServerSettings.DEFAULTS;
			ServerSettings two = new ServerSettings(defaults.capacity(), defaults.overflow(), defaults.callTimeout(),
					defaults.supervision(), 2, null, defaults.startFailure());
			engine.addKeyed("keyed", two, Object::new);
			engine.runtime.start();
			CompletableFuture<Integer> first = engine.ref("keyed", "1").callAsync((state) -> 1);
			CompletableFuture<Integer> second = engine.ref("keyed", "2").callAsync((state) -> 2);
			assertThatExceptionOfType(GenServerUnavailableException.class)
				.isThrownBy(() -> engine.ref("keyed", "3").call((state) -> 3))
				.withMessageContaining("genserver.servers.keyed.max-instances");
			scheduler.finish();
			assertThat(first).isCompletedWithValue(1);
			assertThat(second).isCompletedWithValue(2);
			engine.close();
		});
	}

	@Test
	@RealThreads
	void S17_firstMessagesOfAKeyThatComeAtOnceNeedOnePlaceTogether() throws Exception {
		try (Engine engine = Engine.onWorkers(); ExecutorService threads = Executors.newFixedThreadPool(2)) {
			ServerSettings defaults = ServerSettings.DEFAULTS;
			int rounds = 3_000;
			ServerSettings settings = new ServerSettings(defaults.capacity(), defaults.overflow(),
					defaults.callTimeout(), defaults.supervision(), 1, null, defaults.startFailure());
			Server server = engine.addKeyed("keyed", settings, Object::new);
			CyclicBarrier barrier = new CyclicBarrier(2);
			for (int round = 0; round < rounds; round++) {
				Instances instances = new Instances(server, true);
				Callable<ServerCell> first = () -> {
					barrier.await(HangGuard.SECONDS, TimeUnit.SECONDS);
					return instances.forMessage("key", new TestMessage(1));
				};
				Future<ServerCell> one = threads.submit(first);
				Future<ServerCell> other = threads.submit(first);
				assertThat(one.get(HangGuard.SECONDS, TimeUnit.SECONDS))
					.isSameAs(other.get(HangGuard.SECONDS, TimeUnit.SECONDS));
			}
		}
	}

	/** To a source that does nothing. */
	private static final class Subscription implements Flow.Subscription {

		@Override
		public void request(long n) {
		}

		@Override
		public void cancel() {
		}

	}

	/**
	 * Reads a stream.
	 *
	 * @param subscription its subscription
	 * @param signals what came
	 */
	private record Reader(AtomicReference<Flow.Subscription> subscription,
			List<String> signals) implements Flow.Subscriber<@Nullable Object> {

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			this.subscription.set(subscription);
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(@Nullable Object item) {
			this.signals.add("item");
		}

		@Override
		public void onError(Throwable failure) {
			this.signals.add(failure.toString());
		}

		@Override
		public void onComplete() {
			this.signals.add("complete");
		}

	}

}
