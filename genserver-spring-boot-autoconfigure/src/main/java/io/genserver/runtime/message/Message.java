package io.genserver.runtime.message;

import io.genserver.Caller;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.contract.Invocation;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.mailbox.MailboxEntry;
import org.jspecify.annotations.Nullable;

/**
 * What is sent to a server. The thread that moves its slot to its outcome, and no other,
 * notifies the sender; the thread that moves it from {@code QUEUED} owns its place in the
 * mailbox and its payload. A cast that cannot be given up skips the compare-and-sets:
 * only the consumer looks at it.
 */
public abstract class Message extends MailboxEntry implements Wait, Invocation {

	private static final SafeLogger logger = SafeLogger.of(Message.class);

	private final Operation operation;

	private @Nullable Object payload;

	/** A {@link Recipient}, a {@link Thread} or a {@link Caller}. */
	private @Nullable Object origin;

	/** Whether its handler has put it off. Only in the turn. */
	private boolean stashed;

	/** What interceptors see of it, if there are any. */
	private @Nullable MessageEnvelope envelope;

	protected Message(Operation operation, @Nullable Object payload, Object origin, Object slot) {
		super(slot);
		this.operation = operation;
		this.payload = payload;
		this.origin = origin;
	}

	public final Operation operation() {
		return this.operation;
	}

	public final @Nullable Object payload() {
		return this.payload;
	}

	@Override
	public boolean isReplyDeferred() {
		return this.stashed;
	}

	@Override
	public final boolean isStashed() {
		return this.stashed;
	}

	/** Its handler puts it off. Only while the handler runs. */
	public final void stash() {
		this.stashed = true;
	}

	/**
	 * It is about to be handled again. Only in the turn.
	 * @param now the present, in nanoseconds
	 */
	public void handleAgain(long now) {
		this.stashed = false;
	}

	/**
	 * Describe the sender.
	 * @return the sender, or a thread without name once the message is over
	 */
	public final Caller caller() {
		return caller(this.origin);
	}

	static Caller caller(@Nullable Object origin) {
		if (origin instanceof Recipient sender) {
			return new Caller.Server(sender.name(), sender.key());
		}
		if (origin instanceof Caller caller) {
			return caller;
		}
		return new Caller.Local((origin instanceof Thread thread) ? thread.getName() : "");
	}

	/**
	 * Return what interceptors see of it.
	 * @return the envelope, {@code null} if there is none
	 */
	public final @Nullable MessageEnvelope envelope() {
		return this.envelope;
	}

	/** Only before the message is visible to another thread, or by its handler's. */
	final void envelope(MessageEnvelope seen) {
		this.envelope = seen;
	}

	/**
	 * It continues another message: interceptors see it with what they know of that one.
	 * Only before the message is visible to another thread.
	 * @param other the other message
	 */
	public final void continues(Message other) {
		MessageEnvelope seen = other.envelope;
		if (seen != null) {
			this.envelope = MessageEnvelope.continuing(seen, this);
		}
	}

	/**
	 * It is over; interceptors want to know.
	 * @param failure why, {@code null} if it was handled
	 */
	public final void reportEnd(@Nullable Throwable failure) {
		MessageEnvelope seen = this.envelope;
		if (seen != null) {
			seen.ended(failure);
		}
	}

	/** Its handler has replied after its end. */
	public final void repliedLate(Recipient here) {
		here.repliedLate();
		MessageEnvelope seen = this.envelope;
		if (seen != null) {
			seen.repliedLate();
		}
	}

	public final @Nullable Object origin() {
		return this.origin;
	}

	/** Its sender is about to wait for room. */
	public void waitingAt(Recipient recipient) {
	}

	/**
	 * Forget everything the message carries; it may stay linked for a while. Only by the
	 * owner of the payload.
	 */
	public final void forget() {
		this.payload = null;
		this.origin = null;
	}

	/**
	 * Forget a payload that no handler has seen. Only by the owner of the payload.
	 */
	public final void discard() {
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
	public abstract boolean start();

	/**
	 * Start the message although it stays linked in the mailbox. Its place is to be freed
	 * like that of one that was given up; the consumer will pass it over.
	 * @return {@code false} if it was given up or started before
	 */
	public boolean startInPlace() {
		return move(QUEUED, RUNNING);
	}

	/**
	 * Deliver the result of the handler. Called once after a successful {@link #start()}.
	 * @param here where it ran
	 * @param value the reply, or {@code null}
	 */
	public abstract void succeed(Recipient here, @Nullable Object value);

	/**
	 * Deliver the failure of the handler. Called once after a successful
	 * {@link #start()}.
	 * @param here where it ran
	 * @param failure what the handler threw
	 */
	public abstract void fail(Recipient here, Throwable failure);

	/**
	 * End a message that was never started because the server stops.
	 * @param here the server
	 * @return whether this ended it
	 */
	public abstract boolean abandon(Recipient here);

	/**
	 * Return whether the handler may stop: no caller waits for its result.
	 * @return whether the message was given up, or its deadline has passed
	 */
	public boolean isCancelled() {
		return false;
	}

	/** {@code Long.MAX_VALUE} if there is none. */
	public long deadline() {
		return Long.MAX_VALUE;
	}

	/** Whether its sender expects no reply. */
	public abstract boolean isCast();

}
