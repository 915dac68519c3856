package io.genserver.runtime.cell;

import java.util.concurrent.CompletionStage;

import io.genserver.SupervisionStrategy;
import io.genserver.log.SafeLogger;
import io.genserver.log.Throwables;
import io.genserver.runtime.message.CallerError;
import io.genserver.runtime.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * What follows from the end of a handler: the reply or failure that its sender gets, what
 * becomes of the server, and what is counted and logged. Methods belong to the turn
 * unless they say otherwise.
 */
final class MessageOutcomes {

	private static final SafeLogger logger = SafeLogger.of(MessageOutcomes.class);

	private final ServerCell cell;

	private final UnfinishedWork work;

	MessageOutcomes(ServerCell cell, UnfinishedWork work) {
		this.cell = cell;
		this.work = work;
	}

	TurnStep succeeded(Message message, @Nullable Object value) {
		over(message);
		answer(message, value);
		return TurnStep.CONTINUE;
	}

	/**
	 * Settle first what becomes of the server, then let the caller know, then all others:
	 * interceptors, statistics and the log.
	 */
	TurnStep failed(Message message, Throwable cause) {
		if (cause instanceof OutOfMemoryError) {
			// Others may have been short of memory too.
			this.cell.runtime().suspect();
		}
		over(message);
		if (this.cell.endsWaits()) {
			// It stops or begins again in any case, at once; this may be why it failed.
			refuse(message, cause);
			return this.cell.life().step();
		}
		boolean restarts = false;
		boolean parks = false;
		switch (strategyFor(cause)) {
			case RESUME -> {
			}
			case RESTART -> {
				parks = this.work.postpone(Commands.FAIL);
				restarts = !parks;
				if (parks) {
					this.cell.life().failedWith(Throwables.describable(cause));
				}
				else {
					this.cell.life().restarting(Throwables.describable(cause));
				}
			}
			case STOP -> stopBecause(cause);
		}
		refuse(message, cause);
		if (restarts) {
			this.cell.life().restart(Throwables.describable(cause));
		}
		return parks ? TurnStep.BLOCKED : this.cell.life().step();
	}

	/**
	 * A handler that ran concurrently with the turn has ended. On the handler's thread,
	 * or any.
	 */
	void concurrentHandlerEnded(Message message, @Nullable Object value, @Nullable Throwable cause) {
		this.cell.statistics().processedConcurrently();
		if (cause == null) {
			answer(message, value);
			return;
		}
		if (this.cell.endsWaits()) {
			refuse(message, cause);
			return;
		}
		switch (strategyFor(cause)) {
			case RESUME -> {
			}
			case RESTART -> {
				this.cell.life().failedWith(Throwables.describable(cause));
				this.cell.command(Commands.FAIL);
			}
			case STOP -> stopBecause(cause);
		}
		refuse(message, cause);
	}

	/**
	 * A handler could not be started concurrently with the turn, or the engine failed as
	 * the handler ended. Throws nothing. On any thread.
	 */
	void concurrentHandlerBroke(Message message, Throwable cause) {
		refuse(message, cause);
	}

	/**
	 * Give up what a handler returned that ran concurrently with the turn.
	 */
	void concurrentResultGivenUp(Message message, CompletionStage<?> stage, Throwable reason) {
		this.cell.statistics().processedConcurrently();
		Awaited.cancel(message, stage, this.cell);
		gaveUp(message, reason);
	}

	/** What a handler returned is no longer waited for; that is no failure of it. */
	void gaveUp(Message message, Throwable reason) {
		if (message.isCast()) {
			message.reportEnd(reason);
			this.cell.failed(message.operation().name(), reason);
			this.cell.runtime()
				.failures()
				.warn(logger, this.cell.name(), message.operation().name(), null, "Server {} goes on: {}", this.cell,
						Throwables.message(reason));
		}
		else if (!message.isOver()) {
			message.fail(this.cell, reason);
		}
		message.forget();
	}

	private SupervisionStrategy strategyFor(Throwable cause) {
		if (cause instanceof CallerError) {
			return SupervisionStrategy.RESUME;
		}
		return this.cell.owner().supervision().strategyFor(cause);
	}

	private void stopBecause(Throwable cause) {
		this.cell.life().stoppedBy(Throwables.describable(cause));
		this.cell.command(Commands.STOP);
	}

	private void answer(Message message, @Nullable Object value) {
		if (!message.isReplyDeferred()) {
			message.succeed(this.cell, value);
		}
		if (message.isCast()) {
			message.reportEnd(null);
		}
		message.forget();
	}

	/** Tell the caller that its message has failed, then all others. Throws nothing. */
	private void refuse(Message message, Throwable cause) {
		try {
			message.fail(this.cell, cause);
			if (message.isCast()) {
				message.reportEnd(cause);
			}
		}
		catch (Throwable ex) {
			logger.error("The failure of {} was not reported", message.operation(), ex);
		}
		try {
			report(message, cause);
		}
		catch (Throwable ex) {
			logger.error("The failure of {} was not counted", message.operation(), ex);
		}
		message.forget();
	}

	private void report(Message message, Throwable cause) {
		if (!(cause instanceof CallerError)) {
			this.cell.failed(message.operation().name(), cause);
		}
		if (strategyFor(cause) == SupervisionStrategy.STOP) {
			this.cell.life().warn(cause, "Server {} stops because {} failed", this.cell, message.operation());
		}
		if (message.isCast()) {
			this.cell.runtime()
				.failures()
				.warn(logger, this.cell.name(), message.operation().name(), cause,
						"Server {} failed to handle {} from {}", this.cell, message.operation(), message.caller());
		}
		else {
			logger.debug("Server {} failed to handle {} from {}", this.cell, message.operation(), message.caller(),
					cause);
		}
	}

	void over(Message message) {
		if (Thread.interrupted()) {
			logger.debug("Server {} handled {} and left the thread interrupted", this.cell, message.operation());
		}
		this.cell.statistics().processed();
		this.work.inTurn().end();
	}

}
