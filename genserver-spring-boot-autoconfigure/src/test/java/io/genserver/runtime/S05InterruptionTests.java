package io.genserver.runtime;

import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.message.BlockingCall;
import io.genserver.runtime.scheduling.Interruption;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An interrupt meets what it was meant for, or nothing.
 */
@RealThreads
class S05InterruptionTests {

	private final Interruption interruption = new Interruption();

	@Test
	void S05_anInterruptThatComesAsItsHandlerEndsDoesNotMeetWhatFollowsOnTheThread() throws Exception {
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch announced = new CountDownLatch(1);
		AtomicBoolean followed = new AtomicBoolean();
		CompletableFuture<Boolean> met = new CompletableFuture<>();
		CountDownLatch sent = new CountDownLatch(1);
		Thread thread = Thread.ofPlatform().start(() -> {
			this.interruption.begin();
			running.countDown();
			awaitQuietly(announced);
			this.interruption.end();
			VarHandle.fullFence();
			this.interruption.settle();
			Thread.interrupted();
			followed.set(true);
			while (sent.getCount() > 0) {
				Thread.onSpinWait();
			}
			met.complete(Thread.currentThread().isInterrupted());
		});
		running.await();
		this.interruption.interrupt(() -> {
			// It is found running, and ends before the interrupt is sent.
			announced.countDown();
			for (int i = 0; i < 2_000 && !followed.get(); i++) {
				Thread.yield();
			}
			return true;
		});
		sent.countDown();
		assertThat(met.get(30, TimeUnit.SECONDS)).isFalse();
		thread.join();
	}

	@Test
	void S05_anInterruptOfWhatIsOverMeetsNothing() {
		this.interruption.begin();
		this.interruption.end();
		this.interruption.interrupt(() -> true);
		assertThat(Thread.interrupted()).isFalse();
		this.interruption.begin();
		this.interruption.interrupt(() -> false);
		assertThat(Thread.interrupted()).isFalse();
	}

	@Test
	void S05_anInterruptOfATurnWaitsWhileItsThreadRunsAnother() {
		Interruption inner = new Interruption();
		this.interruption.begin();
		this.interruption.suspend();
		inner.begin();
		this.interruption.interrupt(() -> true);
		assertThat(Thread.interrupted()).isFalse();
		inner.interrupt(() -> true);
		assertThat(Thread.interrupted()).isTrue();
		inner.end();
		this.interruption.resume();
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void S05_anInterruptOfACallWaitsWhileItsHandlersThreadRunsAnotherTurn() {
		TestOperation operation = new TestOperation("call", Operation.Kind.CALL, true, (instance, payload) -> null);
		try (Engine engine = Engine.onWorkers()) {
			engine.add("server", ServerSettings.DEFAULTS, Object::new, operation);
			Scheduler scheduler = engine.scheduler;
			BlockingCall call = new BlockingCall(operation, null, Thread.currentThread(), scheduler,
					scheduler.nanoTime(), scheduler.nanoTime() + Duration.ofMinutes(1).toNanos());
			call.start();
			call.handlerStarts();
			call.handlerPauses();
			Thread canceller = Thread.ofPlatform().start(call::cancelCall);
			joinQuietly(canceller);
			assertThat(Thread.interrupted()).isFalse();
			call.handlerGoesOn();
			assertThat(Thread.currentThread().isInterrupted()).isTrue();
			call.handlerReturned();
			assertThat(Thread.interrupted()).isFalse();
		}
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void joinQuietly(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
