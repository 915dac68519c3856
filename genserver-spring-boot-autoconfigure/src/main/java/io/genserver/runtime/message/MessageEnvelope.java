package io.genserver.runtime.message;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.genserver.Caller;
import io.genserver.Envelope;
import org.jspecify.annotations.Nullable;

/**
 * A message as interceptors see it. Only there if there are interceptors.
 */
public final class MessageEnvelope implements Envelope {

	private final Interceptors interceptors;

	private final String server;

	private final @Nullable String key;

	private final Message message;

	private final @Nullable Object origin;

	/** Kept apart from the payload, which goes when the message is taken. */
	private final Map<String, String> headers;

	private final long sentAt;

	/** When it got its place in the mailbox; published with the message. */
	private long queuedAt;

	/** Time in the mailbox, written before it is handled. */
	private volatile long waitedNanos;

	private volatile @Nullable Map<Attribute<?>, Object> attributes;

	private boolean over;

	/** Whether interceptors have seen its end; a blocked caller waits for that too. */
	private volatile boolean reported;

	MessageEnvelope(Interceptors interceptors, String server, @Nullable String key, Message message, long sentAt) {
		this.interceptors = interceptors;
		this.server = server;
		this.key = key;
		this.message = message;
		this.origin = message.origin();
		this.headers = (message.payload() instanceof RemotePayload remote) ? remote.headers() : Map.of();
		this.sentAt = sentAt;
	}

	/** What continues another message has the attributes of that one. */
	static MessageEnvelope continuing(MessageEnvelope other, Message continuation) {
		MessageEnvelope envelope = new MessageEnvelope(other.interceptors, other.server, other.key, continuation,
				other.interceptors.nanoTime());
		envelope.attributes = other.attributes;
		return envelope;
	}

	/** It is about to get a place in the mailbox. */
	public void queued(long now) {
		this.queuedAt = now;
	}

	/** It was taken out of the mailbox. */
	public void taken(long now) {
		if (this.queuedAt != 0) {
			this.waitedNanos = Math.max(0, now - this.queuedAt);
		}
	}

	/** It is over, for the reason given. */
	void ended(@Nullable Throwable failure) {
		try {
			this.interceptors.ended(this, failure);
		}
		finally {
			this.reported = true;
		}
	}

	/** Whether interceptors have seen its end. */
	boolean isReported() {
		return this.reported;
	}

	/** Its handler has replied after its end. */
	void repliedLate() {
		this.interceptors.repliedLate(this);
	}

	/** Returns {@code true} the first time: interceptors have not seen its end before. */
	synchronized boolean end() {
		boolean first = !this.over;
		this.over = true;
		return first;
	}

	@Override
	public String server() {
		return this.server;
	}

	@Override
	public @Nullable String key() {
		return this.key;
	}

	@Override
	public String operation() {
		return this.message.operation().name();
	}

	@Override
	public boolean isCast() {
		return this.message.isCast();
	}

	@Override
	public Caller caller() {
		return Message.caller(this.origin);
	}

	@Override
	public @Nullable Duration remaining() {
		long deadline = this.message.deadline();
		return (deadline != Long.MAX_VALUE) ? Duration.ofNanos(Math.max(0, deadline - this.interceptors.nanoTime()))
				: null;
	}

	@Override
	public Duration waited() {
		return Duration.ofNanos(this.waitedNanos);
	}

	@Override
	public Duration age() {
		return Duration.ofNanos(Math.max(0, this.interceptors.nanoTime() - this.sentAt));
	}

	@Override
	public Map<String, String> headers() {
		return this.headers;
	}

	@Override
	@SuppressWarnings("unchecked")
	public <T> @Nullable T get(Attribute<T> attribute) {
		Map<Attribute<?>, Object> known = this.attributes;
		return (known != null) ? (T) known.get(attribute) : null;
	}

	@Override
	public <T> void put(Attribute<T> attribute, T value) {
		attributes().put(attribute, value);
	}

	private synchronized Map<Attribute<?>, Object> attributes() {
		Map<Attribute<?>, Object> known = this.attributes;
		if (known == null) {
			known = new ConcurrentHashMap<>(4);
			this.attributes = known;
		}
		return known;
	}

	@Override
	public String toString() {
		return this.message.operation() + " to " + server() + ((this.key != null) ? "/" + this.key : "");
	}

}
