package io.genserver.runtime.cell;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import io.genserver.GenServerTimer;
import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.contract.ServerTimer;
import io.genserver.runtime.message.CastMessage;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.scheduling.Alarm;
import org.jspecify.annotations.Nullable;

/**
 * What a server set itself to do: continuations, which come before any message, timers,
 * results that the server awaits outside of its turn, and tasks that other threads hand
 * over. Ticks, results and tasks are no messages in the mailbox: a full mailbox neither
 * drops nor delays them, and a timer whose tick is due has no other. So that they cannot
 * starve messages, a message follows each of them if one waits; and so that none starves
 * another, tasks and what is {@link #due} take turns. Made when first used; unless it
 * says otherwise a method belongs to the turn.
 */
final class TimersAndContinuations implements PipedResult.Owner, IdleWork.Owner {

	private final ServerCell cell;

	private final Deque<Message> continuations = new ArrayDeque<>();

	private final Queue<Due> due = new ConcurrentLinkedQueue<>();

	private final Set<Timer> timers = ConcurrentHashMap.newKeySet();

	/** Those that have a name and have not begun to run. */
	private final Map<String, Timer> named = new ConcurrentHashMap<>();

	private final StashedMessages stash = new StashedMessages();

	private final IdleWork idle;

	/** Results that are awaited, or are there and have not been handled. */
	private final Set<PipedResult<?>> piped = ConcurrentHashMap.newKeySet();

	private final InstanceTasks tasks = new InstanceTasks();

	/** Whether the last thing begun was none of the mailbox's messages. */
	private boolean ownLast;

	/** Whether the last thing begun that was no message was a task. */
	private boolean taskLast;

	TimersAndContinuations(ServerCell cell) {
		this.cell = cell;
		this.idle = new IdleWork(this, cell);
	}

	@Override
	public void ready() {
		this.cell.ready();
	}

	@Override
	public boolean holdsBack(Runnable ring) {
		return this.cell.runtime().timers().hold(ring);
	}

	/** What runs when no message waits. */
	IdleWork idle() {
		return this.idle;
	}

	/** Only while the server handles a message. */
	void continueWith(Runnable task, @Nullable Message continued) {
		CastMessage continuation = new CastMessage(LambdaOperation.CONTINUATION, task, this.cell);
		if (continued != null) {
			continuation.continues(continued);
		}
		this.continuations.addLast(continuation);
	}

	/** The instance has started, and its timers with it. */
	void start(ServerTimer timer) {
		schedule(timer.initialDelayNanos(), timer.periodNanos(), timer.operation(), null);
	}

	/** Safe on any thread that the server's handler uses. */
	GenServerTimer schedule(long delay, long period, Operation operation, @Nullable Object task) {
		return schedule(null, delay, period, operation, task);
	}

	private Timer schedule(@Nullable String name, long delay, long period, Operation operation, @Nullable Object task) {
		Timer timer = new Timer(name, operation, task, period, this.cell.runtime().scheduler().nanoTime() + delay);
		this.timers.add(timer);
		boolean armed = false;
		try {
			timer.arm();
			armed = true;
		}
		finally {
			if (!armed) {
				// Its alarm may be watched all the same.
				timer.cancel();
			}
		}
		return timer;
	}

	/**
	 * Schedule a task in place of the one of the same name. Safe on any thread.
	 */
	GenServerTimer replace(String name, long delay, Operation operation, @Nullable Object task) {
		Timer next = schedule(name, delay, 0, operation, task);
		Timer before = this.named.put(name, next);
		if (before != null) {
			before.cancel();
		}
		if (next.isCancelled()) {
			// It has begun already and found that it had no name yet.
			this.named.remove(name, next);
		}
		return next;
	}

	/** Cancel the task of a name. Safe on any thread. */
	boolean cancel(String name) {
		Timer known = this.named.get(name);
		return known != null && known.cancel();
	}

	/** A result is to become a message when it is there. Safe on any thread. */
	void pipe(PipedResult<?> result) {
		this.piped.add(result);
	}

	/** A result is there. Safe on any thread; throws nothing. */
	@Override
	public void arrived(PipedResult<?> result) {
		try {
			this.due.add(result);
			this.cell.ready();
		}
		catch (Throwable ex) {
			// Short of memory or of stack: the self-check finds that it is not due.
			this.cell.runtime().suspect();
		}
	}

	/** A result need not be awaited, or is being handled. Safe on any thread. */
	@Override
	public void forget(PipedResult<?> result) {
		this.piped.remove(result);
	}

	/** The cell is not idle. */
	@Override
	public void active() {
		this.idle.busy();
		this.cell.active();
	}

	/** What handlers have put off. Safe on any thread. */
	StashedMessages stash() {
		return this.stash;
	}

	private @Nullable Message nextStashed() {
		Message message = this.stash.poll();
		while (message != null) {
			message.handleAgain(this.cell.runtime().nanoTime());
			if (message.isCast() || !message.isOver()) {
				active();
				return message;
			}
			message.discard();
			message = this.stash.poll();
		}
		return null;
	}

	/** The next thing to do, or {@code null} if it is a message's turn. */
	@Nullable Message next(boolean messageWaits) {
		if (messageWaits) {
			this.idle.busy();
		}
		Message continuation = this.continuations.pollFirst();
		if (continuation != null) {
			return continuation;
		}
		Message again = nextStashed();
		if (again != null) {
			return again;
		}
		if (this.ownLast && messageWaits) {
			this.ownLast = false;
			return null;
		}
		Message own = this.taskLast ? nextDue() : nextTask();
		if (own == null) {
			own = this.taskLast ? nextTask() : nextDue();
		}
		this.ownLast = own != null;
		return (own != null || messageWaits) ? own : this.idle.next();
	}

	private @Nullable Message nextDue() {
		Due next = this.due.peek();
		while (next != null && next.isOver()) {
			this.due.poll();
			next = this.due.peek();
		}
		if (next == null) {
			return null;
		}
		// It stays due until nothing is left that could fail.
		Message message = next.begin();
		this.due.poll();
		this.taskLast = false;
		return message;
	}

	private @Nullable Message nextTask() {
		InstanceTask task = this.tasks.peek();
		if (task == null) {
			return null;
		}
		CastMessage message = new CastMessage(task.operation(), task, this.cell);
		this.tasks.poll();
		this.taskLast = true;
		return message;
	}

	/** Run a task in a turn of its own. Safe on any thread. */
	void handOver(InstanceTask task) {
		this.tasks.add(task);
		this.cell.ready();
	}

	/**
	 * Whether a task is still to run that would not be scheduled again, or a result is
	 * still to be handled.
	 */
	boolean owesTask() {
		return !this.piped.isEmpty() || this.stash.size() > 0 || this.idle.owesTask()
				|| this.timers.stream().anyMatch((timer) -> timer.period == 0);
	}

	/**
	 * Whether a timer is neither armed nor due, or a result is there and not due. Safe on
	 * any thread.
	 */
	boolean hasLostTimer() {
		for (Timer timer : this.timers) {
			if (isLost(timer)) {
				return true;
			}
		}
		for (PipedResult<?> result : this.piped) {
			if (isLost(result)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Arm the timers that are neither armed nor due: they tick now. So do results that
	 * are there and not due. By the self-check, just before it runs the turn that it
	 * found.
	 * @return how many there were
	 */
	int armLost() {
		int lost = 0;
		for (Timer timer : this.timers) {
			if (isLost(timer)) {
				timer.arm(this.cell.runtime().nanoTime());
				lost++;
			}
		}
		for (PipedResult<?> result : this.piped) {
			if (isLost(result)) {
				this.due.add(result);
				lost++;
			}
		}
		return lost;
	}

	private boolean isLost(PipedResult<?> result) {
		return result.hasArrived() && !result.isOver() && !this.due.contains(result);
	}

	private boolean isLost(Timer timer) {
		Ring last = timer.armed;
		return !timer.isOver() && last != null && last.alarm.isOver() && !this.due.contains(timer);
	}

	/** Safe on any thread. */
	boolean isEmpty() {
		return this.due.isEmpty() && this.tasks.isEmpty() && this.continuations.isEmpty() && !this.stash.hasNext()
				&& !this.idle.isPending();
	}

	/**
	 * No timer ticks any more, no result is handled, and no task runs. What handlers have
	 * put off is for the next instance.
	 */
	void clear() {
		this.stash.unstash();
		this.idle.clear();
		this.piped.forEach(PipedResult::drop);
		this.timers.forEach(Timer::cancel);
		this.timers.clear();
		this.named.clear();
		this.due.clear();
		this.tasks.clear();
		this.continuations.clear();
	}

	/**
	 * One timer: armed, or due, or over. Whatever fails as it goes from one to the other
	 * leaves it where it was, to be tried again: a timer that was neither armed nor due
	 * would never tick any more. Only its last alarm counts.
	 */
	private final class Timer implements GenServerTimer, Due {

		private final @Nullable String name;

		private final Operation operation;

		private final @Nullable Object task;

		private final long period;

		private final AtomicBoolean cancelled = new AtomicBoolean();

		private volatile @Nullable Ring armed;

		/** When it rings next, or rang last. */
		private long time;

		Timer(@Nullable String name, Operation operation, @Nullable Object task, long period, long time) {
			this.name = name;
			this.operation = operation;
			this.task = task;
			this.period = period;
			this.time = time;
		}

		void arm() {
			arm(this.time);
		}

		private void arm(long when) {
			Ring next = new Ring(this, when);
			this.armed = next;
			TimersAndContinuations.this.cell.runtime().scheduler().track(next.alarm);
		}

		/** Cancelled, or one that ticks again and again while all servers stop. */
		@Override
		public boolean isOver() {
			return this.cancelled.get() || (this.period > 0 && TimersAndContinuations.this.cell.runtime().isShutDown());
		}

		@Override
		public Message begin() {
			CastMessage tick = new CastMessage(this.operation, this.task, TimersAndContinuations.this.cell);
			armNext();
			return tick;
		}

		/** The tick is about to be handled; the next one may be armed. */
		private void armNext() {
			if (this.period > 0) {
				long now = TimersAndContinuations.this.cell.runtime().scheduler().nanoTime();
				// Ticks that were missed are not made up for.
				long next = this.time + this.period * Math.max(1, (now - this.time) / this.period + 1);
				arm(next);
				this.time = next;
			}
			else {
				this.cancelled.set(true);
				forget();
			}
		}

		@Override
		public boolean cancel() {
			boolean first = this.cancelled.compareAndSet(false, true);
			Ring last = this.armed;
			if (last != null) {
				last.alarm.cancel();
			}
			forget();
			return first;
		}

		private void forget() {
			TimersAndContinuations.this.timers.remove(this);
			if (this.name != null) {
				TimersAndContinuations.this.named.remove(this.name, this);
			}
		}

		@Override
		public boolean isCancelled() {
			return this.cancelled.get();
		}

	}

	/** What happens when a timer rings; once, though it may take several attempts. */
	private final class Ring implements Runnable {

		private final Timer timer;

		private final Alarm alarm;

		/** Whether the timer is due; only for the thread that lets it ring. */
		private boolean rung;

		Ring(Timer timer, long time) {
			this.timer = timer;
			this.alarm = new Alarm(time, this);
		}

		@Override
		public void run() {
			if (this.timer.isOver() || this.timer.armed != this
					|| (!this.rung && TimersAndContinuations.this.cell.runtime().timers().hold(this))) {
				return;
			}
			if (!this.rung) {
				TimersAndContinuations.this.due.add(this.timer);
				this.rung = true;
			}
			TimersAndContinuations.this.cell.ready();
		}

	}

}
