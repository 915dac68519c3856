package io.genserver.runtime.cell;

import io.genserver.GenServerTimer;
import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.message.CastMessage;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.message.Recipient;
import io.genserver.runtime.scheduling.Alarm;
import org.jspecify.annotations.Nullable;

/**
 * What a server does when no message waits: a task that runs at once, and one that runs
 * when none has come for a time. Costs a message nothing but a field that is set while
 * messages wait: the time is read when there are none left, and the alarm is set again
 * only once it has rung. Methods belong to the turn unless they say otherwise.
 */
final class IdleWork {

	private final Owner owner;

	private final Recipient server;

	private volatile @Nullable CastMessage task;

	private volatile @Nullable ReceiveTimeout timeout;

	IdleWork(Owner owner, Recipient server) {
		this.owner = owner;
		this.server = server;
	}

	/** Run a task when no message waits, in place of the one before. */
	void whenIdle(Runnable work, @Nullable Message continued) {
		CastMessage message = new CastMessage(LambdaOperation.WHEN_IDLE, work, this.server);
		if (continued != null) {
			message.continues(continued);
		}
		this.task = message;
	}

	/**
	 * Run a task when no message has come for a time, in place of the one before. Safe on
	 * any thread.
	 * @param inTurn whether a message is being handled, so that the time begins later
	 */
	GenServerTimer afterQuiet(long delay, Runnable work, boolean inTurn) {
		ReceiveTimeout next = new ReceiveTimeout(delay, work, inTurn);
		ReceiveTimeout before = this.timeout;
		this.timeout = next;
		if (before != null) {
			before.cancel();
		}
		if (!inTurn) {
			next.begin();
		}
		return next;
	}

	/** Messages wait. */
	void busy() {
		ReceiveTimeout known = this.timeout;
		if (known != null) {
			known.busy = true;
		}
	}

	/** No message waits: what there is to do, or {@code null}. */
	@Nullable Message next() {
		CastMessage first = this.task;
		if (first != null) {
			this.task = null;
			return first;
		}
		ReceiveTimeout known = this.timeout;
		return (known != null) ? known.next() : null;
	}

	/** Whether it is to be asked what there is to do. Safe on any thread. */
	boolean isPending() {
		ReceiveTimeout known = this.timeout;
		return this.task != null || (known != null && known.isPending());
	}

	/** Whether a task has not run yet. */
	boolean owesTask() {
		ReceiveTimeout known = this.timeout;
		return known != null && !known.cancelled && (known.armed || known.busy);
	}

	void clear() {
		this.task = null;
		ReceiveTimeout known = this.timeout;
		if (known != null) {
			known.cancel();
		}
		this.timeout = null;
	}

	/** The task that runs when no message has come for a time. */
	private final class ReceiveTimeout implements GenServerTimer, Runnable {

		private final long delay;

		private final Runnable work;

		/** Whether messages have been handled since the last look. */
		private boolean busy;

		/** Since when none has. */
		private long since;

		/** Whether an alarm is set, or has rung and was not noticed. */
		private boolean armed;

		private volatile boolean rung;

		private volatile boolean cancelled;

		private volatile @Nullable Alarm alarm;

		ReceiveTimeout(long delay, Runnable work, boolean inTurn) {
			this.delay = delay;
			this.work = work;
			this.busy = inTurn;
			this.since = IdleWork.this.server.scheduler().nanoTime();
			this.armed = !inTurn;
		}

		/** It was set outside of the turn. */
		void begin() {
			set(this.since + this.delay);
		}

		@Nullable Message next() {
			if (this.cancelled || !(this.rung || this.busy)) {
				return null;
			}
			long now = IdleWork.this.server.scheduler().nanoTime();
			if (this.busy) {
				this.since = now;
			}
			else if (now - this.since - this.delay >= 0) {
				CastMessage message = new CastMessage(LambdaOperation.RECEIVE_TIMEOUT, this.work, IdleWork.this.server);
				this.rung = false;
				this.armed = false;
				return message;
			}
			if (this.rung || !this.armed) {
				set(this.since + this.delay);
				this.armed = true;
				this.rung = false;
			}
			this.busy = false;
			return null;
		}

		private void set(long time) {
			Alarm next = new Alarm(time, this);
			this.alarm = next;
			IdleWork.this.server.scheduler().track(next);
			if (this.cancelled) {
				next.cancel();
			}
		}

		/** It rings; perhaps more than once, if something fails. On any thread. */
		@Override
		public void run() {
			if (!this.cancelled && !IdleWork.this.owner.holdsBack(this)) {
				this.rung = true;
				IdleWork.this.owner.ready();
			}
		}

		boolean isPending() {
			return !this.cancelled && (this.rung || (this.busy && !this.armed));
		}

		@Override
		public synchronized boolean cancel() {
			boolean first = !this.cancelled;
			this.cancelled = true;
			Alarm last = this.alarm;
			if (last != null) {
				last.cancel();
			}
			return first;
		}

		@Override
		public boolean isCancelled() {
			return this.cancelled;
		}

	}

	/** Whose work it is. Safe on any thread. */
	interface Owner {

		/** There may be something to do. */
		void ready();

		/** Whether timers pause, and this one rings when they go on. */
		boolean holdsBack(Runnable ring);

	}

}
