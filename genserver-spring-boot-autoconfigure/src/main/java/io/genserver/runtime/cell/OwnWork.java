package io.genserver.runtime.cell;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.contract.ServerTimer;
import io.genserver.runtime.message.CastMessage;
import io.genserver.runtime.message.Message;
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
final class OwnWork implements PipedResult.Owner, ServerTimers.Owner {

	private final ServerCell cell;

	private final Deque<Message> continuations = new ArrayDeque<>();

	private final Queue<Due> due = new ConcurrentLinkedQueue<>();

	private final ServerTimers timers;

	private final StashedMessages stash = new StashedMessages();

	private final IdleWork idle;

	/** Results that are awaited, or are there and have not been handled. */
	private final Set<PipedResult<?>> piped = ConcurrentHashMap.newKeySet();

	private final InstanceTasks tasks = new InstanceTasks();

	/** Whether the last thing begun was none of the mailbox's messages. */
	private boolean ownLast;

	/** Whether the last thing begun that was no message was a task. */
	private boolean taskLast;

	OwnWork(ServerCell cell) {
		this.cell = cell;
		this.timers = new ServerTimers(this, cell, cell.runtime());
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
		this.timers.schedule(timer.initialDelayNanos(), timer.periodNanos(), timer.operation(), null);
	}

	/** The timers. Safe on any thread. */
	ServerTimers timers() {
		return this.timers;
	}

	/** A timer has rung. Safe on any thread. */
	@Override
	public void rings(Due timer) {
		this.due.add(timer);
	}

	@Override
	public boolean isDue(Due timer) {
		return this.due.contains(timer);
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
		return !this.piped.isEmpty() || this.stash.size() > 0 || this.idle.owesTask() || this.timers.owesTask();
	}

	/**
	 * Whether a timer is neither armed nor due, or a result is there and not due. Safe on
	 * any thread.
	 */
	boolean hasLostTimer() {
		if (this.timers.hasLost()) {
			return true;
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
		int lost = this.timers.armLost();
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
		this.timers.clear();
		this.due.clear();
		this.tasks.clear();
		this.continuations.clear();
	}

}
