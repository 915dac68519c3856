package io.genserver.runtime.contract;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;

/**
 * An operation of a server. Immutable; one instance serves all messages.
 */
public abstract class Operation {

	private final String name;

	private final Kind kind;

	private final long timeoutNanos;

	private final boolean idempotent;

	private final boolean interruptible;

	/**
	 * Create an operation.
	 * @param name name without the server's; overloads share one
	 * @param kind how it answers
	 * @param timeoutNanos time a call may take, 0 for the server's call timeout
	 * @param idempotent whether it may run twice
	 * @param interruptible whether its thread is interrupted when no caller waits any
	 * more
	 */
	protected Operation(String name, Kind kind, long timeoutNanos, boolean idempotent, boolean interruptible) {
		this.name = name;
		this.kind = kind;
		this.timeoutNanos = timeoutNanos;
		this.idempotent = idempotent;
		this.interruptible = interruptible;
	}

	/**
	 * Run the operation. Called in the server's turn.
	 * @param instance the server's instance
	 * @param payload what the message carries, of the form this operation expects
	 * @param invocation the message it is invoked for
	 * @return the reply: a value, a {@link java.util.concurrent.CompletionStage} whose
	 * end the server awaits, or for a {@link Kind#STREAM} a
	 * {@link java.util.concurrent.Flow.Publisher}
	 * @throws Throwable what the handler throws
	 */
	public abstract @Nullable Object invoke(Object instance, @Nullable Object payload, Invocation invocation)
			throws Throwable;

	/**
	 * Release a payload that will never be passed to {@link #invoke}. Called at most once
	 * for a message, on any thread; must not throw.
	 * @param payload the payload
	 */
	public void discard(@Nullable Object payload) {
	}

	/**
	 * Return whether the reply is what a returned
	 * {@link java.util.concurrent.CompletionStage} completes with, as opposed to the
	 * stage itself. The server waits for it in both cases.
	 * @return {@code true} unless the sender wants the stage
	 */
	public boolean unwrapsStage() {
		return true;
	}

	/**
	 * Return how many invocations may run at once, outside the server's turn.
	 * @return the number, or 0 if the operation runs in the turn
	 */
	public int concurrency() {
		return 0;
	}

	/**
	 * Return whether calls are not limited by the deadline of the turn they are made in.
	 * @return {@code true} if they have their own time only
	 */
	public boolean isDetached() {
		return false;
	}

	/**
	 * Return whether an invocation may start although earlier messages wait for a slot of
	 * an operation that has several, also messages of the same sender.
	 * @return {@code true} if it does not wait behind them
	 */
	public boolean overtakes() {
		return false;
	}

	/**
	 * Return the time after which a running handler of this operation is logged as slow.
	 * @return nanoseconds, 0 for never, -1 for what is set for the server
	 */
	public long slowNanos() {
		return -1;
	}

	/**
	 * Return the operation whose slots invocations of this one take: an operation that
	 * stands for another shares with it how many may run at once.
	 * @return this operation, unless it stands for another
	 */
	public Operation slots() {
		return this;
	}

	/**
	 * Turn the value of a deferred reply into what the sender gets. Called on the thread
	 * that answers.
	 * @param value the reply
	 * @return what {@link #invoke} would have returned for it
	 */
	public @Nullable Object deferredReply(@Nullable Object value) {
		return value;
	}

	/**
	 * Return the class of the messages this operation handles; such a message is its only
	 * argument.
	 * @return the class, or {@code null} if it is invoked by name
	 */
	public @Nullable Class<?> messageType() {
		return null;
	}

	/**
	 * Make the payload of a message from decoded arguments.
	 * @param arguments as many as there are {@link #parameterTypes()}
	 * @return what {@link #invoke} expects
	 */
	public @Nullable Object payload(@Nullable Object... arguments) {
		return arguments;
	}

	/**
	 * Return the types of the parameters, for decoding.
	 * @return the types, empty if there is nothing to decode
	 */
	public Type[] parameterTypes() {
		return new Type[0];
	}

	/**
	 * Return the type of the reply or of a stream's item, for decoding and description.
	 * @return the type
	 */
	public Type replyType() {
		return Object.class;
	}

	/**
	 * Return the name.
	 * @return name without the server's
	 */
	public final String name() {
		return this.name;
	}

	/**
	 * Return how the operation answers.
	 * @return the kind
	 */
	public final Kind kind() {
		return this.kind;
	}

	/**
	 * Return the time a call may take in all.
	 * @return nanoseconds, 0 for the server's call timeout
	 */
	public final long timeoutNanos() {
		return this.timeoutNanos;
	}

	/**
	 * Return whether the operation may run twice.
	 * @return {@code true} if it is idempotent
	 */
	public final boolean idempotent() {
		return this.idempotent;
	}

	/**
	 * Return whether its thread is interrupted when no caller waits for it any more.
	 * @return {@code true} to interrupt
	 */
	public final boolean interruptible() {
		return this.interruptible;
	}

	@Override
	public String toString() {
		return this.name;
	}

	/**
	 * How an operation answers.
	 */
	public enum Kind {

		/**
		 * With one reply.
		 */
		CALL,

		/**
		 * Not at all.
		 */
		CAST,

		/**
		 * With items until it ends or is cancelled.
		 */
		STREAM

	}

}
