package io.genserver.runtime.cell;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

import io.genserver.GenServerTimer;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.message.CastMessage;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.message.Recipient;
import io.genserver.runtime.scheduling.Alarm;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one instance: those that tick again and again, and those that run a task
 * once. A timer that rings is due in the server's turn, and has no other tick that is
 * due.
 */
final class ServerTimers {

	private final Owner owner;

	private final Recipient server;

	private final CellRuntime runtime;

	private final Set<Timer> timers = ConcurrentHashMap.newKeySet();

	/** Those that have a name and have not begun to run. */
	private final Map<String, Timer> named = new ConcurrentHashMap<>();

	ServerTimers(Owner owner, Recipient server, CellRuntime runtime) {
		this.owner = owner;
		this.server = server;
		this.runtime = runtime;
	}

	/** Safe on any thread that the server's handler uses. */
	GenServerTimer schedule(long delay, long period, Operation operation, @Nullable Object task) {
		return schedule(null, delay, period, operation, task);
	}

	private Timer schedule(@Nullable String name, long delay, long period, Operation operation, @Nullable Object task) {
		Timer timer = new Timer(name, operation, task, period, this.runtime.nanoTime() + delay);
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

	/** Whether a task is still to run that would not be scheduled again. */
	boolean owesTask() {
		return this.timers.stream().anyMatch((timer) -> timer.period == 0);
	}

	/** Whether a timer is neither armed nor due. Safe on any thread. */
	boolean hasLost() {
		for (Timer timer : this.timers) {
			if (isLost(timer)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Arm the timers that are neither armed nor due: they tick now.
	 * @return how many there were
	 */
	int armLost() {
		int lost = 0;
		for (Timer timer : this.timers) {
			if (isLost(timer)) {
				timer.arm(this.runtime.nanoTime());
				lost++;
			}
		}
		return lost;
	}

	private boolean isLost(Timer timer) {
		Ring last = timer.armed;
		return !timer.isOver() && last != null && last.alarm.isOver() && !this.owner.isDue(timer);
	}

	/** No timer ticks any more. */
	void clear() {
		this.timers.forEach(Timer::cancel);
		this.timers.clear();
		this.named.clear();
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
			ServerTimers.this.runtime.scheduler().track(next.alarm);
		}

		/** Cancelled, or one that ticks again and again while all servers stop. */
		@Override
		public boolean isOver() {
			return this.cancelled.get() || (this.period > 0 && ServerTimers.this.runtime.isShutDown());
		}

		@Override
		public Message begin() {
			CastMessage tick = new CastMessage(this.operation, this.task, ServerTimers.this.server);
			armNext();
			return tick;
		}

		/** The tick is about to be handled; the next one may be armed. */
		private void armNext() {
			if (this.period > 0) {
				long now = ServerTimers.this.runtime.nanoTime();
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
			ServerTimers.this.timers.remove(this);
			if (this.name != null) {
				ServerTimers.this.named.remove(this.name, this);
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
					|| (!this.rung && ServerTimers.this.owner.holdsBack(this))) {
				return;
			}
			if (!this.rung) {
				ServerTimers.this.owner.rings(this.timer);
				this.rung = true;
			}
			ServerTimers.this.owner.ready();
		}

	}

	/** Whose timers they are. Safe on any thread. */
	interface Owner extends IdleWork.Owner {

		/** A timer has rung: its tick is due. */
		void rings(Due timer);

		/** Whether a tick of a timer is due. */
		boolean isDue(Due timer);

	}

}
