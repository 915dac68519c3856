package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.genserver.DeadLetter;
import io.genserver.Envelope;
import io.genserver.GenServerContext;
import io.genserver.GenServerInterceptor;
import io.genserver.GenServerRef;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.scheduling.Alarm;
import io.genserver.runtime.scheduling.SchedulerSettings;
import io.genserver.runtime.scheduling.TurnExecutor;
import io.genserver.runtime.scheduling.WorkerScheduler;
import io.genserver.runtime.supervision.Supervision;
import io.genserver.testsupport.RealThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nothing that one piece of an application's code leaves on its thread reaches another:
 * not the interrupt flag, the context class loader, the name or the priority.
 */
@RealThreads
class S01CleanThreadTests {

	private static final ClassLoader APPLICATION = new ClassLoader(S01CleanThreadTests.class.getClassLoader()) {
	};

	@Test
	void S01_nothingThatOnePieceOfCodeLeavesOnItsThreadReachesTheNextOfItsTurn() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<String> found = new ArrayList<>();
			InstanceFactory careless = new InstanceFactory() {
				@Override
				public Object create() {
					careless(found, "a constructor");
					return new Object();
				}

				@Override
				public void destroy(Object instance) {
					careless(found, "a termination");
				}
			};
			engine.add("server", ServerSettings.DEFAULTS.withSupervision(new Supervision(SupervisionStrategy.RESTART,
					SupervisionStrategy.RESTART, List.of(), 1000, Duration.ofSeconds(5), Duration.ZERO, Duration.ZERO)),
					careless);
			engine.runtime.start();
			GenServerRef<Object> server = engine.ref("server");
			Gate gate = new Gate(scheduler, "first");
			server.cast((instance) -> {
				gate.pass();
				careless(found, "a cast");
			});
			server.cast((instance) -> {
				careless(found, "another");
				GenServerContext context = GenServerContext.current();
				context.continueWith(() -> careless(found, "a continuation"));
				context.schedule(Duration.ofMillis(1), () -> careless(found, "a timer"));
				context.attach(items(1, 2), (item) -> careless(found, "an item"));
			});
			CompletableFuture<Object> fails = server.callAsync((instance) -> {
				careless(found, "a call that fails");
				throw new IllegalStateException("on purpose");
			});
			CompletableFuture<Object> future = new CompletableFuture<>();
			CompletableFuture<Object> awaited = server.callAsync((instance) -> {
				careless(found, "a call that returns a future");
				return future;
			});
			server.cast((instance) -> careless(found, "what comes after the future"));
			gate.open();
			scheduler.sleep(Duration.ofMillis(5));
			future.complete("done");
			scheduler.finish();
			assertThat(fails).isCompletedExceptionally();
			assertThat(awaited).isDone();
			engine.runtime.server("server").instances().restart(null);
			scheduler.finish();
			engine.close();
			assertThat(found).isEmpty();
		});
	}

	private static void careless(List<String> found, String who) {
		Stains.found().forEach((stain) -> found.add(who + " found " + stain));
		Stains.leave();
	}

	private static Flow.Publisher<Integer> items(int... items) {
		return (subscriber) -> subscriber.onSubscribe(new Flow.Subscription() {

			private final Queue<Integer> left = new ArrayDeque<>(java.util.Arrays.stream(items).boxed().toList());

			@Override
			public void request(long n) {
				for (Integer next = this.left.poll(); next != null; next = this.left.poll()) {
					subscriber.onNext(next);
				}
			}

			@Override
			public void cancel() {
			}

		});
	}

	@Test
	void S01_norTheNextTaskOfAWorker() throws Exception {
		WorkerScheduler workers = new WorkerScheduler(SchedulerSettings.DEFAULTS);
		Queue<String> found = new ConcurrentLinkedQueue<>();
		CountDownLatch done = new CountDownLatch(2000);
		Runnable careless = () -> {
			found.addAll(Stains.found());
			Stains.leave();
			done.countDown();
		};
		for (int i = 0; i < 1000; i++) {
			workers.execute(() -> {
				// To its own queue: the next task of this very thread.
				workers.execute(careless);
				careless.run();
			});
		}
		assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
		workers.close(10, TimeUnit.SECONDS);
		assertThat(found).isEmpty();
	}

	@Test
	void S01_norAnyOtherServer() throws Exception {
		Queue<String> found = new ConcurrentLinkedQueue<>();
		GenServerInterceptor interceptor = new GenServerInterceptor() {
			@Override
			public void ended(Envelope envelope, @Nullable Throwable failure) {
				if (!Thread.currentThread().getName().equals("main")) {
					Stains.leave();
				}
			}
		};
		try (Engine engine = new Engine(new WorkerScheduler(SchedulerSettings.DEFAULTS), interceptor);
				SubmissionPublisher<Integer> source = new SubmissionPublisher<>()) {
			TestOperation beside = TestOperation.concurrent("beside", 4, (instance, payload) -> {
				Stains.leave();
				return 1;
			});
			engine.add("careless", ServerSettings.DEFAULTS, Object::new, beside);
			engine.addKeyed("dying", ServerSettings.DEFAULTS, new InstanceFactory() {
				@Override
				public Object create() {
					Stains.leave();
					return new Object();
				}

				@Override
				public void destroy(Object instance) {
					Stains.leave();
				}
			});
			engine.add("victim", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			GenServerRef<Object> victim = engine.ref("victim");
			engine.<Object>ref("careless").call((instance) -> {
				GenServerContext.current().scheduleEvery(Duration.ofMillis(1), Stains::leave);
				return GenServerContext.current().attach(source, (item) -> Stains.leave());
			});
			for (int i = 0; i < 200; i++) {
				engine.runtime.server("careless").callAsync(null, beside, null, 0, false);
				engine.<Object>ref("careless").callAsync((instance) -> 1).whenComplete((value, failure) -> {
					if (!Thread.currentThread().getName().equals("main")) {
						Stains.leave();
					}
				});
				source.submit(i);
				engine.<Object>ref("dying", "k" + i).cast((instance) -> GenServerContext.current().stop());
				victim.call((instance) -> found.addAll(Stains.found()));
			}
		}
		assertThat(found).isEmpty();
	}

	@Test
	void S01_theThreadThatWatchesDeadlinesIsCleanedToo() throws Exception {
		Queue<String> found = new ConcurrentLinkedQueue<>();
		WorkerScheduler workers = new WorkerScheduler(SchedulerSettings.DEFAULTS);
		CountDownLatch rung = new CountDownLatch(2);
		Runnable careless = () -> {
			found.addAll(Stains.found());
			Stains.leave();
			rung.countDown();
		};
		workers.track(new Alarm(workers.nanoTime(), () -> {
			careless.run();
			workers.track(new Alarm(workers.nanoTime() + 3_000_000, careless));
		}));
		assertThat(rung.await(30, TimeUnit.SECONDS)).isTrue();
		workers.close(10, TimeUnit.SECONDS);
		assertThat(found).isEmpty();
	}

	@Test
	void S01_aThreadOfTheUsersHasTheApplicationsClassLoaderInTheTurnAndIsGivenBackAsItWas() throws Exception {
		List<String> afterwards = new ArrayList<>();
		AtomicReference<ClassLoader> before = new AtomicReference<>();
		ThreadFactory factory = (task) -> new Thread(task, "users-own");
		try (ExecutorService one = Executors.newSingleThreadExecutor(factory);
				Engine engine = new Engine(new WorkerScheduler(SchedulerSettings.DEFAULTS),
						RuntimeSettings.DEFAULTS.withClassLoader(APPLICATION))) {
			one.submit(() -> before.set(Thread.currentThread().getContextClassLoader())).get();
			TurnExecutor own = new TurnExecutor("one", one, () -> false);
			engine.runtime.add(new ServerDefinition("server", Object.class, List.of(), false, List.of(), Object::new,
					ServerSettings.DEFAULTS, List.of(), own));
			engine.runtime.start();
			ClassLoader inTurn = engine.<Object>ref("server").call((instance) -> {
				ClassLoader found = Thread.currentThread().getContextClassLoader();
				Stains.leave();
				return found;
			});
			assertThat(inTurn).isSameAs(APPLICATION);
			one.submit(() -> {
				Thread thread = Thread.currentThread();
				afterwards.addAll(Stains.found());
				afterwards.add(thread.getName());
				assertThat(thread.getContextClassLoader()).isSameAs(before.get());
				return null;
			}).get();
		}
		assertThat(afterwards).containsExactly("users-own");
	}

	@Test
	void S01_workersAndWhatTellsOfResultsHaveTheApplicationsClassLoader() throws Exception {
		RuntimeSettings settings = RuntimeSettings.DEFAULTS.withClassLoader(APPLICATION);
		Queue<ClassLoader> seen = new ConcurrentLinkedQueue<>();
		Runnable look = () -> seen.add(Thread.currentThread().getContextClassLoader());
		GenServerRuntime runtime = new GenServerRuntime(settings, null, List.of((DeadLetter letter) -> look.run()),
				() -> false, (event) -> look.run());
		CompletableFuture<Void> told = new CompletableFuture<>();
		Server server = runtime.add(new ServerDefinition("server", Object.class, List.of(), false, List.of(), () -> {
			look.run();
			return new Object();
		}, ServerSettings.DEFAULTS));
		runtime.start();
		GenServerRef<Object> ref = new LocalRef<>(server, null);
		CountDownLatch ticked = new CountDownLatch(1);
		CountDownLatch registered = new CountDownLatch(1);
		ref.callAsync((instance) -> {
			look.run();
			GenServerContext.current().schedule(Duration.ofMillis(1), () -> {
				look.run();
				ticked.countDown();
			});
			registered.await();
			return 1;
		}).whenComplete((value, failure) -> {
			look.run();
			told.complete(null);
		});
		registered.countDown();
		told.get(30, TimeUnit.SECONDS);
		assertThat(ticked.await(30, TimeUnit.SECONDS)).isTrue();
		runtime.shutdown();
		assertThat(seen).hasSizeGreaterThanOrEqualTo(5).containsOnly(APPLICATION);
	}

	@Test
	void S01_aTurnThatAThreadRunsInTheMidstOfAnotherLeavesThatAsItWas() throws Exception {
		// An executor whose threads help while they
		// wait, as those of a fork-join pool do.
		Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
		TurnExecutor own = new TurnExecutor("helping", queue::add, () -> false);
		AtomicReference<Throwable> failure = new AtomicReference<>();
		try (Engine engine = Engine.onWorkers()) {
			for (String name : List.of("outer", "inner")) {
				engine.runtime.add(new ServerDefinition(name, Object.class, List.of(), false, List.of(), Object::new,
						ServerSettings.DEFAULTS, List.of(), own));
			}
			Thread helping = new Thread(() -> {
				while (!Thread.currentThread().getName().equals("enough")) {
					Runnable next = queue.poll();
					if (next != null) {
						next.run();
					}
					Thread.onSpinWait();
				}
			}, "helping");
			helping.setUncaughtExceptionHandler((thread, ex) -> failure.set(ex));
			helping.setDaemon(true);
			helping.start();
			engine.runtime.start();
			List<String> seen = new ArrayList<>();
			CompletableFuture<String> outer = engine.<Object>ref("outer")
				.withTimeout(Duration.ofSeconds(20))
				.callAsync((instance) -> {
					Thread thread = Thread.currentThread();
					thread.interrupt();
					thread.setName("of-outer");
					CompletableFuture<String> inner = engine.<Object>ref("inner").callAsync((other) -> {
						seen.add(GenServerContext.current().name());
						seen.addAll(Stains.found());
						Stains.leave();
						return "inner";
					});
					while (!inner.isDone()) {
						Runnable next = queue.poll();
						if (next != null) {
							next.run();
						}
					}
					seen.add(GenServerContext.current().name());
					seen.add(GenServerContext.current().caller().toString());
					seen.add("remaining " + (GenServerContext.current().remaining() != null));
					seen.add(thread.getName());
					seen.addAll(Stains.found());
					// Which would be a cycle if the engine knew what runs here.
					return "outer";
				});
			assertThat(outer.get(30, TimeUnit.SECONDS)).isEqualTo("outer");
			assertThat(seen).containsExactly("inner", "outer", "thread " + Thread.currentThread().getName(),
					"remaining true", "of-outer", "the interrupt flag");
			for (String name : List.of("outer", "inner")) {
				CompletableFuture<?> stopped = engine.stop(name);
				stopped.get(30, TimeUnit.SECONDS);
			}
			queue.add(() -> Thread.currentThread().setName("enough"));
			helping.join(30_000);
		}
		assertThat(failure.get()).isNull();
	}

}
