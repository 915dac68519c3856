package io.genserver.rpc;

import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.StatusCode;
import io.genserver.remote.RpcException.Status;

/**
 * The status of an exception as a number on the wire, and back, and what else both ends
 * know of failures.
 */
public final class WireStatus {

	/** The reason that goes with a status: the mailbox has no room. */
	public static final String MAILBOX_FULL = "mailbox-full";

	/**
	 * The reason that goes with a status: a stream ended since its server restarts or
	 * stops.
	 */
	public static final String STREAM_ENDED = "stream-ended";

	/** The end of the text that goes with a status: the method cannot be called. */
	public static final String NOT_EXPOSED = " does not exist here or is not exposed";

	private WireStatus() {
	}

	public static int of(Status status) {
		return switch (status) {
			case FAIL -> StatusCode.FAIL;
			case SYSTEM -> StatusCode.SYSTEM;
			case METHOD_NOT_FOUND -> StatusCode.METHOD_NOT_FOUND;
			case CANCELLED -> ExtStatus.CANCELLED;
			case UNKNOWN -> ExtStatus.UNKNOWN;
			case INVALID_ARGUMENT -> ExtStatus.INVALID_ARGUMENT;
			case DEADLINE_EXCEEDED -> ExtStatus.DEADLINE_EXCEEDED;
			case NOT_FOUND -> ExtStatus.NOT_FOUND;
			case ALREADY_EXISTS -> ExtStatus.ALREADY_EXISTS;
			case PERMISSION_DENIED -> ExtStatus.PERMISSION_DENIED;
			case RESOURCE_EXHAUSTED -> ExtStatus.RESOURCE_EXHAUSTED;
			case FAILED_PRECONDITION -> ExtStatus.FAILED_PRECONDITION;
			case ABORTED -> ExtStatus.ABORTED;
			case OUT_OF_RANGE -> ExtStatus.OUT_OF_RANGE;
			case UNIMPLEMENTED -> ExtStatus.UNIMPLEMENTED;
			case INTERNAL, UNUSABLE_ANSWER -> ExtStatus.INTERNAL;
			case UNAVAILABLE -> ExtStatus.UNAVAILABLE;
			case DATA_LOSS -> ExtStatus.DATA_LOSS;
			case UNAUTHENTICATED -> ExtStatus.UNAUTHENTICATED;
		};
	}

	/** A number that is not known means that nothing is. */
	public static Status of(int status) {
		return switch (status) {
			case StatusCode.FAIL -> Status.FAIL;
			case StatusCode.SYSTEM -> Status.SYSTEM;
			case StatusCode.METHOD_NOT_FOUND -> Status.METHOD_NOT_FOUND;
			case ExtStatus.CANCELLED -> Status.CANCELLED;
			case ExtStatus.INVALID_ARGUMENT -> Status.INVALID_ARGUMENT;
			case ExtStatus.DEADLINE_EXCEEDED -> Status.DEADLINE_EXCEEDED;
			case ExtStatus.NOT_FOUND -> Status.NOT_FOUND;
			case ExtStatus.ALREADY_EXISTS -> Status.ALREADY_EXISTS;
			case ExtStatus.PERMISSION_DENIED -> Status.PERMISSION_DENIED;
			case ExtStatus.RESOURCE_EXHAUSTED -> Status.RESOURCE_EXHAUSTED;
			case ExtStatus.FAILED_PRECONDITION -> Status.FAILED_PRECONDITION;
			case ExtStatus.ABORTED -> Status.ABORTED;
			case ExtStatus.OUT_OF_RANGE -> Status.OUT_OF_RANGE;
			case ExtStatus.UNIMPLEMENTED -> Status.UNIMPLEMENTED;
			case ExtStatus.INTERNAL -> Status.INTERNAL;
			case ExtStatus.UNAVAILABLE -> Status.UNAVAILABLE;
			case ExtStatus.DATA_LOSS -> Status.DATA_LOSS;
			case ExtStatus.UNAUTHENTICATED -> Status.UNAUTHENTICATED;
			default -> Status.UNKNOWN;
		};
	}

}
