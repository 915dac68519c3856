package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

import io.genserver.BlockingCallException;
import io.genserver.CallCycleException;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.ServerState;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.runtime.contract.ReplyAdapters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * No turn waits for itself, whatever it waits with.
 */
class S11SelfWaitTests {

	/** Ways to wait for a future. */
	private static final List<Function<CompletableFuture<?>, Callable<?>>> WAITS = List.of((future) -> future::get,
			(future) -> future::join, (future) -> () -> future.get(1, TimeUnit.MINUTES),
			(future) -> () -> future.thenApply((value) -> value).join(), (future) -> () -> future.thenRun(() -> {
			}).handle((value, failure) -> {
				if (failure != null) {
					throw new IllegalStateException(failure);
				}
				return value;
			}).get(1, TimeUnit.MINUTES));

	private static Stream<Arguments> selfWaits() {
		return Stream.of("stop", "termination", "registry stop", "call")
			.flatMap((what) -> Stream.of("turn", "beside", "timer", "constructor", "termination method")
				.filter((where) -> !(what.equals("call") && !where.equals("turn") && !where.equals("timer")))
				.map((where) -> Arguments.of(what, where)));
	}

	private static CompletableFuture<?> self(String what, Engine engine) {
		GenServerRef<Object> self = engine.ref("server");
		return switch (what) {
			case "stop" -> self.stop();
			case "termination" -> self.termination();
			case "registry stop" -> registry(engine).stop("server");
			default -> self.callAsync(Object::hashCode);
		};
	}

	private static GenServerRegistry registry(Engine engine) {
		return new LocalRegistry(engine.runtime, new ReflectiveContracts(ReplyAdapters.JDK), ServerSettings.DEFAULTS);
	}

	@ParameterizedTest
	@MethodSource("selfWaits")
	void S11_aTurnThatWaitsForItsOwnServerFailsAtOnce(String what, String where) {
		for (Function<CompletableFuture<?>, Callable<?>> way : WAITS) {
			Seeds.each(5, (scheduler) -> {
				Engine engine = new Engine(scheduler);
				List<Throwable> failures = new ArrayList<>();
				TestOperation.Handler waits = (instance, payload) -> {
					long begin = scheduler.nanoTime();
					failures.add(catchThrowable(() -> way.apply(self(what, engine)).call()));
					assertThat(scheduler.nanoTime() - begin).isLessThan(Duration.ofMillis(100).toNanos());
					return null;
				};
				TestOperation inTurn = TestOperation.call("turn", waits);
				TestOperation beside = TestOperation.concurrent("beside", 1, waits);
				InstanceFactory factory = new InstanceFactory() {

					@Override
					public Object create() {
						run("constructor");
						return new Object();
					}

					@Override
					public void destroy(Object instance) {
						run("termination method");
					}

					private void run(String place) {
						if (place.equals(where) && failures.isEmpty()) {
							try {
								waits.handle("", null);
							}
							catch (Throwable ex) {
								throw new IllegalStateException(ex);
							}
						}
					}

				};
				Server server = engine.add("server", ServerSettings.DEFAULTS, factory, inTurn, beside);
				scheduler.spawn("starter", () -> {
					engine.runtime.start();
					return null;
				});
				scheduler.settle();
				switch (where) {
					case "turn" -> server.callAsync(null, inTurn, null, 0, false);
					case "beside" -> server.callAsync(null, beside, null, 0, false);
					case "timer" -> engine.<Object>ref("server")
						.cast((instance) -> GenServerContext.current().schedule(Duration.ofMillis(1), () -> {
							try {
								waits.handle(instance, null);
							}
							catch (Throwable ex) {
								throw new IllegalStateException(ex);
							}
						}));
					case "termination method" -> server.instances().restart(null);
					default -> {
					}
				}
				scheduler.settle();
				scheduler.advance(Duration.ofMillis(10));
				scheduler.settle();
				assertThat(failures).singleElement().satisfies(S11SelfWaitTests::isCycle);
				assertThat(engine.cell("server").work().inFlight()).isNull();
				if (what.endsWith("stop")) {
					assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.STOPPED);
				}
				engine.close();
			});
		}
	}

	private static void isCycle(Throwable failure) {
		Throwable each = failure;
		while (each != null && !(each instanceof CallCycleException)) {
			each = each.getCause();
		}
		assertThat(each).as("cause of %s", failure).isInstanceOf(CallCycleException.class);
		assertThat(each).hasMessageContaining("server -> server");
	}

	@Test
	void S11_soDoesOneThatReturnsTheEndOfItsOwnServer() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			TestOperation operation = TestOperation.call("end",
					(instance, payload) -> GenServerContext.current().self().stop());
			Server server = engine.add("server", ServerSettings.DEFAULTS, Object::new, operation);
			engine.runtime.start();
			CompletableFuture<Object> reply = server.callAsync(null, operation, null, 0, false);
			scheduler.settle();
			assertThat(reply.exceptionNow()).isInstanceOf(CallCycleException.class);
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.STOPPED);
			engine.close();
		});
	}

	/** What a handler may make of a future before it returns it. */
	private static final List<Function<CompletableFuture<?>, CompletableFuture<?>>> DERIVED = List
		.of((future) -> future.thenApply((value) -> value), (future) -> future.thenRun(() -> {
		}).thenApplyAsync((value) -> value), (future) -> future.whenComplete((value, failure) -> {
		}), CompletableFuture::copy, (future) -> future.thenCompose(CompletableFuture::completedFuture),
				(future) -> future.orTimeout(1, TimeUnit.HOURS),
				(future) -> future.thenCombine(new CompletableFuture<>(), (one, other) -> one),
				(future) -> GenServerContext.current()
					.<Object>self()
					.callAsync(Object::hashCode)
					.thenCombine(future, (one, other) -> one),
				(future) -> future.thenRun(() -> {
				}).thenCompose((none) -> new CompletableFuture<>()));

	@Test
	void S11_soDoesOneThatReturnsWhatDependsOnACallThatClosesACycle() {
		for (Function<CompletableFuture<?>, CompletableFuture<?>> way : DERIVED) {
			for (String what : List.of("call", "stop")) {
				Seeds.each(5, (scheduler) -> {
					Engine engine = new Engine(scheduler);
					TestOperation operation = TestOperation.call("turn",
							(instance, payload) -> way.apply(self(what, engine)));
					Server server = engine.add("server", ServerSettings.DEFAULTS, Object::new, operation);
					engine.runtime.start();
					long begin = scheduler.nanoTime();
					CompletableFuture<Object> reply = server.callAsync(null, operation, null, 0, false);
					scheduler.settle();
					assertThat(scheduler.nanoTime() - begin).isLessThan(Duration.ofMillis(100).toNanos());
					assertThat(reply.exceptionNow()).satisfies(S11SelfWaitTests::isCycle);
					engine.close();
				});
			}
		}
	}

	@Test
	void S11_soDoesAHandlerBesideTheTurnThatReturnsTheEndOfItsOwnServer() {
		for (Function<CompletableFuture<?>, CompletableFuture<?>> way : DERIVED) {
			Seeds.each(5, (scheduler) -> {
				Engine engine = new Engine(scheduler);
				TestOperation operation = TestOperation.concurrent("beside", 1,
						(instance, payload) -> way.apply(self("stop", engine)));
				Server server = engine.add("server", ServerSettings.DEFAULTS, Object::new, operation);
				engine.runtime.start();
				CompletableFuture<Object> reply = server.callAsync(null, operation, null, 0, false);
				scheduler.settle();
				assertThat(reply.exceptionNow()).satisfies(S11SelfWaitTests::isCycle);
				assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.STOPPED);
				engine.close();
			});
		}
	}

	@Test
	void S11_ofTwoFuturesThatAreBothNeededEitherMayCloseACycle() {
		List<Function<CompletableFuture<?>, Callable<?>>> ways = List.of((both) -> both::join, (both) -> both::get,
				(both) -> () -> both.thenApply((value) -> value).get(1, TimeUnit.MINUTES), (both) -> () -> both);
		for (Function<CompletableFuture<?>, Callable<?>> way : ways) {
			for (boolean later : new boolean[] { false, true }) {
				Seeds.each(10, (scheduler) -> {
					Engine engine = new Engine(scheduler);
					for (String name : List.of("server", "second", "third")) {
						engine.add(name, ServerSettings.DEFAULTS, Object::new);
					}
					engine.runtime.start();
					GenServerRef<Object> first = engine.ref("server");
					GenServerRef<Object> second = engine.ref("second");
					long begin = scheduler.nanoTime();
					List<CompletableFuture<Integer>> own = new ArrayList<>();
					CompletableFuture<Object> reply = first.callAsync((a) -> {
						own.add(first.callAsync((again) -> 1));
						CompletableFuture<Integer> other = second.callAsync((b) -> {
							if (later) {
								scheduler.sleep(Duration.ofMillis(5));
							}
							return 2;
						});
						return way.apply(other.thenCombine(own.get(0), Integer::sum)).call();
					});
					scheduler.sleep(Duration.ofMillis(50));
					assertThat(catchThrowable(reply::join)).satisfies(S11SelfWaitTests::isCycle);
					assertThat(own.get(0)).as("it was not given up").isCompletedWithValue(1);
					assertThat(scheduler.nanoTime() - begin).isLessThan(Duration.ofMillis(100).toNanos());
					engine.close();
				});
			}
		}
	}

	@Test
	void S11_whatAFunctionReturnsLaterMayCloseACycleToo() {
		List<Function<CompletableFuture<?>, Callable<?>>> ways = List.of((composed) -> composed::join,
				(composed) -> () -> composed.thenApply((value) -> value).get(1, TimeUnit.MINUTES),
				(composed) -> () -> composed);
		for (Function<CompletableFuture<?>, Callable<?>> way : ways) {
			Seeds.each(20, (scheduler) -> {
				Engine engine = new Engine(scheduler);
				for (String name : List.of("server", "second", "third")) {
					engine.add(name, ServerSettings.DEFAULTS, Object::new);
				}
				engine.runtime.start();
				GenServerRef<Object> first = engine.ref("server");
				GenServerRef<Object> second = engine.ref("second");
				GenServerRef<Object> third = engine.ref("third");
				long begin = scheduler.nanoTime();
				CompletableFuture<Object> alone = first.callAsync(
						(a) -> way
							.apply(second.callAsync((b) -> 1)
								.thenCompose((one) -> third.callAsync((c) -> 2)
									.thenCompose((two) -> first.callAsync((again) -> 3))))
							.call());
				scheduler.settle();
				assertThat(catchThrowable(alone::join)).satisfies(S11SelfWaitTests::isCycle);
				CompletableFuture<Object> throughOthers = first.callAsync(
						(a) -> way
							.apply(second.callAsync((b) -> 1)
								.thenCompose((one) -> third
									.callAsync((c) -> first.<Object, RuntimeException>call((again) -> 3))))
							.call());
				scheduler.settle();
				assertThat(catchThrowable(throughOthers::join)).hasStackTraceContaining("CallCycleException")
					.hasStackTraceContaining("third -> server");
				CompletableFuture<Object> sound = first.callAsync((a) -> way
					.apply(second.callAsync((b) -> 1).thenCompose((one) -> third.callAsync((c) -> one + 2)))
					.call());
				scheduler.settle();
				assertThat(sound).isCompleted();
				assertThat(sound.isCompletedExceptionally()).isFalse();
				assertThat(scheduler.nanoTime() - begin).isLessThan(Duration.ofMillis(100).toNanos());
				engine.close();
			});
		}
	}

	@Test
	void S11_aFutureThatHasCompletedIsNoPartOfACycleThoughItsOtherHalfIsAwaited() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			for (String name : List.of("server", "second", "third")) {
				engine.add(name, ServerSettings.DEFAULTS, Object::new);
			}
			engine.runtime.start();
			GenServerRef<Object> first = engine.ref("server");
			GenServerRef<Object> second = engine.ref("second");
			GenServerRef<Object> third = engine.ref("third");
			CompletableFuture<Integer> sum = first.callAsync((a) -> {
				CompletableFuture<Integer> one = second.callAsync((b) -> 1);
				CompletableFuture<Integer> two = third.callAsync((c) -> {
					scheduler.sleep(Duration.ofMillis(20));
					return 2;
				});
				return one.thenCombine(two, Integer::sum).join();
			});
			scheduler.sleep(Duration.ofMillis(5));
			CompletableFuture<Integer> behind = second.callAsync((b) -> first.call((a) -> 3));
			scheduler.sleep(Duration.ofMillis(50));
			assertThat(sum).isCompletedWithValue(3);
			assertThat(behind).isCompletedWithValue(3);
			engine.close();
		});
	}

	@Test
	void S11_aWaitForTheEndOfAServerThatWaitsIsPartOfACycle() {
		for (boolean stops : new boolean[] { false, true }) {
			Seeds.each(50, (scheduler) -> {
				Engine engine = new Engine(scheduler);
				engine.add("first", ServerSettings.DEFAULTS, Object::new);
				engine.add("second", ServerSettings.DEFAULTS, Object::new);
				engine.runtime.start();
				GenServerRef<Object> first = engine.ref("first");
				GenServerRef<Object> second = engine.ref("second");
				long begin = scheduler.nanoTime();
				CompletableFuture<Object> one = first.callAsync(
						(instance) -> second.call((other) -> (stops ? first.stop() : first.termination()).get()));
				scheduler.settle();
				assertThat(one).isCompletedExceptionally();
				assertThat(scheduler.nanoTime() - begin).isLessThan(Duration.ofMillis(100).toNanos());
				engine.close();
			});
		}
	}

	@Test
	void S11_theJoinOfACallThatClosesACycleFailsAtOnceAndOneThatDoesNotGoesOn() {
		for (Function<CompletableFuture<?>, Callable<?>> way : WAITS) {
			Seeds.each(20, (scheduler) -> {
				Engine engine = new Engine(scheduler);
				engine.add("server", ServerSettings.DEFAULTS, Object::new);
				engine.add("second", ServerSettings.DEFAULTS, Object::new);
				engine.add("third", ServerSettings.DEFAULTS, Object::new);
				engine.runtime.start();
				GenServerRef<Object> first = engine.ref("server");
				GenServerRef<Object> second = engine.ref("second");
				GenServerRef<Object> third = engine.ref("third");
				long begin = scheduler.nanoTime();
				CompletableFuture<Object> cycle = first.callAsync(
						(a) -> way.apply(second.callAsync((b) -> way.apply(first.callAsync((c) -> 1)).call())).call());
				scheduler.settle();
				assertThat(catchThrowable(cycle::join)).isNotNull();
				// A diamond: both ask the third.
				CompletableFuture<Object> diamond = first.callAsync((a) -> {
					CompletableFuture<Object> left = second
						.callAsync((b) -> way.apply(third.callAsync((c) -> 1)).call());
					CompletableFuture<Integer> right = third.callAsync((c) -> 1);
					way.apply(right).call();
					return way.apply(left).call();
				});
				scheduler.settle();
				assertThat(diamond).isCompleted();
				assertThat(diamond.isCompletedExceptionally()).isFalse();
				assertThat(scheduler.nanoTime() - begin).isLessThan(Duration.ofMillis(100).toNanos());
				engine.close();
			});
		}
	}

	@Test
	void S11_whatMayCompleteWithoutTheCallIsNoPartOfACycle() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("server", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			GenServerRef<Object> server = engine.ref("server");
			CompletableFuture<String> fallback = new CompletableFuture<>();
			CompletableFuture<String> reply = server.callAsync((instance) -> {
				CompletableFuture<String> own = server.callAsync((again) -> "own");
				return own.applyToEither(fallback, (value) -> value).thenApply((value) -> value + "!").join();
			});
			scheduler.settle();
			assertThat(reply).isNotDone();
			fallback.complete("fallback");
			scheduler.settle();
			assertThat(reply).isCompletedWithValue("fallback!");
			engine.close();
		});
	}

	@Test
	void S08_whatWouldBlockAnEventLoopFailsAtOnceForFuturesToo() {
		for (Function<CompletableFuture<?>, Callable<?>> way : WAITS) {
			Seeds.each(2, (scheduler) -> {
				Engine engine = new Engine(scheduler);
				engine.add("server", ServerSettings.DEFAULTS, Object::new);
				engine.runtime.start();
				GenServerRef<Object> server = engine.ref("server");
				CompletableFuture<Integer> call = server.callAsync((instance) -> 1);
				CompletableFuture<?> end = server.termination();
				engine.asEventLoop(() -> {
					assertThatExceptionOfType(BlockingCallException.class).isThrownBy(() -> way.apply(call).call())
						.withMessageContaining("must not block")
						.matches((failure) -> !failure.notExecuted(), "may be executed");
					assertThatExceptionOfType(BlockingCallException.class).isThrownBy(() -> way.apply(end).call());
				});
				scheduler.settle();
				engine.asEventLoop(() -> assertThat(call.join()).isOne());
				engine.close();
			});
		}
	}

	@Test
	void S14_theThreadThatStartsTheApplicationDoesNotWaitForFuturesEither() {
		for (Function<CompletableFuture<?>, Callable<?>> way : WAITS) {
			Seeds.each(2, (scheduler) -> {
				Engine engine = new Engine(scheduler);
				engine.add("server", ServerSettings.DEFAULTS, Object::new);
				GenServerRef<Object> server = engine.ref("server");
				CompletableFuture<Integer> early = server.callAsync((instance) -> 1);
				assertThatExceptionOfType(BlockingCallException.class).isThrownBy(() -> way.apply(early).call())
					.withMessageContaining("starts the application");
				engine.runtime.start();
				assertThat(early.join()).isOne();
				engine.close();
			});
		}
	}

	@Test
	void S11_aServerWhoseConstructorWaitsForTheTurnThatStartsItFailsAtOnce() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("server", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			GenServerRef<Object> server = engine.ref("server");
			GenServerRegistry registry = registry(engine);
			long begin = scheduler.nanoTime();
			CompletableFuture<Object> reply = server
				.callAsync((instance) -> registry.start("added", Object.class, () -> {
					server.call(Object::hashCode);
					return new Object();
				}));
			scheduler.settle();
			assertThat(reply).isCompletedExceptionally();
			assertThat(scheduler.nanoTime() - begin).isLessThan(Duration.ofMillis(100).toNanos());
			assertThat(registry.names()).containsExactly("server");
			engine.close();
		});
	}

}
