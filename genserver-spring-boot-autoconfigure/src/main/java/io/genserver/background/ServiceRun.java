package io.genserver.background;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

import io.genserver.log.SafeLogger;
import io.genserver.runtime.scheduling.ThreadState;
import io.genserver.runtime.supervision.RestartHistory;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * A service from a start to its end, restarts after failures included, on one thread.
 * <p>
 * A run waits for the one before it to end, so that there are never two steps at once,
 * and sees through that wait what the other did. Only the run's own thread moves its
 * state on, except that a run that has not begun is ended by who cancels it;
 * {@link #begun} decides between the two.
 *
 * @param <T> type of the service's items
 */
final class ServiceRun<T> {

	private static final SafeLogger logger = SafeLogger.of(BackgroundServices.class);

	/** What came of a run whose outcome there was no memory for. */
	private static final Completion NO_MEMORY = new Completion(Completion.Reason.FAILED,
			new OutOfMemoryError("There was no memory to tell how the service ended"));

	private final SupervisedService<T, ?> service;

	private final ServiceEnvironment environment;

	private final ServiceDefinition<T, ?> definition;

	private final CancellationToken token;

	private final StepInterruption interruption = new StepInterruption();

	private final ThreadState thread = new ThreadState();

	private final AtomicBoolean begun = new AtomicBoolean();

	private final CompletableFuture<Completion> ended = new CompletableFuture<>();

	/** What others get to see: completing it has no effect on the run. */
	private final CompletableFuture<Completion> completion = this.ended.copy();

	/** The run before this, until it has ended. Written by this run's thread. */
	private volatile @Nullable ServiceRun<T> predecessor;

	private volatile ServiceState state;

	private volatile @Nullable Registration interruptLater;

	ServiceRun(SupervisedService<T, ?> service, @Nullable ServiceRun<T> predecessor) {
		this.service = service;
		this.environment = service.environment();
		this.definition = service.definition();
		this.predecessor = predecessor;
		this.state = (predecessor != null) ? ServiceState.RESTARTING : ServiceState.NEW;
		CancellationToken above = this.definition.token();
		this.token = (above != null) ? above.child() : CancellationToken.create();
	}

	/**
	 * Begin, on a new thread.
	 * @return whether it had neither begun nor been cancelled before
	 */
	boolean begin() {
		if (!this.begun.compareAndSet(false, true)) {
			return false;
		}
		try {
			this.environment.newThread("background-" + this.definition.name(), this::run).start();
		}
		catch (Throwable ex) {
			// There may be no memory for a thread. Its end is awaited all the same.
			end(new Completion(Completion.Reason.FAILED, ex));
			throw ex;
		}
		return true;
	}

	void cancel() {
		this.token.cancel();
		if (this.predecessor == null && this.begun.compareAndSet(false, true)) {
			end(Completion.CANCELLED);
		}
	}

	/**
	 * Do not wait any longer for a step to end by itself, in this run or in one before it
	 * that has not ended.
	 */
	void interrupt() {
		for (ServiceRun<T> run = this; run != null; run = run.predecessor) {
			run.interruption.request(this.service::isCaller);
		}
	}

	/** Whether a thread is in a step of this run, or of one before it. */
	boolean isRunBy(Predicate<Thread> thread) {
		for (ServiceRun<T> run = this; run != null; run = run.predecessor) {
			if (run.interruption.isRunBy(thread)) {
				return true;
			}
		}
		return false;
	}

	CompletableFuture<Completion> completion() {
		return this.completion;
	}

	/** Completed when nothing of this run happens any more. */
	CompletableFuture<Completion> ended() {
		return this.ended;
	}

	ServiceState state() {
		ServiceState now = this.state;
		boolean active = now == ServiceState.RUNNING || now == ServiceState.RESTARTING;
		return (active && this.token.isCancelled()) ? ServiceState.CANCELLING : now;
	}

	private void run() {
		this.thread.begin(null);
		ServiceRun<T> before = this.predecessor;
		if (before != null) {
			this.environment.await(before.ended());
			this.predecessor = null;
		}
		Completion result = NO_MEMORY;
		try {
			Registration onCancel = this.token.onCancel(this::cancelled);
			result = attempts(before != null);
			onCancel.close();
			Registration later = this.interruptLater;
			if (later != null) {
				later.close();
			}
		}
		catch (Throwable ex) {
			// Not the service's fault, but no one may wait for ever because of it.
			result = (result != NO_MEMORY) ? result : new Completion(Completion.Reason.FAILED, ex);
		}
		finally {
			end(result);
		}
	}

	/** On the thread that cancels. */
	private void cancelled() {
		Duration grace = this.definition.interruptAfter();
		if (grace.isZero()) {
			interrupt();
		}
		else {
			this.interruptLater = this.environment.after(grace, this::interrupt);
		}
	}

	private Completion attempts(boolean again) {
		RestartHistory history = this.definition.restarts().history();
		boolean restarted = again;
		Throwable failure = null;
		while (!this.token.isCancelled()) {
			this.state = ServiceState.RUNNING;
			Completion result = begunAttempt(restarted, failure);
			if (result.reason() != Completion.Reason.FAILED) {
				return result;
			}
			failure = Objects.requireNonNull(result.cause());
			long nanos = pauseOf(history);
			if (nanos < 0) {
				return result;
			}
			this.state = ServiceState.RESTARTING;
			restarted = true;
			pauseAfter(failure, Duration.ofNanos(nanos));
		}
		return Completion.CANCELLED;
	}

	/** What fails between the steps, for lack of memory, counts as what a step throws. */
	private Completion begunAttempt(boolean restarted, @Nullable Throwable failure) {
		Completion result = null;
		try {
			this.service.started(restarted, failure);
			result = attempt();
			this.service.release();
			if (result.reason() == Completion.Reason.FAILED) {
				this.service.failed(Objects.requireNonNull(result.cause()));
			}
			return result;
		}
		catch (Throwable ex) {
			return (result != null) ? result : new Completion(Completion.Reason.FAILED, ex);
		}
	}

	/** Negative if it may not be restarted any more. */
	private long pauseOf(RestartHistory history) {
		try {
			return history.next(this.environment.nanoTime(), this.environment.random());
		}
		catch (VirtualMachineError ex) {
			// Nothing was counted: once more, now that what the step held is free.
			return history.next(this.environment.nanoTime(), this.environment.random());
		}
	}

	private void pauseAfter(Throwable failure, Duration pause) {
		try {
			logger.warn("Background service '{}' failed and is restarted in {} ms", this.definition.name(),
					Durations.millis(pause), failure);
			pause(pause);
		}
		catch (Throwable ex) {
			// Without memory it goes on at once, as often as it may be restarted.
			Thread.yield();
		}
	}

	/** Run one instance until it ends one way or another. */
	private Completion attempt() {
		try {
			while (!this.token.isCancelled()) {
				Step<T> step = step();
				switch (step) {
					case Step.Item<T> item -> pause(item.pause());
					case Step.Next<T> next -> pause(next.pause());
					case Step.Done<T> done -> {
						return Completion.DONE;
					}
				}
			}
			return Completion.CANCELLED;
		}
		catch (ItemRefused refused) {
			return Completion.REFUSED;
		}
		catch (Throwable ex) {
			return new Completion(this.token.isCancelled() ? Completion.Reason.CANCELLED : Completion.Reason.FAILED,
					ex);
		}
	}

	private Step<T> step() throws Exception {
		this.thread.clean();
		this.interruption.enter();
		try {
			BackgroundService<T> instance = this.service.instance();
			this.service.watch().begin(StepWatch.STEP);
			Step<T> step = instance.run(this.token);
			if (step == null) {
				throw new IllegalStateException("Background service '" + this.definition.name()
						+ "' returned null from its step: return Step.next() or Step.done()");
			}
			this.service.countStep();
			if (step instanceof Step.Item<T> item) {
				handOver(item.value());
			}
			return step;
		}
		finally {
			this.service.watch().end();
			this.interruption.exit();
			this.thread.clean();
		}
	}

	private void handOver(T item) throws Exception {
		ItemConsumer<? super T> consumer = this.definition.consumer();
		if (consumer != null && !consumer.accept(item)) {
			throw new ItemRefused();
		}
		this.service.countItem();
	}

	/** Wait, but not beyond a cancellation. */
	private void pause(Duration pause) {
		if (pause.isZero()) {
			// A virtual thread gives its carrier back by itself only when it blocks.
			Thread.yield();
			return;
		}
		CompletableFuture<?> over = new CompletableFuture<>();
		Registration cancelled = this.token.onCancel(() -> over.complete(null));
		Registration timer = this.environment.after(pause, () -> over.complete(null));
		// Whatever interrupts this thread now is not meant for it.
		this.environment.await(over);
		timer.close();
		cancelled.close();
	}

	private void end(Completion result) {
		this.state = switch (result.reason()) {
			case DONE -> ServiceState.DONE;
			case CANCELLED -> ServiceState.CANCELLED;
			case REFUSED -> ServiceState.REFUSED;
			case FAILED -> ServiceState.FAILED;
		};
		try {
			this.service.ended(this, result);
		}
		catch (Throwable ex) {
			logger.error("The end of background service '{}' could not be reported", this.definition.name(), ex);
		}
		finally {
			this.ended.complete(result);
		}
	}

	/**
	 * The consumer wants no more. Never leaves this class.
	 */
	private static final class ItemRefused extends Exception {

		private static final long serialVersionUID = 1L;

		private ItemRefused() {
			super("The consumer refused an item", null, false, false);
		}

	}

}
