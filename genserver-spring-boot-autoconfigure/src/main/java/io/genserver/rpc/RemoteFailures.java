package io.genserver.rpc;

import java.time.Duration;
import java.util.concurrent.CancellationException;

import io.genserver.GenServerUnavailableException;
import io.genserver.RpcException;
import io.genserver.RpcException.Status;
import io.genserver.protocol.ErrorPayload;
import io.genserver.protocol.ResponseFailure;
import io.genserver.protocol.StatusCode;
import io.genserver.rpc.codec.CodecException;

/**
 * What the callers of remote operations are told when there is no reply.
 */
final class RemoteFailures {

	private RemoteFailures() {
	}

	/** The peer answered with an error. */
	static RpcException status(RemoteMethod method, int status, byte[] payload) {
		ErrorPayload error = ErrorPayload.decode(status, payload);
		Status kind = switch (error.status()) {
			case StatusCode.FAIL -> Status.FAIL;
			case StatusCode.METHOD_NOT_FOUND -> Status.METHOD_NOT_FOUND;
			default -> Status.SYSTEM;
		};
		String text = error.text().isEmpty() ? "no reason given, status " + status : error.text();
		return new RpcException(kind, "Call of " + method + " failed: " + text, kind == Status.METHOD_NOT_FOUND);
	}

	/** The answer broke off, or the connection did. */
	static RemoteCall.Reason failure(RemoteMethod method, ResponseFailure failure) {
		return switch (failure.cause()) {
			case CONNECTION_CLOSED -> lost(method, failure.text());
			case CANCELLED_BY_PEER ->
				(sent) -> new RpcException(Status.SYSTEM, "Call of " + method + " failed: " + failure.text(), false);
			case OUT_OF_SEQUENCE, TOO_BIG -> (sent) -> new RpcException(Status.UNUSABLE_ANSWER,
					"Call of " + method + " has no usable answer: " + failure.text(), false);
		};
	}

	static RemoteCall.Reason lost(RemoteMethod method, String why) {
		return (sent) -> new GenServerUnavailableException("Call of " + method + " has no answer: " + why + "; it "
				+ (sent ? "may have been executed" : "was not sent"), !sent);
	}

	static RemoteCall.Reason timeout(RemoteMethod method, long nanos) {
		return (sent) -> new RpcException(Status.DEADLINE_EXCEEDED,
				"Call of " + method + " timed out after " + Duration.ofNanos(nanos).toMillis() + " ms; it "
						+ (sent ? "was sent and may have been executed" : "was not sent"),
				!sent);
	}

	static RemoteCall.Reason cancelled(RemoteMethod method) {
		return (sent) -> new CancellationException("Call of " + method + " was cancelled by its caller");
	}

	static RpcException refused(RemoteMethod method, String why) {
		return new RpcException(Status.RESOURCE_EXHAUSTED, "Call of " + method + " was not sent: " + why, true);
	}

	/** The reply is not what its caller expects. */
	static RpcException unusable(RemoteMethod method, CodecException failure) {
		return new RpcException(Status.UNUSABLE_ANSWER,
				"Call of " + method + " has no usable answer: " + failure.getMessage(), false, failure);
	}

}
