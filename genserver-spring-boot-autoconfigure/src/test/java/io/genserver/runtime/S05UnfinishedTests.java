package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerUnavailableException;
import io.genserver.Reply;
import io.genserver.ServerState;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.cell.Commands;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.message.EngineFuture;
import io.genserver.runtime.scheduling.Waiting;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Nothing waits for ever for what a handler returned.
 */
class S05UnfinishedTests {

	/** A restart would show, if what is given up counted as a failure. */
	private static final ServerSettings SETTINGS = ServerSettings.DEFAULTS.withStrategy(SupervisionStrategy.RESTART);

	/** How an operation runs: in the turn or beside it. */
	enum Place {

		IN_TURN {

			@Override
			TestOperation call(TestOperation.Handler handler) {
				return TestOperation.call("unfinished", handler);
			}

		},

		BESIDE {

			@Override
			TestOperation call(TestOperation.Handler handler) {
				return TestOperation.concurrent("unfinished", 1, handler);
			}

		};

		abstract TestOperation call(TestOperation.Handler handler);

	}

	private static final class Given {

		final Engine engine;

		final Server server;

		final TestOperation operation;

		final List<CompletableFuture<Object>> returned = new ArrayList<>();

		Given(SeededScheduler scheduler, Place place, ServerSettings settings) {
			this.engine = new Engine(scheduler);
			this.operation = place.call((instance, payload) -> {
				scheduler.letOthersRun();
				CompletableFuture<Object> never = (payload != null) ? new Owned() : new CompletableFuture<>();
				this.returned.add(never);
				return never;
			});
			this.server = this.engine.add("server", settings, Object::new, this.operation);
			this.engine.runtime.start();
		}

		CompletableFuture<Object> call(Object payload) {
			return this.server.callAsync(null, this.operation, payload, 0, false);
		}

		void goesOn() {
			((SeededScheduler) this.engine.scheduler).settle();
			GenServerRef<Object> ref = this.engine.ref("server");
			assertThat(ref.<Integer, RuntimeException>call((instance) -> 7)).isEqualTo(7);
			((SeededScheduler) this.engine.scheduler).settle();
			assertThat(this.engine.cell("server").life().restarts()).isZero();
			assertThat(this.engine.cell("server").work().inFlight()).isNull();
			assertThat(this.engine.cell("server").isQuiet()).isTrue();
		}

	}

	/** Stands for a subscription. */
	private static final class Owned extends CompletableFuture<Object> implements EngineFuture {

	}

	@Test
	void S05_whatAHandlerReturnedIsGivenUpWhenItsCallerCancels() {
		for (Place place : Place.values()) {
			cancelled(place);
		}
	}

	private static void cancelled(Place place) {
		Seeds.each(100, (scheduler) -> {
			Given given = new Given(scheduler, place, SETTINGS);
			CompletableFuture<Object> reply = given.call(null);
			for (int i = scheduler.choices().nextInt(12); i > 0; i--) {
				scheduler.letOthersRun();
			}
			reply.cancel(false);
			given.goesOn();
			given.engine.close();
		});
	}

	@ParameterizedTest
	@EnumSource
	void S05_andAtItsDeadline(Place place) {
		Seeds.each(50, (scheduler) -> {
			Given given = new Given(scheduler, place, SETTINGS);
			CompletableFuture<Object> reply = given.call(null);
			CompletableFuture<Object> blocked = scheduler.spawn("blocked",
					() -> given.server.call(null, given.operation, null, 0, false));
			scheduler.settle();
			scheduler.advance(Duration.ofSeconds(6));
			scheduler.settle();
			assertThat(reply.exceptionNow()).isInstanceOf(GenServerTimeoutException.class);
			assertThat(blocked.exceptionNow()).isInstanceOf(GenServerTimeoutException.class);
			given.goesOn();
			given.engine.close();
		});
	}

	@ParameterizedTest
	@EnumSource
	void S05_whatBelongsToTheEngineIsCancelledAndAnyOtherFutureIsAbandonedAndCounted(Place place) {
		Seeds.each(20, (scheduler) -> {
			Given given = new Given(scheduler, place, SETTINGS);
			for (Object owned : new Object[] { "owned", null }) {
				CompletableFuture<Object> reply = given.call(owned);
				scheduler.settle();
				reply.cancel(false);
				scheduler.settle();
			}
			assertThat(given.returned.get(0)).isCancelled();
			assertThat(given.returned.get(1)).isNotDone();
			assertThat(given.server.abandonedReplies()).isOne();
			assertThat(given.engine.lateReplies).hasValue(0);
			given.returned.get(1).complete("late");
			scheduler.settle();
			assertThat(given.engine.lateReplies).hasValue(1);
			given.goesOn();
			given.engine.close();
		});
	}

	@ParameterizedTest
	@EnumSource
	void S05_aLateCompletionDoesNotTouchALaterMessage(Place place) {
		Seeds.each(100, (scheduler) -> {
			Given given = new Given(scheduler, place, SETTINGS);
			CompletableFuture<Object> first = given.call(null);
			scheduler.settle();
			first.cancel(false);
			CompletableFuture<Object> second = given.call(null);
			scheduler.settle();
			given.returned.get(0).complete("of the first");
			scheduler.settle();
			assertThat(second).isNotDone();
			given.returned.get(1).complete("of the second");
			scheduler.settle();
			assertThat(second).isCompletedWithValue("of the second");
			given.goesOn();
			given.engine.close();
		});
	}

	@ParameterizedTest
	@EnumSource
	void S05_aCompletionThatMeetsTheCancellationEndsTheMessageOnce(Place place) {
		Seeds.each(200, (scheduler) -> {
			Given given = new Given(scheduler, place, SETTINGS);
			CompletableFuture<Object> reply = given.call(null);
			scheduler.spawn("completer", () -> {
				scheduler.letOthersRun();
				given.returned.forEach((each) -> each.complete("value"));
				return null;
			});
			for (int i = scheduler.choices().nextInt(8); i > 0; i--) {
				scheduler.letOthersRun();
			}
			reply.cancel(false);
			scheduler.finish();
			given.goesOn();
			assertThat(given.engine.cell("server").statistics().processedCount()).isLessThanOrEqualTo(2);
			given.engine.close();
		});
	}

	@Test
	void S05_aReplyThatWasReturnedUnchangedIsCancelled() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			CompletableFuture<Object> never = new CompletableFuture<>();
			TestOperation inner = TestOperation.call("inner", (instance, payload) -> never);
			Server second = engine.add("second", SETTINGS, Object::new, inner);
			TestOperation outer = TestOperation.call("outer",
					(instance, payload) -> second.callAsync(null, inner, null, 0, false));
			Server first = engine.add("first", SETTINGS, Object::new, outer);
			engine.runtime.start();
			CompletableFuture<Object> reply = first.callAsync(null, outer, null, 0, false);
			scheduler.settle();
			reply.cancel(false);
			scheduler.settle();
			for (String name : List.of("first", "second")) {
				assertThat(engine.cell(name).isQuiet()).as(name).isTrue();
			}
			assertThat(first.abandonedReplies()).isZero();
			assertThat(second.abandonedReplies()).isOne();
			engine.close();
		});
	}

	@Test
	void S05_whatACastsHandlerReturnedIsGivenUpAfterTheHandlerTimeout() {
		assertThat(ServerSettings.DEFAULTS.handlerTimeout()).isNull();
		for (Duration limit : new Duration[] { null, Duration.ofSeconds(2), Duration.ofSeconds(Long.MAX_VALUE) }) {
			Seeds.each(20, (scheduler) -> {
				Engine engine = new Engine(scheduler);
				TestOperation cast = TestOperation.cast("cast", (instance, payload) -> new CompletableFuture<>());
				Server server = engine.add("server", SETTINGS.withHandlerLimits(limit, ServerSettings.STOP_GRACE),
						Object::new, cast);
				engine.runtime.start();
				server.cast(null, cast, null);
				Duration time = (limit != null) ? limit : Duration.ofSeconds(5);
				boolean ever = time.compareTo(Duration.ofMinutes(1)) < 0;
				scheduler.settle();
				scheduler.advance((ever ? time : Duration.ofMinutes(1)).minusMillis(1));
				scheduler.settle();
				assertThat(engine.cell("server").work().inFlight()).isNotNull();
				scheduler.advance(Duration.ofMillis(2));
				scheduler.settle();
				assertThat(engine.cell("server").work().inFlight() == null).isEqualTo(ever);
				if (ever) {
					assertThat(ServerInfos.of(server).failures()).singleElement()
						.satisfies((failure) -> assertThat(failure.message())
							.contains("genserver.servers.server.handler-timeout"));
					assertThat(engine.<Object>ref("server").<Integer, RuntimeException>call((instance) -> 1)).isOne();
					assertThat(engine.cell("server").life().restarts()).isZero();
				}
				engine.close();
			});
		}
	}

	@Test
	void S05_theHandlerTimeoutNeverLimitsWhatRuns() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<String> done = new ArrayList<>();
			TestOperation cast = TestOperation.cast("cast", (instance, payload) -> {
				scheduler.sleep(Duration.ofSeconds(30));
				done.add("ran");
				return null;
			});
			Server server = engine.add("server",
					SETTINGS.withHandlerLimits(Duration.ofSeconds(1), ServerSettings.STOP_GRACE), Object::new, cast);
			engine.runtime.start();
			server.cast(null, cast, null);
			scheduler.sleep(Duration.ofSeconds(31));
			assertThat(done).containsExactly("ran");
			engine.close();
		});
	}

	@Test
	void S13_aRestartEndsAWaitAtOnceAndTheCallerIsTold() {
		for (Place place : Place.values()) {
			ends(place, (instances) -> instances.restart(null), (given) -> {
				return given.engine.cell("server").life().restarts() == 1;
			});
		}
	}

	@ParameterizedTest
	@EnumSource
	void S03_aStopEndsAWaitAtOnceAndTheCallerIsTold(Place place) {
		ends(place, (instances) -> instances.stopping((String) null),
				(given) -> given.engine.cell("server").life().state() == ServerState.STOPPED);
	}

	private static void ends(Place place, Consumer<Instances> command, Function<Given, Boolean> expected) {
		Seeds.each(100, (scheduler) -> {
			Given given = new Given(scheduler, place, SETTINGS);
			CompletableFuture<Object> reply = given.call(null);
			// At any step: before the message is taken,
			// while its handler runs, while it waits.
			for (int i = scheduler.choices().nextInt(12); i > 0; i--) {
				scheduler.letOthersRun();
			}
			boolean returned = !given.returned.isEmpty();
			command.accept(given.server.instances());
			scheduler.settle();
			assertThat(expected.apply(given)).isTrue();
			if (returned) {
				assertThat(reply.exceptionNow()).isInstanceOf(GenServerUnavailableException.class)
					.hasMessageContaining("unfinished")
					.satisfies(
							(failure) -> assertThat(((GenServerUnavailableException) failure).notExecuted()).isFalse());
			}
			reply.cancel(false);
			scheduler.settle();
			given.engine.close();
		});
	}

	@Test
	void S05_aHandlerThatStopsItsOwnServerMayFinishWhatItReturned() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			CompletableFuture<Object> source = new CompletableFuture<>();
			TestOperation last = TestOperation.call("last", (instance, payload) -> {
				GenServerContext.current().self().stop();
				return source;
			});
			Server server = engine.add("server", SETTINGS, Object::new, last);
			engine.runtime.start();
			CompletableFuture<Object> reply = server.callAsync(null, last, null, 0, false);
			scheduler.settle();
			assertThat(reply).isNotDone();
			source.complete("last words");
			scheduler.settle();
			assertThat(reply).isCompletedWithValue("last words");
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.STOPPED);
			engine.close();
		});
	}

	@Test
	void S05_aPauseDoesNotEndAWaitAndOneThatEndsMeanwhileIsFollowedByThePause() {
		Seeds.each(50, (scheduler) -> {
			Given given = new Given(scheduler, Place.IN_TURN, SETTINGS);
			CompletableFuture<Object> reply = given.call(null);
			scheduler.settle();
			given.engine.cell("server").command(Commands.SUSPEND);
			scheduler.settle();
			assertThat(reply).isNotDone();
			reply.cancel(false);
			CompletableFuture<Object> next = given.call(null);
			scheduler.settle();
			assertThat(given.engine.cell("server").life().state()).isEqualTo(ServerState.SUSPENDED);
			assertThat(given.returned).hasSize(1);
			given.engine.cell("server").command(Commands.RESUME);
			scheduler.settle();
			assertThat(given.returned).hasSize(2);
			next.cancel(false);
			scheduler.settle();
			given.goesOn();
			given.engine.close();
		});
	}

	@Test
	void S03_whatAHandlerReturnsThatHasPutItsReplyOffIsIgnored() {
		for (Place place : Place.values()) {
			ignored(place);
		}
	}

	private static void ignored(Place place) {
		List<CompletableFuture<?>> ignored = new ArrayList<>();
		ignored.add(null);
		ignored.add(CompletableFuture.failedFuture(new IllegalStateException("ignored")));
		ignored.add(new CompletableFuture<>());
		ignored.add(new Owned());
		ignored.add(CompletableFuture.completedFuture("ignored"));
		for (CompletableFuture<?> each : ignored) {
			Seeds.each(20, (scheduler) -> {
				Engine engine = new Engine(scheduler);
				List<Reply<Object>> replies = new ArrayList<>();
				TestOperation operation = place.call((instance, payload) -> {
					replies.add(GenServerContext.current().deferReply());
					return each;
				});
				Server server = engine.add("server", SETTINGS, Object::new, operation);
				engine.runtime.start();
				CompletableFuture<Object> reply = server.callAsync(null, operation, null, 0, false);
				scheduler.settle();
				assertThat(reply).isNotDone();
				assertThat(engine.cell("server").work().inFlight()).isNull();
				assertThat(engine.<Object>ref("server").<Integer, RuntimeException>call((instance) -> 1)).isOne();
				replies.get(0).complete("later");
				scheduler.settle();
				assertThat(reply).isCompletedWithValue("later");
				assertThat(engine.cell("server").life().restarts()).isZero();
				assertThat(server.abandonedReplies()).isZero();
				engine.close();
			});
		}
	}

	@Test
	void S13_aStopOrRestartInterruptsAHandlerThatRunsOnceTheGraceIsOverAndNothingElse() {
		for (Place place : Place.values()) {
			for (boolean force : new boolean[] { false, true }) {
				Seeds.each(50, (scheduler) -> {
					Engine engine = new Engine(scheduler);
					List<String> ends = new ArrayList<>();
					TestOperation slow = place.call((instance, payload) -> {
						Throwable interrupted = catchThrowable(() -> hang(scheduler));
						ends.add((interrupted != null) ? "interrupted" : "ended");
						throw new IllegalStateException("broken off");
					});
					TestOperation next = TestOperation.call("next", (instance, payload) -> {
						ends.add(Thread.currentThread().isInterrupted() ? "next was interrupted" : "next");
						return null;
					});
					Server server = engine.add("server", SETTINGS, Object::new, slow, next);
					engine.runtime.start();
					CompletableFuture<Object> reply = server.callAsync(null, slow, null, 0, false);
					scheduler.settle();
					server.instances().restart(null, force ? 0 : Duration.ofSeconds(1).toNanos());
					CompletableFuture<Object> queued = server.callAsync(null, next, null, 0, false);
					if (!force) {
						scheduler.settle();
						assertThat(ServerInfos.of(server).pending()).isEqualTo("restart");
						assertThat(ends).isEmpty();
						scheduler.advance(Duration.ofMillis(999));
						scheduler.settle();
						assertThat(ends).isEmpty();
						scheduler.advance(Duration.ofMillis(2));
					}
					scheduler.settle();
					assertThat(reply.exceptionNow()).isInstanceOf(GenServerUnavailableException.class)
						.hasMessageContaining("stop-grace");
					assertThat(queued).isCompletedWithValue(null);
					assertThat(ends).containsExactly("interrupted", "next");
					assertThat(ServerInfos.of(server).pending()).isNull();
					assertThat(engine.cell("server").life().restarts()).isOne();
					engine.close();
				});
			}
		}
	}

	private static void hang(SeededScheduler scheduler) throws InterruptedException {
		scheduler.await(new Waiting(() -> false), scheduler.nanoTime() + Duration.ofDays(1).toNanos());
	}

}
