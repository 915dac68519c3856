package io.genserver.rpc.outbound;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CancellationException;

import io.genserver.GenServerException;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerTimeoutException.Details;
import io.genserver.GenServerTimeoutException.Phase;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.ResponseFailure;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.base.ErrorPayload;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.WireStatus;
import io.genserver.rpc.codec.CodecException;
import io.genserver.runtime.message.CallTime;
import io.genserver.runtime.message.StreamEndedException;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * What the callers of remote operations get when there is no reply.
 */
public final class RemoteFailures {

	private RemoteFailures() {
	}

	/** The peer answered with an error. */
	public static RpcException status(RemoteMethod method, int status, byte[] payload) {
		ErrorPayload error = ErrorPayload.decode(status, payload);
		Status kind = switch (error.status()) {
			case StatusCode.FAIL -> Status.FAIL;
			case StatusCode.METHOD_NOT_FOUND -> Status.METHOD_NOT_FOUND;
			default -> Status.SYSTEM;
		};
		String text = error.text().isEmpty() ? "no reason given, status " + status : error.text();
		return new RpcException(kind, "Call of " + method + " failed: " + text,
				kind == Status.METHOD_NOT_FOUND && isUnknownMethod(payload))
			.asReceived();
	}

	/**
	 * Whether there is no such method, or its handler has found nothing: that is sent in
	 * muxio's own form. A muxio peer says nothing of a method it does not know, and an
	 * endpoint of ours always the same.
	 */
	private static boolean isUnknownMethod(byte[] payload) {
		return payload.length == 0 || new String(payload, StandardCharsets.UTF_8).endsWith(WireStatus.NOT_EXPOSED);
	}

	/** The answer broke off, or the connection did. */
	static EndReason failure(RemoteMethod method, ResponseFailure failure) {
		return switch (failure.cause()) {
			case CONNECTION_CLOSED -> lost(method, failure.text());
			case CANCELLED_BY_PEER ->
				(sent) -> new RpcException(Status.SYSTEM, "Call of " + method + " failed: " + failure.text(), false)
					.asReceived();
			case OUT_OF_SEQUENCE, TOO_BIG -> (sent) -> new RpcException(Status.UNUSABLE_ANSWER,
					"Call of " + method + " has no usable answer: " + failure.text(), false)
				.asReceived();
		};
	}

	static EndReason lost(RemoteMethod method, String why) {
		return (sent) -> new NoConnectionException("Call of " + method + " has no answer: " + why + "; it "
				+ (sent ? "may have been executed" : "was not sent"), !sent);
	}

	static EndReason timeout(RemoteMethod method, CallTime time) {
		return (sent) -> timeout(method, time, sent ? Phase.RUNNING : Phase.ROOM,
				"it " + (sent ? "was sent and may have been executed" : "was not sent"));
	}

	/** A call timed out in as far as is known here. */
	static GenServerTimeoutException timeout(RemoteMethod method, CallTime had, Phase phase, String what) {
		Duration time = Duration.ofNanos(had.nanos());
		return new GenServerTimeoutException(
				"Call of " + method + " timed out after " + Durations.millis(time) + " ms; " + what + had.whose(),
				details(method, time, phase, had.inheritedFrom()));
	}

	private static Details details(RemoteMethod method, Duration time, Phase phase, @Nullable String inheritedFrom) {
		int dot = method.wireName().indexOf('.');
		String server = (dot > 0) ? method.wireName().substring(0, dot) : method.wireName();
		return new Details(server, null, method.wireName().substring(dot + 1), time, phase,
				(phase == Phase.ROOM) ? time : Duration.ZERO, (phase == Phase.QUEUED) ? time : Duration.ZERO,
				(phase == Phase.RUNNING) ? time : Duration.ZERO, -1, -1, null, inheritedFrom);
	}

	/**
	 * The peer answered with an error in ext mode: the same exception as in process,
	 * where there is one.
	 * @param late the time that the call had, if that is over
	 */
	static GenServerException error(RemoteMethod method, ExtError error, CallTime late) {
		Status status = WireStatus.of(error.status());
		String text = "Call of " + method + " failed: "
				+ (error.message().isEmpty() ? "no reason given, status " + status : error.message());
		if (status == Status.RESOURCE_EXHAUSTED && error.notExecuted()
				&& error.reason().equals(WireStatus.MAILBOX_FULL)) {
			return new MailboxFullException(text);
		}
		if (status == Status.UNAVAILABLE && !error.notExecuted() && error.reason().equals(WireStatus.STREAM_ENDED)) {
			return new StreamEndedException(text);
		}
		return switch (status) {
			case DEADLINE_EXCEEDED -> new GenServerTimeoutException(text + late.whose(),
					details(method, Duration.ZERO, phase(error), late.inheritedFrom()));
			case UNAVAILABLE -> new GenServerUnavailableException(text, error.notExecuted());
			default -> new RpcException(status, error.reason(), text, error.notExecuted(), error.retryable(),
					(error.retryAfterMillis() >= 0) ? Duration.ofMillis(error.retryAfterMillis()) : null)
				.asReceived();
		};
	}

	private static Phase phase(ExtError error) {
		for (Phase phase : Phase.values()) {
			if (phase.name().equals(error.reason()) && (error.notExecuted() || phase == Phase.RUNNING)) {
				return phase;
			}
		}
		return Phase.RUNNING;
	}

	static EndReason cancelled(RemoteMethod method) {
		return (sent) -> new CancellationException("Call of " + method + " was cancelled by its caller");
	}

	static RpcException refused(RemoteMethod method, String why) {
		return new RpcException(Status.RESOURCE_EXHAUSTED, "Call of " + method + " was not sent: " + why, true)
			.asReceived();
	}

	/** The reply is not what its caller expects. */
	static RpcException unusable(RemoteMethod method, CodecException failure) {
		return new RpcException(Status.UNUSABLE_ANSWER,
				"Call of " + method + " has no usable answer: " + failure.getMessage(), false, failure)
			.asReceived();
	}

}
