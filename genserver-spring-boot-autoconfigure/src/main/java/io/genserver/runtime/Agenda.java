package io.genserver.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import io.genserver.GenServerTimer;
import org.jspecify.annotations.Nullable;

/**
 * What a server set itself to do: continuations, which come before any message, and
 * timers. Ticks are no messages in the mailbox: a full mailbox neither drops nor delays
 * them, and a timer whose tick is due has no other. So that ticks cannot starve messages,
 * a message follows each tick if one waits. Made when first used; unless it says
 * otherwise a method belongs to the turn.
 */
final class Agenda {

	private final ServerCell cell;

	private final Deque<Message> continuations = new ArrayDeque<>();

	private final Queue<Timer> due = new ConcurrentLinkedQueue<>();

	private final Set<Timer> timers = ConcurrentHashMap.newKeySet();

	private boolean tickedLast;

	Agenda(ServerCell cell) {
		this.cell = cell;
	}

	/** Only while the server handles a message. */
	void continueWith(Runnable task, @Nullable Message continued) {
		CastMessage continuation = new CastMessage(LambdaOperation.CONTINUATION, task, this.cell);
		MessageEnvelope seen = (continued != null) ? continued.envelope : null;
		if (seen != null) {
			continuation.envelope = MessageEnvelope.continuing(seen, continuation);
		}
		this.continuations.addLast(continuation);
	}

	/** The instance has started, and its timers with it. */
	void start(ServerTimer timer) {
		schedule(timer.initialDelayNanos(), timer.periodNanos(), timer.operation(), null);
	}

	/** Safe on any thread that the server's handler uses. */
	GenServerTimer schedule(long delay, long period, Operation operation, @Nullable Object task) {
		Timer timer = new Timer(operation, task, period, this.cell.runtime().scheduler().nanoTime() + delay);
		this.timers.add(timer);
		timer.arm();
		return timer;
	}

	/** The next thing to do, or {@code null} if it is a message's turn. */
	@Nullable Message next(boolean messageWaits) {
		Message continuation = this.continuations.pollFirst();
		if (continuation != null) {
			return continuation;
		}
		if (this.tickedLast && messageWaits) {
			this.tickedLast = false;
			return null;
		}
		Timer timer = this.due.poll();
		while (timer != null && timer.isOver()) {
			timer = this.due.poll();
		}
		if (timer == null) {
			this.tickedLast = false;
			return null;
		}
		this.tickedLast = true;
		return new CastMessage(timer.operation, timer.taken(), this.cell);
	}

	/** Whether a task is still to run that nobody would schedule again. */
	boolean owesTask() {
		return this.timers.stream().anyMatch((timer) -> timer.period == 0);
	}

	/** Safe on any thread. */
	boolean isEmpty() {
		return this.due.isEmpty() && this.continuations.isEmpty();
	}

	/** No timer ticks any more. */
	void clear() {
		this.timers.forEach(Timer::cancel);
		this.timers.clear();
		this.due.clear();
		this.continuations.clear();
	}

	/** One timer: armed, or due, or over. */
	private final class Timer implements GenServerTimer {

		private final Operation operation;

		private final @Nullable Object task;

		private final long period;

		private final AtomicBoolean cancelled = new AtomicBoolean();

		private volatile @Nullable Alarm alarm;

		private long time;

		Timer(Operation operation, @Nullable Object task, long period, long time) {
			this.operation = operation;
			this.task = task;
			this.period = period;
			this.time = time;
		}

		void arm() {
			Alarm next = new Alarm(this.time, this::ring);
			this.alarm = next;
			Agenda.this.cell.runtime().scheduler().track(next);
		}

		private void ring() {
			if (!isOver() && !Agenda.this.cell.runtime().timers().hold(this::ring)) {
				Agenda.this.due.add(this);
				Agenda.this.cell.ready();
			}
		}

		/** Cancelled, or one that ticks again and again while all servers stop. */
		private boolean isOver() {
			return this.cancelled.get() || (this.period > 0 && Agenda.this.cell.runtime().isShutDown());
		}

		/** The tick is about to be handled; the next one may be armed. */
		@Nullable Object taken() {
			if (this.period > 0) {
				long now = Agenda.this.cell.runtime().scheduler().nanoTime();
				// Ticks that were missed are not made up for.
				this.time += this.period * Math.max(1, (now - this.time) / this.period + 1);
				arm();
			}
			else {
				this.cancelled.set(true);
				Agenda.this.timers.remove(this);
			}
			return this.task;
		}

		@Override
		public boolean cancel() {
			boolean first = this.cancelled.compareAndSet(false, true);
			Alarm armed = this.alarm;
			if (armed != null) {
				armed.cancel();
			}
			Agenda.this.timers.remove(this);
			return first;
		}

		@Override
		public boolean isCancelled() {
			return this.cancelled.get();
		}

	}

}
