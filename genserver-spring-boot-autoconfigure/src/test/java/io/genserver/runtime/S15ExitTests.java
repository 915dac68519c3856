package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerUnavailableException;
import io.genserver.ServerState;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.scheduling.Alarm;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Code of a server that ends the application, and so waits for what would wait for it.
 */
class S15ExitTests {

	private static final Duration AT_ONCE = Duration.ofMillis(50);

	/** What a test shuts down, and what it saw. */
	private static final class Application {

		final SeededScheduler scheduler;

		final Engine engine;

		final List<String> log = new ArrayList<>();

		private long before;

		Application(SeededScheduler scheduler) {
			this.scheduler = scheduler;
			this.engine = new Engine(scheduler);
			add("other", () -> {
			}, () -> {
			});
		}

		Server add(String name, Runnable start, Runnable end, Operation... operations) {
			return this.engine.add(name, ServerSettings.DEFAULTS, factory(name, start, end), operations);
		}

		InstanceFactory factory(String name, Runnable start, Runnable end) {
			return new InstanceFactory() {

				@Override
				public Object create() {
					start.run();
					return new Object();
				}

				@Override
				public void destroy(Object instance) {
					Application.this.log.add(name + " terminates");
					end.run();
				}

			};
		}

		void exit() {
			this.log.add("exits");
			this.engine.runtime.shutdown();
			this.log.add("is down");
		}

		void started() {
			this.engine.runtime.start();
			this.before = this.scheduler.nanoTime();
		}

		void assertDownAtOnce(String... names) {
			this.scheduler.finish();
			assertThat(Duration.ofNanos(this.scheduler.nanoTime() - this.before)).isLessThan(AT_ONCE);
			assertThat(this.log).contains("is down");
			assertThat(this.log.indexOf("other terminates")).isBetween(0, this.log.indexOf("is down"));
			assertThat(this.engine.runtime.isRunning()).isFalse();
			assertThat(names)
				.allSatisfy((name) -> assertThat(this.engine.cell(name).life().state()).isEqualTo(ServerState.STOPPED));
		}

	}

	private static void each(java.util.function.Consumer<Application> test) {
		Seeds.each(100, (scheduler) -> test.accept(new Application(scheduler)));
	}

	@Test
	void S15_aHandlerThatExitsIsNotWaitedForAndItsServerTerminatesAfterIt() {
		each((application) -> {
			application.add("admin", () -> {
			}, () -> {
			});
			application.started();
			GenServerRef<Object> admin = application.engine.ref("admin");
			List<Integer> handled = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				int number = i;
				application.engine.ref("other").cast((instance) -> handled.add(number));
			}
			admin.cast((instance) -> application.exit());
			CompletableFuture<Integer> queued = admin.callAsync((instance) -> 1);
			application.assertDownAtOnce("admin", "other");
			assertThat(handled).containsExactly(0, 1, 2);
			assertThat(queued.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(application.log).endsWith("is down", "admin terminates");
		});
	}

	@Test
	void S15_whatElseTheServerOfAHandlerThatExitsDoesIsDrainedAndThenEnded() {
		for (boolean besideTheTurn : new boolean[] { false, true }) {
			each((application) -> {
				TestOperation exits = TestOperation.concurrent("exits", 1, (instance, payload) -> {
					application.exit();
					return 1;
				});
				CompletableFuture<Object> pending = new CompletableFuture<>();
				CompletableFuture<Object> soon = new CompletableFuture<>();
				TestOperation never = TestOperation.concurrent("never", 2, (instance, payload) -> payload);
				Server admin = application.add("admin", () -> {
				}, () -> {
				}, exits, never);
				application.started();
				long timeout = Duration.ofHours(1).toNanos();
				CompletableFuture<Object> drained = admin.callAsync(null, never, soon, timeout, false);
				CompletableFuture<Object> left = admin.callAsync(null, never, pending, timeout, false);
				GenServerRef<Object> ref = application.engine.ref("admin");
				if (besideTheTurn) {
					ref.withTimeout(Duration.ofHours(1)).callAsync((instance) -> pending);
					application.scheduler.settle();
					application.scheduler.spawn("another sender",
							() -> admin.callAsync(null, exits, null, timeout, false));
				}
				else {
					ref.cast((instance) -> application.exit());
				}
				application.scheduler
					.track(new Alarm(application.scheduler.nanoTime() + Duration.ofSeconds(1).toNanos(),
							() -> application.scheduler.execute(() -> soon.complete("done"))));
				application.scheduler.sleep(Duration.ofMinutes(1));
				assertThat(application.log).contains("is down");
				assertThat(drained).as("it had the time to end").isCompletedWithValue("done");
				assertThat(left).as("it was given up").isCompletedExceptionally();
				assertThat(application.log).endsWith("admin terminates");
				assertThat(application.engine.cell("admin").life().state()).isEqualTo(ServerState.STOPPED);
			});
		}
	}

	@Test
	void S15_theCallOfAHandlerThatExitsFailsAtOnceAndReleasesWhoWaitsForIt() {
		each((application) -> {
			application.add("admin", () -> {
			}, () -> {
			});
			application.started();
			GenServerRef<Object> admin = application.engine.ref("admin");
			CompletableFuture<String> chain = application.engine.ref("other").callAsync((instance) -> {
				try {
					admin.call((server) -> {
						application.exit();
						return 1;
					});
					return "answered";
				}
				catch (GenServerUnavailableException ex) {
					return ex.notExecuted() ? "not executed" : "failed";
				}
			});
			application.assertDownAtOnce("admin", "other");
			assertThat(chain).isCompletedWithValue("failed");
		});
	}

	@Test
	void S15_soIsAHandlerBesideTheTurnAndWhatWaitsForItsSlotFails() {
		each((application) -> {
			TestOperation exit = TestOperation.concurrent("exit", 1, (instance, payload) -> {
				application.exit();
				return null;
			});
			Server admin = application.add("admin", () -> {
			}, () -> {
			}, exit);
			application.started();
			CompletableFuture<Object> first = admin.callAsync(null, exit, null, 0, false);
			CompletableFuture<Object> second = admin.callAsync(null, exit, null, 0, false);
			application.assertDownAtOnce("admin", "other");
			assertThat(first.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(second.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(application.log.stream().filter("exits"::equals)).hasSize(1);
		});
	}

	@Test
	void S15_soIsATimer() {
		each((application) -> {
			application.add("admin", () -> GenServerContext.current().schedule(Duration.ofMillis(1), application::exit),
					() -> {
					});
			application.started();
			application.scheduler.sleep(Duration.ofMillis(2));
			application.assertDownAtOnce("admin", "other");
		});
	}

	@Test
	void S15_soIsAContinuation() {
		each((application) -> {
			application.add("admin", () -> {
			}, () -> {
			});
			application.started();
			application.engine.ref("admin")
				.cast((instance) -> GenServerContext.current().continueWith(application::exit));
			application.assertDownAtOnce("admin", "other");
		});
	}

	@Test
	void S15_soIsAStreamThatIsOpened() {
		each((application) -> {
			TestOperation exit = TestOperation.stream("exit", (instance, payload) -> {
				application.exit();
				return null;
			});
			Server admin = application.add("admin", () -> {
			}, () -> {
			}, exit);
			application.started();
			List<Throwable> failures = new ArrayList<>();
			admin.stream(null, exit, null, 0, null, new Flow.Subscriber<>() {

				@Override
				public void onSubscribe(Flow.Subscription subscription) {
					subscription.request(1);
				}

				@Override
				public void onNext(Object item) {
				}

				@Override
				public void onError(Throwable failure) {
					failures.add(failure);
				}

				@Override
				public void onComplete() {
				}

			});
			application.assertDownAtOnce("admin", "other");
			assertThat(failures).singleElement().isInstanceOf(GenServerUnavailableException.class);
		});
	}

	@Test
	void S15_soIsATermination() {
		each((application) -> {
			application.add("admin", () -> {
			}, application::exit);
			application.started();
			application.engine.stop("admin");
			application.assertDownAtOnce("admin", "other");
		});
	}

	@Test
	void S15_soIsAConstructorOfARestart() {
		each((application) -> {
			int[] made = new int[1];
			application.add("admin", () -> {
				if (++made[0] == 2) {
					application.exit();
				}
			}, () -> {
			});
			application.started();
			application.engine.runtime.server("admin").instances().restart(null);
			application.assertDownAtOnce("admin", "other");
		});
	}

	@Test
	void S15_soIsAKeyThatIsMadeToExit() {
		each((application) -> {
			application.engine.addKeyed("keyed", ServerSettings.DEFAULTS,
					application.factory("keyed", application::exit, () -> {
					}));
			application.started();
			CompletableFuture<Integer> call = application.engine.ref("keyed", "k").callAsync((instance) -> 1);
			application.assertDownAtOnce("other");
			assertThat(call.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(application.log).contains("keyed terminates");
		});
	}

	@Test
	void S15_severalHandlersThatExitAtOnceDoNotWaitForEachOther() {
		each((application) -> {
			for (int i = 0; i < 3; i++) {
				application.add("admin-" + i, () -> {
				}, () -> {
				});
			}
			application.started();
			for (int i = 0; i < 3; i++) {
				application.engine.ref("admin-" + i).tryCast((instance) -> application.exit());
			}
			application.exit();
			application.assertDownAtOnce("admin-0", "admin-1", "admin-2", "other");
			assertThat(application.log.stream().filter("is down"::equals).count())
				.isEqualTo(application.log.stream().filter("exits"::equals).count());
		});
	}

	@Test
	void S15_theThreadThatExitsIsNotInterruptedAlthoughOthersHang() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler, Engine.shutdown(Duration.ofMillis(100), Duration.ofSeconds(2)));
			Gate gate = new Gate(scheduler, "never");
			boolean[] interrupted = new boolean[2];
			engine.add("hangs", ServerSettings.DEFAULTS, Object::new);
			engine.add("admin", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			engine.ref("hangs").cast((instance) -> {
				try {
					gate.pass();
				}
				catch (InterruptedException ex) {
					interrupted[0] = true;
				}
			});
			scheduler.settle();
			engine.ref("admin").cast((instance) -> {
				engine.runtime.shutdown();
				interrupted[1] = Thread.currentThread().isInterrupted();
			});
			scheduler.finish();
			assertThat(interrupted).containsExactly(true, false);
		});
	}

	@Test
	void S15_norByTheStopOfItsServer() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler, Engine.shutdown(Duration.ofSeconds(4), Duration.ofSeconds(9)));
			Gate gate = new Gate(scheduler, "never");
			boolean[] interrupted = new boolean[1];
			engine.add("hangs", ServerSettings.DEFAULTS, Object::new);
			engine.add("admin", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			engine.ref("hangs").cast((instance) -> gate.pass());
			scheduler.settle();
			engine.ref("admin").cast((instance) -> {
				engine.stop("admin");
				engine.runtime.shutdown();
				interrupted[0] = Thread.currentThread().isInterrupted();
			});
			scheduler.finish();
			assertThat(interrupted).containsExactly(false);
		});
	}

}
