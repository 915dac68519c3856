package io.genserver.protocol.base;

import io.genserver.protocol.CallAbuseGuard;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.FrameKind;
import io.genserver.protocol.FrameRate;
import io.genserver.protocol.MessageType;
import io.genserver.protocol.ProtocolLimits;
import org.jspecify.annotations.Nullable;

/**
 * Judges what a peer in base mode does to the connection as a whole, and says when that
 * is reason to close it. What concerns one stream only is not judged here.
 */
final class BaseAbuseGuard extends CallAbuseGuard {

	private static final String EXPECTED = "; this endpoint speaks muxio 0.15";

	private final ProtocolLimits limits;

	private boolean frameSeen;

	private boolean messageSeen;

	private int skippedFrames;

	private final FrameRate idleFrames;

	BaseAbuseGuard(ProtocolLimits limits) {
		super(limits);
		this.limits = limits;
		this.idleFrames = new FrameRate(limits.idleFrames());
	}

	/** Judges a frame by its header; the first one shows whether this is muxio at all. */
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

	/** Judges streams that hold no place among the calls in flight. */
	@Nullable CloseReason unplacedStreams(int count) {
		if (count > this.limits.callsInFlight()) {
			return new CloseReason(CloseCode.POLICY,
					"more than " + this.limits.callsInFlight() + " streams half open at once");
		}
		return null;
	}

}
