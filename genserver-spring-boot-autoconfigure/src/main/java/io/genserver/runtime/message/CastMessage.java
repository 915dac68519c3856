package io.genserver.runtime.message;

import io.genserver.CallCycleException;
import io.genserver.GenServerException;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * A message whose sender expects no reply. Its slot stays {@code QUEUED} for good, unless
 * its sender had to wait for room, or a later cast may displace it.
 */
public final class CastMessage extends Message implements Waiter {

	/** The outcome of a cast that will not be handled. */
	public static final Object DISCARDED = new Object();

	private final boolean displaceable;

	private volatile @Nullable Thread thread;

	/** Where its sender waits for room. */
	private volatile @Nullable Recipient target;

	/** Why it was refused while its sender waited; only the sender uses it. */
	private @Nullable GenServerException refusal;

	public CastMessage(Operation operation, @Nullable Object payload, Object origin) {
		this(operation, payload, origin, false);
	}

	public CastMessage(Operation operation, @Nullable Object payload, Object origin, boolean displaceable) {
		super(operation, payload, origin, QUEUED);
		this.displaceable = displaceable;
	}

	@Override
	public boolean start() {
		return this.displaceable ? move(QUEUED, RUNNING) : settledSlot() == QUEUED;
	}

	@Override
	protected boolean isDisplaceable() {
		return this.displaceable;
	}

	@Override
	protected boolean displace() {
		return this.displaceable && move(QUEUED, DISCARDED);
	}

	@Override
	public void succeed(Recipient cell, @Nullable Object value) {
	}

	@Override
	public void fail(Recipient cell, Throwable failure) {
	}

	@Override
	public boolean abandon(Recipient cell) {
		Object now = settledSlot();
		while (now == ROOM || now == QUEUED) {
			if (move(now, DISCARDED)) {
				if (now == QUEUED && envelope() != null) {
					// A sender that waits tells by itself.
					reportEnd(SendRefusals.abandoned(cell, this));
				}
				discard();
				cell.scheduler().wake(this);
				return true;
			}
			now = settledSlot();
		}
		return false;
	}

	/**
	 * Stop waiting for room.
	 * @return {@code false} if it has a place, or was refused, by now
	 */
	public boolean refuse(@Nullable GenServerException why) {
		// Written and read by the sender, who also finds the cycle it would close.
		this.refusal = why;
		while (settledSlot() == ROOM) {
			if (move(ROOM, DISCARDED)) {
				return true;
			}
		}
		// It has a place, or was abandoned: the reason does not hold.
		this.refusal = null;
		return false;
	}

	public @Nullable GenServerException refusal() {
		return this.refusal;
	}

	@Override
	public void waitingAt(Recipient cell) {
		this.target = cell;
	}

	@Override
	public @Nullable Recipient target() {
		return this.target;
	}

	@Override
	public boolean isPending() {
		return settledSlot() == ROOM;
	}

	@Override
	public void giveUpForCycle(CallCycleException cycle) {
		refuse(cycle);
	}

	@Override
	public boolean isCast() {
		return true;
	}

	@Override
	protected boolean holdsNothing() {
		return payload() == null && origin() == null && envelope() == null && this.thread == null
				&& this.refusal == null;
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
