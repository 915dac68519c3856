package io.genserver;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Sees every message on both sides: where it is sent and where it is handled. Beans of
 * this type are used in their order; the first is the outermost.
 * <p>
 * They are made when the first message is sent, and may use servers themselves, but must
 * not call a server in {@link #sending} or {@link #handling} that is intercepted by the
 * same call again without end. Called by many threads.
 *
 * @since 0.1.0
 */
public interface GenServerInterceptor {

	/**
	 * A message is about to be sent. Called on the sender's thread, which is an event
	 * loop for remote messages: must not block. What it throws refuses the message: the
	 * sender gets it, thrown by a cast and as the failure of a call.
	 * @param envelope the message
	 */
	default void sending(Envelope envelope) {
	}

	/**
	 * Take what belongs to the calling thread, for messages that other threads send for
	 * it later: of {@link Keyed#askAll}, those that wait until earlier ones are answered.
	 * Their {@link #sending} runs within what is returned here, so that it finds on its
	 * thread what it would have found on this one.
	 * @return runs what it is given at once, with what was taken, and restores the
	 * thread; called by any thread, maybe by several at once
	 */
	default Consumer<Runnable> forLater() {
		return Runnable::run;
	}

	/**
	 * A message is handled. Called in the server's turn, or outside it for operations
	 * that run concurrently, for timers and continuations too. Whatever this does before
	 * and after the invocation is part of handling: an exception is the handler's. Must
	 * return what the invocation returned, or a replacement of its kind: the reply, or a
	 * {@link java.util.concurrent.CompletionStage} of it, in which case the message is
	 * handled only once that has completed, after this method.
	 * @param envelope the message
	 * @param invocation goes on: to the next interceptor, or the handler; to be called
	 * once, on this thread
	 * @return the result of the handler
	 * @throws Throwable whatever the handler throws
	 */
	default @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
		return invocation.proceed();
	}

	/**
	 * The handler of a message is about to start: the message has waited for as long as
	 * {@link Envelope#waited()} says. Called on the thread that handles it, within the
	 * {@link #handling} of all interceptors, and not if one of them does not proceed.
	 * Must be quick. What it throws is logged.
	 * <p>
	 * Costs less than {@link #handling}, which stays on the stack of a handler that
	 * waits.
	 * @param envelope the message
	 */
	default void starting(Envelope envelope) {
	}

	/**
	 * A message is over. Called once for every message that was sent: for a call when its
	 * outcome is known, whether its handler has returned or not, for others when they
	 * were handled, refused or discarded. On any thread, the one that watches deadlines
	 * included: must be quick and must not block. What it throws is logged. The caller of
	 * a call gets the outcome after this has returned, so that whatever is counted here
	 * is counted when the caller continues.
	 * @param envelope the message
	 * @param failure what the caller of a call gets, or why a cast was not handled or
	 * failed; {@code null} for success
	 */
	default void ended(Envelope envelope, @Nullable Throwable failure) {
	}

	/**
	 * A handler has replied after its caller had given up. On any thread; as
	 * {@link #ended}, which came before.
	 * @param envelope the message
	 */
	default void repliedLate(Envelope envelope) {
	}

	/**
	 * What an interceptor is put around.
	 */
	@FunctionalInterface
	interface Invocation {

		/**
		 * Proceed to the next interceptor, or to the handler.
		 * @return the result of the handler
		 * @throws Throwable whatever the handler throws
		 */
		@Nullable Object proceed() throws Throwable;

	}

}
