package io.genserver.runtime.cell;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

import io.genserver.DeadLetter;
import io.genserver.GenServerUnavailableException;
import io.genserver.runtime.message.CallMessage;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.scheduling.Interruption;

/**
 * Ends what a cell has begun before it is finished: since no caller waits for it, its
 * time is over, the server is to stop or restart, or the application shuts down. Safe on
 * any thread, but for what says that it belongs to the turn.
 */
public final class WorkTermination {

	private final ServerCell cell;

	private final UnfinishedWork work;

	WorkTermination(ServerCell cell, UnfinishedWork work) {
		this.cell = cell;
		this.work = work;
	}

	private Interruption interruption() {
		return this.cell.turnRunner().interruption();
	}

	/**
	 * A call has ended before it had its reply: what its handler returned need not be
	 * waited for. On any thread.
	 */
	void unwanted(CallMessage call) {
		Awaited pending = this.work.awaited();
		if (pending != null && pending.message() == call) {
			pending.giveUp(unwanted());
		}
		OwnWork own = this.cell.ownWorkIfAny();
		if (own != null && own.stash().remove(call)) {
			call.discard();
		}
		ConcurrentHandlers concurrent = this.work.concurrentHandlersIfAny();
		if (concurrent != null) {
			concurrent.giveUp(call, unwanted());
		}
	}

	/** The server is to end, and with it every wait for what a handler returned. */
	void endWaits() {
		Awaited pending = this.work.awaited();
		if (pending != null) {
			pending.giveUp(endedWith(pending.message()));
		}
		ConcurrentHandlers concurrent = this.work.concurrentHandlersIfAny();
		if (concurrent != null) {
			concurrent.giveUpAll(this::endedWith);
		}
	}

	/** Interrupt the handlers that keep the turn from commands. On any thread. */
	void interruptFor(int commands) {
		Message running = this.work.current();
		while (running != null && this.cell.isAskedTo(commands) && this.work.awaited() == null) {
			// Its caller gets the stop as the reason, not the interrupt.
			if (running instanceof CallMessage call) {
				call.giveUp(interruptedFor(call));
			}
			if (isCaller(this.cell.runtime().shutdownTime())) {
				// It goes on to shut down what else there is.
				break;
			}
			Message interrupted = running;
			interruption().interrupt(() -> this.work.current() == interrupted && this.work.awaited() == null
					&& this.cell.isAskedTo(commands));
			Message next = this.work.current();
			running = (next != running) ? next : null;
		}
		ConcurrentHandlers concurrent = this.work.concurrentHandlersIfAny();
		if (concurrent != null) {
			concurrent.interruptFor(commands, this::interruptedFor);
		}
	}

	private Throwable interruptedFor(Message message) {
		return new GenServerUnavailableException(
				"Server " + this.cell.label() + " was asked to stop or restart, and the handler of "
						+ message.operation() + ", which ran for longer than genserver.servers." + this.cell.name()
						+ ".stop-grace, was interrupted; the call may have been executed",
				false);
	}

	/** Whether the turn runs on a thread that waits for a shutdown. */
	public boolean isCaller(ShutdownCallers time) {
		return time.isCaller(interruption().thread());
	}

	/**
	 * How many of the handlers that run concurrently with the turn are on threads that
	 * wait for a shutdown.
	 */
	public int concurrentCallers(ShutdownCallers time) {
		ConcurrentHandlers concurrent = this.work.concurrentHandlersIfAny();
		return (concurrent != null) ? concurrent.callers(time) : 0;
	}

	/**
	 * Whether something that does not wait for a shutdown goes on concurrently with the
	 * turn: a handler, or what a handler returned.
	 */
	public boolean hasOtherConcurrentHandlers(ShutdownCallers time) {
		ConcurrentHandlers concurrent = this.work.concurrentHandlersIfAny();
		return concurrent != null && !concurrent.isEmpty() && concurrent.size() > concurrent.callers(time);
	}

	/** Fail the calls whose handlers wait for a shutdown and so cannot answer. */
	public void failCallsOfCallers(ShutdownCallers time) {
		if (this.work.current() instanceof CallMessage call && isCaller(time)) {
			giveUpAtShutdown(call);
		}
		ConcurrentHandlers concurrent = this.work.concurrentHandlersIfAny();
		if (concurrent != null) {
			concurrent.failCallsOfCallers(time);
		}
	}

	/** Interrupt what runs and give up what is awaited. For shutdown. */
	public void interrupt(ShutdownCallers time) {
		if (!isCaller(time)) {
			interruption().interrupt(() -> true);
		}
		if (this.work.current() instanceof CallMessage call) {
			giveUpAtShutdown(call);
		}
		Awaited pending = this.work.awaited();
		if (pending != null) {
			pending.giveUp(new CancellationException("Server " + this.cell.label() + " was shut down"));
		}
		ConcurrentHandlers concurrent = this.work.concurrentHandlersIfAny();
		if (concurrent != null) {
			concurrent.interrupt(time);
		}
	}

	/** Fail what handlers have put off: the server stops. On any thread. */
	void failStashed() {
		OwnWork own = this.cell.ownWorkIfAny();
		if (own == null) {
			return;
		}
		for (Message message : own.stash().removeAll()) {
			GenServerUnavailableException reason = new GenServerUnavailableException(
					"Server " + this.cell.label() + " stopped while " + message.operation()
							+ " was put off; the message may have been executed in part",
					false);
			boolean lost = message.isCast() || (message instanceof CallMessage call && call.giveUp(reason));
			if (message.isCast()) {
				message.reportEnd(reason);
			}
			message.discard();
			if (lost) {
				this.cell.dropped(message, DeadLetter.Reason.STOPPED);
			}
		}
	}

	/** Fail the calls that will not be answered any more. For shutdown. */
	void failRest() {
		failStashed();
		DeferredReplies putOff = this.work.deferredIfAny();
		if (putOff != null) {
			putOff.failAll("was shut down");
		}
	}

	/** The instance goes, and with it the replies it owes. */
	void instanceGoes(String why) {
		DeferredReplies putOff = this.work.deferredIfAny();
		if (putOff != null) {
			putOff.failAll(why);
		}
	}

	void giveUpAtShutdown(CallMessage call) {
		call.giveUp(new GenServerUnavailableException("Server " + this.cell.label() + " was shut down while it handled "
				+ call.operation() + "; the call may have been executed", false));
	}

	/** The sender of a message has given it up, or its deadline has passed. */
	static CancellationException unwanted() {
		return new CancellationException("No caller waits for the reply any more");
	}

	/** A message that has no deadline has taken longer than its server waits. */
	Throwable unfinished(Message message) {
		return new TimeoutException("what " + message.operation() + " returned was not complete after "
				+ Duration.ofNanos(this.cell.owner().handlerTimeoutNanos())
				+ " and is not waited for any longer; genserver.servers." + this.cell.name()
				+ ".handler-timeout sets how long the server waits");
	}

	Throwable endedWith(Message message) {
		return new GenServerUnavailableException(
				"Server " + this.cell.label() + " was asked to stop or restart while it waited for what "
						+ message.operation() + " returned; the message may have been executed",
				false);
	}

}
