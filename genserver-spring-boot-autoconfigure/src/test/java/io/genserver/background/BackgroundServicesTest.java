package io.genserver.background;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.genserver.background.BackgroundServiceEvent.Kind;
import io.genserver.background.Completion.Reason;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@RealThreads
class BackgroundServicesTest {

	private final VirtualTime time = new VirtualTime();

	private final List<BackgroundServiceEvent> events = new CopyOnWriteArrayList<>();

	private final BackgroundServices services = new BackgroundServices(this.time, this.events::add,
			Duration.ofSeconds(10));

	/** Released at the end, for steps that ignore everything else. */
	private final CountDownLatch over = new CountDownLatch(1);

	@AfterEach
	void endAll() throws Exception {
		this.over.countDown();
		for (String name : this.services.names()) {
			this.services.cancel(name);
		}
		for (Thread thread : this.time.threads()) {
			thread.interrupt();
			assertThat(thread.join(VirtualTime.HANG_GUARD)).as("%s has ended", thread.getName()).isTrue();
		}
	}

	@Test
	void itemsReachTheConsumerInOrderUntilTheServiceIsDone() throws Exception {
		List<Integer> taken = new ArrayList<>();
		BackgroundHandle<?> handle = this.services.spawn("numbers", upTo(5), taken::add);
		assertThat(end(handle)).isEqualTo(new Completion(Reason.DONE, null));
		assertThat(taken).containsExactly(1, 2, 3, 4, 5);
		assertThat(handle.state()).isEqualTo(ServiceState.DONE);
		assertThat(handle.info().steps()).isEqualTo(6);
		assertThat(handle.info().items()).isEqualTo(5);
	}

	@Test
	void theItemsOfAServiceWithoutConsumerAreCountedAndDropped() throws Exception {
		BackgroundHandle<?> handle = this.services.spawn("numbers", upTo(3));
		assertThat(end(handle).reason()).isEqualTo(Reason.DONE);
		assertThat(handle.info().items()).isEqualTo(3);
	}

	@Test
	void aConsumerThatRefusesEndsTheServiceAndItIsReported() throws Exception {
		List<Integer> taken = new ArrayList<>();
		BackgroundHandle<?> handle = this.services.spawn(ServiceDefinition.of("numbers", upTo(5))
			.withConsumer((item) -> item < 3 && taken.add(item))
			.withRestarts(RestartPolicy.DEFAULTS));
		assertThat(end(handle)).isEqualTo(new Completion(Reason.REFUSED, null));
		assertThat(taken).containsExactly(1, 2);
		assertThat(handle.info().items()).isEqualTo(2);
		assertThat(kinds()).containsExactly(Kind.STARTED, Kind.REFUSED);
	}

	@Test
	void aConsumerThatThrowsFailsTheService() throws Exception {
		IllegalStateException failure = new IllegalStateException("expected");
		BackgroundHandle<?> handle = this.services.spawn("numbers", upTo(5), (item) -> {
			throw failure;
		});
		assertThat(end(handle)).isEqualTo(new Completion(Reason.FAILED, failure));
	}

	@Test
	void aSlowConsumerHoldsTheServiceBack() throws Exception {
		SynchronousQueue<Integer> handedOver = new SynchronousQueue<>();
		AtomicInteger produced = new AtomicInteger();
		BackgroundHandle<?> handle = this.services.spawn("numbers",
				(BackgroundService<Integer>) (token) -> Step.item(produced.incrementAndGet()), (item) -> {
					handedOver.put(item);
					return true;
				});
		assertThat(handedOver.poll(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(1);
		assertThat(handedOver.poll(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(2);
		assertThat(produced.get()).as("at most the one that is being handed over").isLessThanOrEqualTo(3);
		handle.cancel();
	}

	@Test
	void aServiceRunsOnAVirtualThreadOfItsOwnThatInheritsNothing() throws Exception {
		InheritableThreadLocal<String> inherited = new InheritableThreadLocal<>();
		inherited.set("the spawner's");
		CompletableFuture<String> seen = new CompletableFuture<>();
		BackgroundHandle<?> handle = this.services.spawn("detached", (token) -> {
			Thread thread = Thread.currentThread();
			seen.complete(thread.getName() + " " + thread.isVirtual() + " " + inherited.get());
			return Step.done();
		});
		assertThat(seen.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("background-detached true null");
		end(handle);
	}

	@Test
	void aStepThatReturnsNothingFailsTheServiceAndSaysWhatToDo() throws Exception {
		Completion completion = end(this.services.spawn("nothing", (token) -> nothing()));
		assertThat(completion.reason()).isEqualTo(Reason.FAILED);
		assertThat(completion.cause()).hasMessageContaining("'nothing'").hasMessageContaining("Step.next()");
	}

	@Test
	void noStepBeginsAfterTheCancellationButTheItemOfTheLastOneIsHandedOver() throws Exception {
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		List<String> taken = new ArrayList<>();
		BackgroundHandle<?> handle = this.services.spawn("careful", (token) -> {
			running.countDown();
			goOn.await();
			return Step.item("cancelled: " + token.isCancelled());
		}, taken::add);
		running.await();
		handle.cancel();
		assertThat(handle.state()).isEqualTo(ServiceState.CANCELLING);
		goOn.countDown();
		assertThat(end(handle)).isEqualTo(new Completion(Reason.CANCELLED, null));
		assertThat(taken).containsExactly("cancelled: true");
		assertThat(kinds()).containsExactly(Kind.STARTED, Kind.CANCELLED);
	}

	@Test
	void aBlockedStepIsInterruptedOnceTheGraceTimeIsOver() throws Exception {
		BackgroundHandle<?> handle = this.services
			.spawn(ServiceDefinition.of("blocked", blocked()).withInterruptAfter(Duration.ofSeconds(3)));
		awaitStep();
		handle.cancel();
		this.time.awaitTimer(Duration.ofSeconds(3));
		this.time.advance(Duration.ofMillis(2999));
		assertThat(handle.completion()).isNotDone();
		this.time.advance(Duration.ofMillis(1));
		Completion completion = end(handle);
		assertThat(completion.reason()).isEqualTo(Reason.CANCELLED);
		assertThat(completion.cause()).isInstanceOf(InterruptedException.class);
	}

	@Test
	void aGraceTimeOfZeroInterruptsAtOnce() throws Exception {
		BackgroundHandle<?> handle = this.services
			.spawn(ServiceDefinition.of("blocked", blocked()).withInterruptAfter(Duration.ZERO));
		awaitStep();
		handle.cancel();
		assertThat(end(handle).reason()).isEqualTo(Reason.CANCELLED);
	}

	@Test
	void aConsumerThatIsBlockedIsInterruptedToo() throws Exception {
		BackgroundHandle<?> handle = this.services
			.spawn(ServiceDefinition.of("numbers", upTo(5)).withConsumer((item) -> {
				this.stepBegun.countDown();
				this.over.await();
				return true;
			}).withInterruptAfter(Duration.ZERO));
		awaitStep();
		handle.cancel();
		assertThat(end(handle).reason()).isEqualTo(Reason.CANCELLED);
	}

	@Test
	void whoeverAwaitsTheCompletionSeesNothingOfTheInterruption() throws Exception {
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		BackgroundHandle<?> handle = this.services.spawn(ServiceDefinition.of("busy", (token) -> {
			this.stepBegun.countDown();
			while (!Thread.currentThread().isInterrupted()) {
				Thread.onSpinWait();
			}
			return Step.next();
		}).withInterruptAfter(Duration.ZERO));
		handle.completion().thenRun(() -> interrupted.complete(Thread.currentThread().isInterrupted()));
		awaitStep();
		handle.cancel();
		end(handle);
		assertThat(interrupted.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isFalse();
	}

	@Test
	void aServiceEndsWithTheTokenItIsSpawnedUnderAndNotTheOtherWayRound() throws Exception {
		CancellationToken parent = CancellationToken.create();
		BackgroundHandle<?> one = spawnUnder(parent, "one");
		BackgroundHandle<?> other = spawnUnder(parent, "other");
		one.cancel();
		assertThat(end(one).reason()).isEqualTo(Reason.CANCELLED);
		HangGuard.await("the other one to run", () -> other.state() == ServiceState.RUNNING);
		assertThat(parent.isCancelled()).isFalse();
		parent.cancel();
		assertThat(end(other).reason()).isEqualTo(Reason.CANCELLED);
	}

	@Test
	void aTokenForgetsTheServicesThatHaveEnded() throws Exception {
		CancellationToken parent = CancellationToken.create();
		for (int i = 0; i < 100; i++) {
			end(this.services.spawn(ServiceDefinition.of("numbers", upTo(2)).withToken(parent)));
		}
		assertThat(parent.isBare()).isTrue();
	}

	@Test
	void aServiceSpawnedUnderACancelledTokenNeverRuns() throws Exception {
		CancellationToken parent = CancellationToken.create();
		parent.cancel();
		BackgroundHandle<?> handle = spawnUnder(parent, "late");
		assertThat(end(handle)).isEqualTo(new Completion(Reason.CANCELLED, null));
		assertThat(handle.info().steps()).isZero();
		assertThat(kinds()).containsExactly(Kind.CANCELLED);
	}

	@Test
	void aPauseAfterAStepPassesInTheEnvironmentsTimeAndACancellationEndsIt() throws Exception {
		BlockingQueue<Integer> taken = new LinkedBlockingQueue<>();
		AtomicInteger count = new AtomicInteger();
		BackgroundService<Integer> ticker = (token) -> Step.item(count.incrementAndGet(), Duration.ofMinutes(1));
		BackgroundHandle<?> handle = this.services.spawn("ticker", ticker, taken::add);
		assertThat(taken.poll(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(1);
		this.time.awaitTimer(Duration.ofMinutes(1));
		this.time.advance(Duration.ofMinutes(1));
		assertThat(taken.poll(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(2);
		this.time.awaitTimer(Duration.ofMinutes(1));
		handle.cancel();
		assertThat(end(handle).reason()).isEqualTo(Reason.CANCELLED);
		assertThat(taken).isEmpty();
		assertThat(this.time.delays()).as("timers left").isEmpty();
	}

	@Test
	void aServiceThatThrowsIsRestartedAfterPausesThatDoubleUpToTheLongest() throws Exception {
		BackgroundHandle<?> handle = this.services.spawn(failing("flaky", 5, Duration.ofHours(1)));
		for (int pause : new int[] { 100, 200, 400, 500, 500 }) {
			this.time.awaitTimer(Duration.ofMillis(pause));
			assertThat(handle.state()).isEqualTo(ServiceState.RESTARTING);
			assertThat(this.time.delays()).hasSize(1);
			this.time.advance(Duration.ofMillis(pause));
		}
		Completion completion = end(handle);
		assertThat(completion.reason()).isEqualTo(Reason.FAILED);
		assertThat(completion.cause()).hasMessage("run 6");
		assertThat(handle.state()).isEqualTo(ServiceState.FAILED);
		assertThat(handle.info().restarts()).isEqualTo(5);
		assertThat(handle.info().lastFailure())
			.isEqualTo(new ServiceInfo.Failure(this.time.now(), IllegalStateException.class.getName(), "run 6"));
		assertThat(kinds()).containsExactly(Kind.STARTED, Kind.RESTARTED, Kind.RESTARTED, Kind.RESTARTED,
				Kind.RESTARTED, Kind.RESTARTED, Kind.FAILED);
		assertThat(this.events.get(1).cause()).hasMessage("run 1");
	}

	@Test
	void thePauseIsShortenedByUpToAFifthAtRandom() throws Exception {
		this.time.random = 0.5;
		BackgroundHandle<?> handle = this.services.spawn(failing("flaky", 5, Duration.ofHours(1)));
		this.time.awaitTimer(Duration.ofMillis(90));
		handle.cancel();
		assertThat(end(handle)).as("cancelled in the pause").isEqualTo(new Completion(Reason.CANCELLED, null));
	}

	@Test
	void restartsThatAreFarApartDoNotAddUp() throws Exception {
		AtomicInteger runs = new AtomicInteger();
		BlockingQueue<Integer> failures = new LinkedBlockingQueue<>();
		BackgroundHandle<?> handle = this.services.spawn(ServiceDefinition.of("flaky", (token) -> {
			if (failures.isEmpty()) {
				failures.add(runs.incrementAndGet());
				return Step.next(Duration.ofSeconds(10));
			}
			throw new IllegalStateException("run " + failures.remove());
		}).withRestarts(policy(1, Duration.ofSeconds(10))));
		for (int i = 0; i < 5; i++) {
			this.time.awaitTimer(Duration.ofSeconds(10));
			this.time.advance(Duration.ofSeconds(10));
			this.time.awaitTimer(Duration.ofMillis(100));
			this.time.advance(Duration.ofMillis(100));
		}
		this.time.awaitTimer(Duration.ofSeconds(10));
		assertThat(handle.state()).isEqualTo(ServiceState.RUNNING);
		handle.cancel();
		end(handle);
		assertThat(runs).hasValue(6);
	}

	@Test
	void anErrorIsAFailureLikeAnyOther() throws Exception {
		Completion completion = end(this.services.spawn("broken", (token) -> {
			throw new StackOverflowError("expected");
		}));
		assertThat(completion.reason()).isEqualTo(Reason.FAILED);
		assertThat(completion.cause()).isInstanceOf(StackOverflowError.class);
	}

	@Test
	void stepsNeverOverlapAndWhatOneDidIsVisibleToTheNextAcrossRestarts() throws Exception {
		Counter counter = new Counter();
		BackgroundHandle<?> handle = this.services.add(ServiceDefinition.of("counter", counter));
		for (int i = 0; i < 200; i++) {
			handle.restart();
			for (int j = 0; j < i % 20; j++) {
				Thread.yield();
			}
		}
		CompletableFuture<Completion> completion = handle.completion();
		counter.last = true;
		assertThat(completion.get(HangGuard.SECONDS, TimeUnit.SECONDS).reason()).isIn(Reason.DONE, Reason.CANCELLED);
		assertThat(counter.overlaps).isZero();
		assertThat(handle.info().steps()).isEqualTo(counter.steps);
	}

	@Test
	void restartEndsTheRunThereIsAndBeginsAnother() throws Exception {
		BackgroundHandle<?> handle = this.services
			.spawn(ServiceDefinition.of("blocked", blocked()).withInterruptAfter(Duration.ZERO));
		awaitStep();
		CompletableFuture<Completion> first = handle.completion();
		handle.restart();
		assertThat(first.get(HangGuard.SECONDS, TimeUnit.SECONDS).reason()).isEqualTo(Reason.CANCELLED);
		assertThat(handle.completion()).isNotSameAs(first);
		awaitEvents(3);
		assertThat(kinds()).containsExactly(Kind.STARTED, Kind.CANCELLED, Kind.RESTARTED);
		assertThat(handle.info().restarts()).isEqualTo(1);
		handle.cancel();
		assertThat(end(handle).reason()).isEqualTo(Reason.CANCELLED);
	}

	@Test
	void aNewRunWaitsForOneThatDoesNotEnd() throws Exception {
		BackgroundHandle<?> handle = this.services.spawn("deaf", deaf());
		awaitStep();
		CompletableFuture<Completion> first = handle.completion();
		handle.restart();
		assertThat(handle.state()).isEqualTo(ServiceState.RESTARTING);
		handle.cancel();
		assertThat(handle.state()).isEqualTo(ServiceState.CANCELLING);
		assertThat(handle.completion()).isNotDone();
		this.over.countDown();
		assertThat(first.get(HangGuard.SECONDS, TimeUnit.SECONDS).reason()).isEqualTo(Reason.DONE);
		assertThat(end(handle).reason()).isEqualTo(Reason.CANCELLED);
	}

	@Test
	void anAddedServiceIsKnownBeforeItStartsAndAfterItHasEnded() throws Exception {
		BackgroundHandle<?> handle = this.services.add(ServiceDefinition.of("numbers", upTo(3)));
		assertThat(handle.state()).isEqualTo(ServiceState.NEW);
		assertThat(this.time.threads()).isEmpty();
		handle.restart();
		assertThat(end(handle).reason()).isEqualTo(Reason.DONE);
		assertThat(this.services.list()).singleElement().isEqualTo(handle.info());
		assertThat(handle.info().restarts()).isZero();
		assertThat(this.services.restart("Numbers")).isTrue();
		end(handle);
		assertThat(handle.info().restarts()).isEqualTo(1);
	}

	@Test
	void anAddedServiceThatIsCancelledBeforeItStartedHasEnded() throws Exception {
		BackgroundHandle<?> handle = this.services.add(ServiceDefinition.of("numbers", upTo(3)));
		handle.cancel();
		assertThat(end(handle).reason()).isEqualTo(Reason.CANCELLED);
		assertThat(handle.state()).isEqualTo(ServiceState.CANCELLED);
		handle.restart();
		assertThat(end(handle).reason()).isEqualTo(Reason.DONE);
	}

	@Test
	void aSpawnedServiceIsForgottenOnceItHasEnded() throws Exception {
		BackgroundHandle<?> handle = this.services.spawn("numbers", upTo(3));
		end(handle);
		assertThat(this.services.names()).isEmpty();
		assertThat(this.services.find("numbers")).isNull();
		assertThat(this.services.cancel("numbers")).isFalse();
		assertThat(this.services.restart("numbers")).isFalse();
		assertThatIllegalStateException().isThrownBy(handle::restart).withMessageContaining("spawn it again");
		end(this.services.spawn("numbers", upTo(3)));
	}

	@Test
	void aNameIsTakenWhileAServiceBearsIt() {
		this.services.add(ServiceDefinition.of("price-feed", upTo(3)));
		assertThatIllegalStateException().isThrownBy(() -> this.services.spawn("priceFeed", upTo(3)))
			.withMessageContaining("'price-feed'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.services.spawn("price feed", upTo(3)))
			.withMessageContaining("letters, digits, dashes");
	}

	@Test
	void aServiceHasOneHandleOfItsOwnFromBeforeItsFirstStepOn() throws Exception {
		WithHandle service = new WithHandle();
		BackgroundHandle<AtomicInteger> handle = this.services.spawn(ServiceDefinition.providing("counted", service));
		AtomicInteger own = handle.own();
		end(handle);
		assertThat(own).hasValue(3);
		assertThat(service.made).isEqualTo(1);
		assertThat(handle.own()).isSameAs(own);
	}

	@Test
	void theHandleSurvivesARestartOfTheSameInstance() throws Exception {
		WithHandle service = new WithHandle();
		BackgroundHandle<AtomicInteger> handle = this.services.add(ServiceDefinition.providing("counted", service));
		handle.restart();
		end(handle);
		handle.restart();
		end(handle);
		assertThat(service.made).isEqualTo(1);
		assertThat(handle.own()).hasValue(4);
	}

	@Test
	void aServiceWithoutHandleSaysSo() {
		BackgroundHandle<?> handle = this.services.spawn("numbers", upTo(3));
		assertThatIllegalStateException().isThrownBy(handle::own).withMessageContaining("HandleProvider");
	}

	@Test
	void aFailureToMakeTheHandleFailsTheSpawnAndLeavesNothing() {
		class Unable extends WithHandle {

			@Override
			public AtomicInteger newHandle() {
				throw new UnsupportedOperationException("expected");
			}

		}
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.services.spawn(ServiceDefinition.providing("unable", new Unable())));
		assertThat(this.services.names()).isEmpty();
		assertThat(this.time.threads()).isEmpty();
	}

	@Test
	void eachRunHasAnInstanceOfItsOwnIfTheDefinitionSaysSo() throws Exception {
		AtomicInteger made = new AtomicInteger();
		List<BackgroundService<?>> released = new CopyOnWriteArrayList<>();
		AtomicReference<BackgroundService<Integer>> latest = new AtomicReference<>();
		BackgroundHandle<?> handle = this.services.spawn(ServiceDefinition.ofEach("fresh", () -> {
			int number = made.incrementAndGet();
			BackgroundService<Integer> instance = (token) -> {
				throw new IllegalStateException("instance " + number);
			};
			latest.set(instance);
			return instance;
		}, released::add).withRestarts(policy(1, Duration.ofHours(1))));
		BackgroundService<Integer> first = latest.get();
		this.time.awaitTimer(Duration.ofMillis(100));
		assertThat(released).containsExactly(first);
		this.time.advance(Duration.ofMillis(100));
		assertThat(end(handle).cause()).hasMessage("instance 2");
		assertThat(made).hasValue(2);
		assertThat(released).containsExactly(first, latest.get());
	}

	@Test
	void anInstanceThatCannotBeMadeForARestartIsAFailureToo() throws Exception {
		AtomicInteger made = new AtomicInteger();
		BackgroundHandle<?> handle = this.services.spawn(ServiceDefinition.<Integer>ofEach("fresh", () -> {
			if (made.incrementAndGet() == 2) {
				throw new IllegalStateException("expected, no second instance");
			}
			return (made.get() > 2) ? (token) -> Step.done() : (token) -> {
				throw new IllegalStateException("expected");
			};
		}, (released) -> {
		}).withRestarts(policy(3, Duration.ofHours(1))));
		this.time.awaitTimer(Duration.ofMillis(100));
		this.time.advance(Duration.ofMillis(100));
		this.time.awaitTimer(Duration.ofMillis(200));
		assertThat(handle.info().lastFailure().message()).isEqualTo("expected, no second instance");
		this.time.advance(Duration.ofMillis(200));
		assertThat(end(handle).reason()).isEqualTo(Reason.DONE);
	}

	@Test
	void aListenerThatThrowsHarmsNobody() throws Exception {
		try (BackgroundServices heard = new BackgroundServices(this.time, (event) -> {
			throw new IllegalStateException("expected");
		}, Duration.ofSeconds(10))) {
			assertThat(end(heard.spawn("numbers", upTo(3))).reason()).isEqualTo(Reason.DONE);
		}
	}

	@Test
	void completingTheFutureDeceivesNobodyElse() throws Exception {
		BackgroundHandle<?> handle = this.services
			.spawn(ServiceDefinition.of("blocked", blocked()).withInterruptAfter(Duration.ZERO));
		awaitStep();
		handle.completion().cancel(true);
		assertThat(handle.state()).isEqualTo(ServiceState.RUNNING);
		this.services.close();
		assertThat(handle.state()).isEqualTo(ServiceState.CANCELLED);
	}

	@Test
	void closingCancelsAllAndAcceptsNoMore() throws Exception {
		CountDownLatch bothRun = new CountDownLatch(2);
		BackgroundService<Void> watchful = (token) -> {
			bothRun.countDown();
			CountDownLatch cancelled = new CountDownLatch(1);
			token.onCancel(cancelled::countDown);
			cancelled.await();
			return Step.next();
		};
		BackgroundHandle<?> one = this.services.spawn("one", watchful);
		BackgroundHandle<?> other = this.services.add(ServiceDefinition.of("other", watchful));
		BackgroundHandle<?> idle = this.services.add(ServiceDefinition.of("idle", watchful));
		other.restart();
		bothRun.await();
		assertThat(this.services.shutdown()).isEmpty();
		assertThat(List.of(one.state(), other.state(), idle.state())).containsOnly(ServiceState.CANCELLED);
		assertThatIllegalStateException().isThrownBy(() -> this.services.spawn("three", upTo(3)))
			.withMessageContaining("shutting down");
		assertThatIllegalStateException().isThrownBy(other::restart).withMessageContaining("shutting down");
	}

	@Test
	void closingInterruptsAfterItsTimeoutAndThenReportsWhoIsLeft() throws Exception {
		BackgroundHandle<?> blocked = this.services
			.spawn(ServiceDefinition.of("blocked", blocked()).withInterruptAfter(Duration.ofDays(1)));
		awaitStep();
		CountDownLatch deafRuns = new CountDownLatch(1);
		this.services.spawn("deaf", (token) -> {
			deafRuns.countDown();
			return deaf().run(token);
		});
		deafRuns.await();
		CompletableFuture<List<String>> left = new CompletableFuture<>();
		Thread.ofVirtual().start(() -> left.completeAsync(this.services::shutdown, Runnable::run));
		this.time.awaitTimer(Duration.ofSeconds(10));
		assertThat(blocked.completion()).isNotDone();
		this.time.advance(Duration.ofSeconds(10));
		assertThat(end(blocked).reason()).isEqualTo(Reason.CANCELLED);
		this.time.awaitTimer(Duration.ofSeconds(1));
		assertThat(left).isNotDone();
		this.time.advance(Duration.ofSeconds(1));
		assertThat(left.get(HangGuard.SECONDS, TimeUnit.SECONDS)).containsExactly("deaf");
	}

	@Test
	void anInterruptedThreadClosesWithoutWaiting() throws Exception {
		this.services.spawn("deaf", deaf());
		awaitStep();
		CompletableFuture<String> closed = new CompletableFuture<>();
		Thread.ofVirtual().start(() -> {
			Thread.currentThread().interrupt();
			List<String> left = this.services.shutdown();
			closed.complete(left + " " + Thread.currentThread().isInterrupted());
		});
		assertThat(closed.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("[deaf] true");
	}

	private final CountDownLatch stepBegun = new CountDownLatch(1);

	private void awaitStep() throws InterruptedException {
		assertThat(this.stepBegun.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
	}

	private BackgroundService<Integer> blocked() {
		return (token) -> {
			this.stepBegun.countDown();
			this.over.await();
			return Step.done();
		};
	}

	/** Ends when the test does, and not before. */
	private BackgroundService<Integer> deaf() {
		return (token) -> {
			this.stepBegun.countDown();
			while (this.over.getCount() > 0) {
				try {
					this.over.await();
				}
				catch (InterruptedException ex) {
					// That is what makes it deaf.
				}
			}
			return Step.done();
		};
	}

	private BackgroundHandle<?> spawnUnder(CancellationToken token, String name) {
		BackgroundService<Integer> service = (own) -> Step.next(Duration.ofDays(1));
		BackgroundHandle<?> handle = this.services.spawn(ServiceDefinition.of(name, service).withToken(token));
		return handle;
	}

	private static BackgroundService<Integer> upTo(int last) {
		Iterator<Integer> numbers = java.util.stream.IntStream.rangeClosed(1, last).iterator();
		return (token) -> numbers.hasNext() ? Step.item(numbers.next()) : Step.done();
	}

	@SuppressWarnings("NullAway")
	private static Step<Integer> nothing() {
		return null;
	}

	private static ServiceDefinition<Integer, ?> failing(String name, int maxRestarts, Duration window) {
		AtomicInteger runs = new AtomicInteger();
		return ServiceDefinition.<Integer>of(name, (token) -> {
			throw new IllegalStateException("run " + runs.incrementAndGet());
		}).withRestarts(policy(maxRestarts, window));
	}

	private static RestartPolicy policy(int maxRestarts, Duration window) {
		return new RestartPolicy(maxRestarts, window, Duration.ofMillis(100), Duration.ofMillis(500));
	}

	private static Completion end(BackgroundHandle<?> handle) throws Exception {
		return handle.completion().get(HangGuard.SECONDS, TimeUnit.SECONDS);
	}

	private List<Kind> kinds() {
		return this.events.stream().map(BackgroundServiceEvent::kind).toList();
	}

	private void awaitEvents(int count) throws InterruptedException {
		long end = System.nanoTime() + VirtualTime.HANG_GUARD.toNanos();
		while (this.events.size() < count && System.nanoTime() < end) {
			Thread.yield();
		}
	}

	/** Counts without any synchronization. */
	private static final class Counter implements BackgroundService<Void> {

		private long steps;

		private long overlaps;

		private Thread inside;

		private volatile boolean last;

		@Override
		public Step<Void> run(CancellationToken token) {
			if (this.inside != null) {
				this.overlaps++;
			}
			this.inside = Thread.currentThread();
			this.steps++;
			for (int i = 0; i < 20; i++) {
				Thread.yield();
			}
			this.inside = null;
			return this.last ? Step.done() : Step.next();
		}

	}

	/** Is done when its handle, which counts its steps, says at least three. */
	private static class WithHandle implements BackgroundService<Void>, HandleProvider<AtomicInteger> {

		private final AtomicInteger handle = new AtomicInteger();

		private int made;

		@Override
		public AtomicInteger newHandle() {
			this.made++;
			return this.handle;
		}

		@Override
		public Step<Void> run(CancellationToken token) {
			return (this.handle.incrementAndGet() >= 3) ? Step.done() : Step.next();
		}

	}

}
