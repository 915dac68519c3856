package io.genserver.runtime;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A message whose sender expects no reply. Its slot stays {@code QUEUED} for good, unless
 * its sender had to wait for room.
 */
final class CastMessage extends Message implements Waiter {

	private volatile @Nullable Thread thread;

	/** Where its sender waits for room; only the sender's thread asks. */
	private @Nullable ServerCell waitedAt;

	CastMessage(Operation operation, @Nullable Object payload, Object origin) {
		super(operation, payload, origin);
	}

	ServerCell waitedAt() {
		return Objects.requireNonNull(this.waitedAt, "did not wait for room");
	}

	@Override
	void waitingAt(ServerCell cell) {
		this.waitedAt = cell;
	}

	@Override
	boolean start() {
		return settledSlot() == QUEUED;
	}

	@Override
	void succeed(ServerCell cell, @Nullable Object value) {
		forget();
	}

	@Override
	void fail(ServerCell cell, Throwable failure) {
		forget();
	}

	@Override
	void abandon(ServerCell cell) {
		Object now = settledSlot();
		if (now == ROOM && !move(ROOM, ServerCell.CLOSED)) {
			return;
		}
		discard();
		cell.runtime().scheduler().wake(this);
	}

	@Override
	boolean isCast() {
		return true;
	}

	@Override
	public boolean isReady() {
		return settledSlot() != ROOM;
	}

	@Override
	public @Nullable Thread thread() {
		return this.thread;
	}

	@Override
	public void thread(@Nullable Thread thread) {
		this.thread = thread;
	}

}
