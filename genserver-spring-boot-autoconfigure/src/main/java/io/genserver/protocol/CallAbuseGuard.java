package io.genserver.protocol;

import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * Judges, in each mode, how many calls a peer has open and cancels, and says when that is
 * reason to close the connection.
 */
public class CallAbuseGuard {

	/** Requests there may be in what was read from the socket at once. */
	private static final int ON_ITS_WAY = 8192;

	private final ProtocolLimits limits;

	private int cancels;

	private int unstartedCancels;

	private long cancelWindowStart;

	public CallAbuseGuard(ProtocolLimits limits) {
		this.limits = limits;
	}

	/**
	 * Judges cancels, counted in consecutive windows: of calls that had started, which
	 * cost their handlers, and of what had not, of which a peer may give up all that it
	 * can have open in addition.
	 */
	public final @Nullable CloseReason cancelled(boolean started, long nowNanos) {
		if (nowNanos - this.cancelWindowStart >= Durations.nanos(this.limits.cancelWindow())
				|| (this.cancels == 0 && this.unstartedCancels == 0)) {
			this.cancelWindowStart = nowNanos;
			this.cancels = 0;
			this.unstartedCancels = 0;
		}
		long most = this.limits.cancels() + (started ? 0L : this.limits.callsInFlight());
		int count = started ? ++this.cancels : ++this.unstartedCancels;
		if (count > most) {
			return new CloseReason(CloseCode.RATE,
					"more than " + most + " calls cancelled within " + this.limits.cancelWindow());
		}
		return null;
	}

	/**
	 * Judges calls open at once, with those that are refused and wait for that answer.
	 */
	public final @Nullable CloseReason openRequests(int count) {
		return openRequests(count, false);
	}

	/**
	 * Judges calls open at once.
	 * @param slowed whether no more are read, but for what has been on its way
	 */
	public final @Nullable CloseReason openRequests(int count, boolean slowed) {
		if (isCrowded(slowed ? count - ON_ITS_WAY : count)) {
			return new CloseReason(CloseCode.RATE,
					"calls go on while " + this.limits.callsInFlight() + " are in flight and as many refused");
		}
		return null;
	}

	/** Whether so many are open that the peer has to read answers first. */
	public final boolean isCrowded(int openRequests) {
		return openRequests > 2L * this.limits.callsInFlight();
	}

	public final CloseReason frameStalled() {
		return new CloseReason(CloseCode.POLICY, "frame incomplete for " + this.limits.halfOpenIdle());
	}

}
