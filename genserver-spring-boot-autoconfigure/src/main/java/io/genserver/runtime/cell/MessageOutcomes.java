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

	private MessageOutcomes() {
	}

	/**
	 * Settle first what becomes of the server, then let the caller know, then all others:
	 * interceptors, statistics and the log.
	 */
	static TurnStep failed(ServerCell cell, Message message, Throwable cause) {
		if (cause instanceof OutOfMemoryError) {
			// Others may have been short of memory too.
			cell.runtime().suspect();
		}
		if (cell.endsWaits()) {
			// It stops or begins again in any case, at once; this may be why it failed.
			refuse(cell, message, cause);
			return cell.life().step();
		}
		boolean restarts = false;
		boolean parks = false;
		switch (strategyFor(cell, cause)) {
			case RESUME -> {
			}
			case RESTART -> {
				parks = cell.work().postpone(Commands.FAIL);
				restarts = !parks;
				if (parks) {
					cell.life().failedWith(Throwables.describable(cause));
				}
				else {
					cell.life().restarting(Throwables.describable(cause));
				}
			}
			case STOP -> stopBecause(cell, cause);
		}
		refuse(cell, message, cause);
		if (restarts) {
			cell.life().restart(Throwables.describable(cause));
		}
		return parks ? TurnStep.BLOCKED : cell.life().step();
	}

	/**
	 * A handler that ran concurrently with the turn has ended. On the handler's thread,
	 * or any.
	 */
	static void concurrentHandlerEnded(ServerCell cell, Message message, @Nullable Object value,
			@Nullable Throwable cause) {
		cell.statistics().processedConcurrently();
		if (cause == null) {
			answer(cell, message, value);
			return;
		}
		if (cell.endsWaits()) {
			refuse(cell, message, cause);
			return;
		}
		switch (strategyFor(cell, cause)) {
			case RESUME -> {
			}
			case RESTART -> {
				cell.life().failedWith(Throwables.describable(cause));
				cell.command(Commands.FAIL);
			}
			case STOP -> stopBecause(cell, cause);
		}
		refuse(cell, message, cause);
	}

	/**
	 * A handler could not be started concurrently with the turn, or the engine failed as
	 * the handler ended. Throws nothing. On any thread.
	 */
	static void concurrentHandlerBroke(ServerCell cell, Message message, Throwable cause) {
		refuse(cell, message, cause);
	}

	/**
	 * Give up what a handler returned that ran concurrently with the turn.
	 */
	static void concurrentResultGivenUp(ServerCell cell, Message message, CompletionStage<?> stage, Throwable reason) {
		cell.statistics().processedConcurrently();
		Awaited.cancel(message, stage, cell);
		gaveUp(cell, message, reason);
	}

	/** What a handler returned is no longer waited for; that is no failure of it. */
	static void gaveUp(ServerCell cell, Message message, Throwable reason) {
		if (message.isCast()) {
			message.reportEnd(reason);
			cell.failed(message.operation().name(), reason);
			cell.runtime()
				.failures()
				.warn(logger, cell.name(), message.operation().name(), null, "Server {} goes on: {}", cell,
						Throwables.message(reason));
		}
		else if (!message.isOver()) {
			message.fail(cell, reason);
		}
		message.forget();
	}

	private static SupervisionStrategy strategyFor(ServerCell cell, Throwable cause) {
		if (cause instanceof CallerError) {
			return SupervisionStrategy.RESUME;
		}
		return cell.owner().supervision().strategyFor(cause);
	}

	private static void stopBecause(ServerCell cell, Throwable cause) {
		cell.life().stoppedBy(Throwables.describable(cause));
		cell.command(Commands.STOP);
	}

	static void answer(ServerCell cell, Message message, @Nullable Object value) {
		if (!message.isReplyDeferred()) {
			message.succeed(cell, value);
		}
		else if (message.isStashed()) {
			cell.ownWork().stash().add(message);
			return;
		}
		if (message.isCast()) {
			message.reportEnd(null);
		}
		message.forget();
	}

	/**
	 * Count the failure, so that a caller that looks finds it counted; then tell the
	 * caller, then all others. Throws nothing.
	 */
	private static void refuse(ServerCell cell, Message message, Throwable cause) {
		Throwable uncounted = null;
		try {
			if (!(cause instanceof CallerError)) {
				cell.statistics().failed(message.operation().name(), cause);
			}
		}
		catch (Throwable ex) {
			uncounted = ex;
		}
		try {
			message.fail(cell, cause);
			if (message.isCast()) {
				message.reportEnd(cause);
			}
		}
		catch (Throwable ex) {
			logger.error("The failure of {} was not reported", message.operation(), ex);
		}
		try {
			report(cell, message, cause);
			if (uncounted != null) {
				logger.error("The failure of {} was not counted", message.operation(), uncounted);
			}
		}
		catch (Throwable ex) {
			logger.error("The failure of {} was not reported to listeners", message.operation(), ex);
		}
		message.forget();
	}

	private static void report(ServerCell cell, Message message, Throwable cause) {
		if (!(cause instanceof CallerError)) {
			cell.owner().failed(message.operation().name());
		}
		if (strategyFor(cell, cause) == SupervisionStrategy.STOP) {
			cell.life().warn(cause, "Server {} stops because {} failed", cell, message.operation());
		}
		if (message.isCast()) {
			cell.runtime()
				.failures()
				.warn(logger, cell.name(), message.operation().name(), cause, "Server {} failed to handle {} from {}",
						cell, message.operation(), message.caller());
		}
		else {
			logger.debug("Server {} failed to handle {} from {}", cell, message.operation(), message.caller(), cause);
		}
	}

}
