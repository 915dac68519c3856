package io.genserver.protocol;

import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * Judges what a peer does to the connection as a whole, and says when that is reason to
 * close it. What concerns one stream only is not judged here.
 */
final class PeerConduct {

	private static final String EXPECTED = "; this endpoint speaks muxio 0.15";

	/** Requests there may be in what was read from the socket at once. */
	private static final int ON_ITS_WAY = 8192;

	private final ProtocolLimits limits;

	private boolean frameSeen;

	private boolean messageSeen;

	private int skippedFrames;

	private int cancels;

	private int unstartedCancels;

	private long cancelWindowStart;

	private final FrameRate idleFrames;

	PeerConduct(ProtocolLimits limits) {
		this.limits = limits;
		this.idleFrames = new FrameRate(limits.idleFrames());
	}

	/** Judges a frame by its header; the first one tells whether this is muxio at all. */
	@Nullable CloseReason frameHeader(int kind, int length) {
		boolean first = !this.frameSeen;
		this.frameSeen = true;
		if (Integer.compareUnsigned(length, this.limits.frameBytes()) > 0) {
			String text = "frame of " + Integer.toUnsignedString(length) + " bytes exceeds " + this.limits.frameBytes();
			return first ? new CloseReason(CloseCode.MALFORMED, text + EXPECTED)
					: new CloseReason(CloseCode.TOO_BIG, text);
		}
		if (first && kind > FrameKind.PING) {
			return new CloseReason(CloseCode.MALFORMED, "first frame is of unknown kind " + kind + EXPECTED);
		}
		return null;
	}

	/**
	 * Judges the type of an RPC message; an unknown one later on only ends its stream.
	 */
	@Nullable CloseReason messageType(int type) {
		boolean first = !this.messageSeen;
		this.messageSeen = true;
		if (first && type > MessageType.EVENT) {
			return new CloseReason(CloseCode.MALFORMED, "first message is of unknown type " + type + EXPECTED);
		}
		return null;
	}

	@Nullable CloseReason frameSkipped() {
		if (++this.skippedFrames > this.limits.skippedFrames()) {
			return new CloseReason(CloseCode.MALFORMED,
					"more than " + this.limits.skippedFrames() + " frames of kinds not used by muxio 0.15");
		}
		return null;
	}

	/** Judges frames that do nothing, counted by the second. */
	@Nullable CloseReason idleFrame(long nowNanos) {
		return this.idleFrames.exceeds(nowNanos) ? new CloseReason(CloseCode.RATE,
				"more than " + this.limits.idleFrames() + " frames within a second that do nothing") : null;
	}

	/**
	 * Judges cancels, counted in consecutive windows: of calls that had started, which
	 * cost their handlers, and of what had not, of which a peer may give up all that it
	 * can have open in addition.
	 */
	@Nullable CloseReason cancelled(boolean started, long nowNanos) {
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

	/** Judges streams that hold no place among the calls in flight. */
	@Nullable CloseReason unplacedStreams(int count) {
		if (count > this.limits.callsInFlight()) {
			return new CloseReason(CloseCode.POLICY,
					"more than " + this.limits.callsInFlight() + " streams half open at once");
		}
		return null;
	}

	/**
	 * Judges calls open at once, with those that are refused and wait for that answer.
	 */
	@Nullable CloseReason openRequests(int count) {
		return openRequests(count, false);
	}

	/** Whether so many are open that the peer has to read answers first. */
	boolean isCrowded(int openRequests) {
		return openRequests > 2L * this.limits.callsInFlight();
	}

	/**
	 * Judges calls open at once.
	 * @param slowed whether no more are read, but for what has been on its way
	 */
	@Nullable CloseReason openRequests(int count, boolean slowed) {
		if (isCrowded(slowed ? count - ON_ITS_WAY : count)) {
			return new CloseReason(CloseCode.RATE,
					"calls go on while " + this.limits.callsInFlight() + " are in flight and as many refused");
		}
		return null;
	}

	CloseReason frameStalled() {
		return new CloseReason(CloseCode.POLICY, "frame incomplete for " + this.limits.halfOpenIdle());
	}

}
