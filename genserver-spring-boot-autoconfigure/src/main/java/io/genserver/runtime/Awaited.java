package io.genserver.runtime;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

import io.genserver.ServerInfo;
import org.jspecify.annotations.Nullable;

/**
 * What a handler returned and its server waits for before the next message. The turn ends
 * meanwhile; the completion begins another. The turn that parks and the completion meet
 * in {@link #phase}: the second of the two goes on. Only the first completion counts.
 */
final class Awaited implements BiConsumer<@Nullable Object, @Nullable Throwable>, Watched {

	private static final int PENDING = 0;

	private static final int PARKED = 1;

	private static final int COMPLETED = 2;

	private final Handling handling;

	private final Message message;

	private final CompletionStage<?> stage;

	private final AtomicInteger phase = new AtomicInteger(PENDING);

	private volatile @Nullable Object value;

	private volatile @Nullable Throwable failure;

	Awaited(Handling handling, Message message, CompletionStage<?> stage) {
		this.handling = handling;
		this.message = message;
		this.stage = stage;
	}

	/**
	 * Called by the turn once it has registered this.
	 * @return whether the turn must end; otherwise the result is there
	 */
	boolean park() {
		return this.phase.compareAndSet(PENDING, PARKED);
	}

	@Override
	public void accept(@Nullable Object result, @Nullable Throwable cause) {
		synchronized (this) {
			if (this.phase.get() == COMPLETED) {
				return;
			}
			this.value = result;
			this.failure = cause;
			if (this.phase.getAndSet(COMPLETED) == PENDING) {
				return;
			}
		}
		this.handling.resume(this);
	}

	@Override
	public void run() {
		this.handling.goOn(this);
	}

	@Override
	public ServerCell cell() {
		return this.handling.cell();
	}

	@Override
	public ServerInfo.@Nullable InFlight inFlight() {
		return this.handling.inTurn();
	}

	@Override
	public boolean isSlow(long now, long threshold) {
		return this.handling.isSlow(now, threshold);
	}

	Message message() {
		return this.message;
	}

	/** What the sender gets as reply, unless it failed. */
	@Nullable Object result() {
		return this.message.operation().unwrapsStage() ? this.value : this.stage;
	}

	/** Why it failed, or {@code null}. */
	@Nullable Throwable failure() {
		Throwable cause = this.failure;
		return (cause != null) ? Throwables.unwrap(cause) : null;
	}

}
