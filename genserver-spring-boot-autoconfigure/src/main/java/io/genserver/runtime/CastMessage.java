package io.genserver.runtime;

import io.genserver.CallCycleException;
import io.genserver.GenServerException;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * A message whose sender expects no reply. Its slot stays {@code QUEUED} for good, unless
 * its sender had to wait for room, or a later cast may displace it.
 */
final class CastMessage extends Message implements Waiter {

	private final boolean displaceable;

	private volatile @Nullable Thread thread;

	/** Where its sender waits for room. */
	private volatile @Nullable ServerCell target;

	/** Why it was refused while its sender waited; only the sender uses it. */
	private @Nullable GenServerException refusal;

	CastMessage(Operation operation, @Nullable Object payload, Object origin) {
		this(operation, payload, origin, false);
	}

	CastMessage(Operation operation, @Nullable Object payload, Object origin, boolean displaceable) {
		super(operation, payload, origin, QUEUED);
		this.displaceable = displaceable;
	}

	@Override
	boolean start() {
		return this.displaceable ? move(QUEUED, RUNNING) : settledSlot() == QUEUED;
	}

	@Override
	protected boolean isDisplaceable() {
		return this.displaceable;
	}

	@Override
	protected boolean displace() {
		return this.displaceable && move(QUEUED, ServerCell.GONE);
	}

	@Override
	void succeed(ServerCell cell, @Nullable Object value) {
	}

	@Override
	void fail(ServerCell cell, Throwable failure) {
	}

	@Override
	boolean abandon(ServerCell cell) {
		Object now = settledSlot();
		while (now == ROOM || now == QUEUED) {
			if (move(now, ServerCell.GONE)) {
				if (now == QUEUED && this.envelope != null) {
					// A sender that waits tells by itself.
					told(Refusals.abandoned(cell, this));
				}
				discard();
				cell.runtime().scheduler().wake(this);
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
	boolean refuse(@Nullable GenServerException why) {
		// Written and read by the sender, who also finds the cycle it would close.
		this.refusal = why;
		while (settledSlot() == ROOM) {
			if (move(ROOM, ServerCell.GONE)) {
				return true;
			}
		}
		// It has a place, or was abandoned: the reason does not hold.
		this.refusal = null;
		return false;
	}

	@Nullable GenServerException refusal() {
		return this.refusal;
	}

	@Override
	void waitingAt(ServerCell cell) {
		this.target = cell;
	}

	@Override
	public @Nullable ServerCell target() {
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
	boolean isCast() {
		return true;
	}

	@Override
	protected boolean holdsNothing() {
		return payload() == null && origin() == null && this.envelope == null && this.thread == null
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
