package io.genserver.runtime;

import io.genserver.Caller;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.contract.Invocation;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.mailbox.MailboxEntry;
import org.jspecify.annotations.Nullable;

/**
 * What is sent to a server. Whoever moves its slot to its outcome, and nobody else, tells
 * the sender; whoever moves it from {@code QUEUED} owns its place in the mailbox and its
 * payload. A cast nobody can give up skips the compare-and-sets: only the consumer looks
 * at it.
 */
abstract class Message extends MailboxEntry implements Wait, Invocation {

	private static final SafeLogger logger = SafeLogger.of(Message.class);

	private final Operation operation;

	private @Nullable Object payload;

	/** A {@link ServerCell}, a {@link Thread} or a {@link Caller}. */
	private @Nullable Object origin;

	/** What interceptors see of it, if there are any. */
	@Nullable MessageEnvelope envelope;

	Message(Operation operation, @Nullable Object payload, Object origin, Object slot) {
		super(slot);
		this.operation = operation;
		this.payload = payload;
		this.origin = origin;
	}

	final Operation operation() {
		return this.operation;
	}

	final @Nullable Object payload() {
		return this.payload;
	}

	@Override
	public boolean isReplyDeferred() {
		return false;
	}

	/**
	 * Describe the sender.
	 * @return the sender, or a thread without name once the message is over
	 */
	final Caller caller() {
		return caller(this.origin);
	}

	static Caller caller(@Nullable Object origin) {
		if (origin instanceof ServerCell cell) {
			return new Caller.Server(cell.name(), cell.key());
		}
		if (origin instanceof Caller caller) {
			return caller;
		}
		return new Caller.Local((origin instanceof Thread thread) ? thread.getName() : "");
	}

	/** It is over; interceptors want to know. */
	final void told(@Nullable Throwable failure) {
		MessageEnvelope seen = this.envelope;
		if (seen != null) {
			seen.ended(failure);
		}
	}

	/** Its handler has replied after its end. */
	final void repliedLate(ServerCell cell) {
		cell.statistics().lateReply();
		MessageEnvelope seen = this.envelope;
		if (seen != null) {
			seen.repliedLate();
		}
	}

	final @Nullable Object origin() {
		return this.origin;
	}

	/** Its sender is about to wait for room. */
	void waitingAt(ServerCell cell) {
	}

	/**
	 * Forget everything the message carries; it may stay linked for a while. Only by the
	 * owner of the payload.
	 */
	final void forget() {
		this.payload = null;
		this.origin = null;
	}

	/**
	 * Forget a payload that no handler has seen. Only by the owner of the payload.
	 */
	final void discard() {
		Object unused = this.payload;
		forget();
		letGo(unused);
	}

	/**
	 * Let go of the payload, which no handler has seen, of a message that is not over.
	 * Only by the owner of the payload.
	 */
	final void letGoOfPayload() {
		letGo(this.payload);
	}

	private void letGo(@Nullable Object unused) {
		try {
			this.operation.discard(unused);
		}
		catch (Throwable ex) {
			logger.warn("{} failed to let a payload go", this.operation, ex);
		}
	}

	/**
	 * Take the message out of the mailbox in order to run it. Only by the consumer.
	 * @return {@code false} if it was given up while it waited
	 */
	abstract boolean start();

	/**
	 * Start the message although it stays linked in the mailbox. Its place is to be freed
	 * like that of one that was given up; the consumer will pass it over.
	 * @return {@code false} if it was given up or started before
	 */
	boolean startInPlace() {
		return move(QUEUED, RUNNING);
	}

	/**
	 * Deliver the result of the handler. Called once after a successful {@link #start()}.
	 * @param cell where it ran
	 * @param value the reply, or {@code null}
	 */
	abstract void succeed(ServerCell cell, @Nullable Object value);

	/**
	 * Deliver the failure of the handler. Called once after a successful
	 * {@link #start()}.
	 * @param cell where it ran
	 * @param failure what the handler threw
	 */
	abstract void fail(ServerCell cell, Throwable failure);

	/**
	 * End a message that was never started because the server stops.
	 * @param cell the server
	 * @return whether this ended it
	 */
	abstract boolean abandon(ServerCell cell);

	/** Nobody waits for the message any more. */
	boolean isCancelled() {
		return false;
	}

	/** {@code Long.MAX_VALUE} if there is none. */
	long deadline() {
		return Long.MAX_VALUE;
	}

	/** Whether its sender expects no reply. */
	abstract boolean isCast();

}
