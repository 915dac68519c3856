package io.genserver.rpc.inbound;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CancellationException;

import io.genserver.CallCycleException;
import io.genserver.Caller;
import io.genserver.FellBehindException;
import io.genserver.GenServerException;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.log.SafeLogger;
import io.genserver.log.Throwables;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.ExtStatus;
import io.genserver.remote.RpcAuthorization.Target;
import io.genserver.remote.RpcException;
import io.genserver.rpc.WireStatus;
import io.genserver.rpc.codec.CodecException;
import io.genserver.runtime.message.CallerError;
import io.genserver.runtime.message.FailureLog;
import io.genserver.runtime.message.StreamEndedException;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * What the peer of a connection gets to know of failures.
 * <p>
 * The message of an exception goes to the peer only if {@link Disclosure} lets it. What
 * this library throws speaks of servers, keys, depths and capacities to the application:
 * of that a peer gets the kind, in words made here, whatever is disclosed. Each failure
 * whose text is not sent as it is, or that is unexpected, is logged with an id that the
 * peer gets, in its text and, in ext mode, as details.
 */
public final class PeerFailures {

	private static final SafeLogger logger = SafeLogger.of(PeerFailures.class);

	private static final int JSON = 1;

	private static final String REFUSED = "{} on connection {} was refused {}";

	/** Where this library's exceptions are. */
	private static final Set<String> OURS = Set.of("io.genserver", "io.genserver.runtime", "io.genserver.rpc.outbound",
			"io.genserver.rpc.client");

	private final Disclosure disclosure;

	private final FailureLog failures;

	private final Caller.Remote peer;

	/** Whether there are words for what a handler says of its execution. */
	private final boolean quotes;

	PeerFailures(Disclosure disclosure, FailureLog failures, Caller.Remote peer, boolean quotes) {
		this.quotes = quotes;
		this.disclosure = disclosure;
		this.failures = failures;
		this.peer = peer;
	}

	/**
	 * Why an operation gave no reply, in words for the peer.
	 * @param operation the operation
	 * @param failure what happened
	 * @param started whether the handler ran, so that the failure may be that of a call
	 * it made
	 */
	WireFailure of(WireName operation, Throwable failure, boolean started) {
		return switch (failure) {
			case WireFailureException known -> known.failure();
			case CancellationException cancelled ->
				WireFailure.of(ExtStatus.CANCELLED, "cancelled", operation + ": cancelled", false);
			case GenServerTimeoutException late when isOwn(operation, late) -> timeout(operation, late, started);
			case FellBehindException behind ->
				WireFailure.fellBehind(operation + ": its items were not read fast enough");
			case StreamEndedException ended ->
				WireFailure.streamEnded(operation + ": the server restarted or stopped; subscribe again");
			case MailboxFullException full when !started -> WireFailure.full(operation + ": the mailbox is full");
			case GenServerUnavailableException unavailable when !started && unavailable.notExecuted() ->
				WireFailure.unavailable(operation + ": the server is not available");
			default -> thrown(operation, failure);
		};
	}

	private static boolean isOwn(WireName operation, GenServerTimeoutException late) {
		return late.details().server().equals(operation.server())
				&& late.details().operation().equals(operation.operation());
	}

	/** The times of a call are its caller's; what others do meanwhile is not. */
	private static WireFailure timeout(WireName operation, GenServerTimeoutException late, boolean started) {
		GenServerTimeoutException.Details details = late.details();
		String text = operation + ": timed out after " + millis(details.timeout()) + " in phase " + late.phase()
				+ " (room " + millis(details.room()) + ", queued " + millis(details.queued()) + ", running "
				+ millis(details.running()) + ")";
		return WireFailure.of(ExtStatus.DEADLINE_EXCEEDED, late.phase().name(), text, !started && late.notExecuted());
	}

	private static String millis(Duration time) {
		return Durations.millis(time) + " ms";
	}

	/** What a handler has thrown. */
	private WireFailure thrown(WireName operation, Throwable failure) {
		String server = operation.server();
		String name = operation.operation();
		String shown = shown(failure);
		if (failure instanceof RpcException stated && !stated.isReceived() && shown != null) {
			// An answer like others: exactly this is what the handler wants to be sent.
			logger.debug("{} was answered by {} of server {}: {}", this.peer, name, server, stated.getMessage(),
					stated);
			return of(stated, shown, stated.reason(), null);
		}
		String id = this.failures.warnOf(logger, this.peer.connection(), server, name, failure,
				"Server {} failed to handle {} from {}", server, name, this.peer);
		String text = ((shown != null) ? shown : operation + hidden(failure)) + " (error id " + id + ")";
		return switch (failure) {
			case RpcException stated -> of(stated, text, (shown != null) ? stated.reason() : "", id);
			case GenServerTimeoutException late -> of(ExtStatus.DEADLINE_EXCEEDED, "RUNNING", text, id);
			case GenServerUnavailableException unavailable when !unavailable.notExecuted() ->
				of(ExtStatus.UNAVAILABLE, "unavailable", text, id);
			default -> of(ExtStatus.INTERNAL, "failed", text, id);
		};
	}

	/** The message of an exception if the peer gets it. */
	private @Nullable String shown(Throwable failure) {
		String text = Throwables.message(failure);
		if (text == null || isOurs(failure) || speaksOfCode(failure)) {
			return null;
		}
		Throwable each = failure;
		while (each != null && this.disclosure.shows(each, this.peer)) {
			Throwable source = source(each, text);
			if (source == null) {
				return WireFailure.cut(text);
			}
			each = source;
		}
		return null;
	}

	/** What an exception has its text from, which then has to be one to show, too. */
	private static @Nullable Throwable source(Throwable failure, String text) {
		Throwable cause = failure.getCause();
		if (cause == null || cause == failure) {
			return null;
		}
		boolean derived = text.equals(cause.toString())
				|| (failure instanceof CallerError && text.equals(cause.getMessage()));
		return derived ? cause : null;
	}

	/** Made by this library, of servers the peer may know nothing of. */
	private static boolean isOurs(Throwable failure) {
		if (failure instanceof CodecException || (failure instanceof RpcException stated && stated.isReceived())) {
			return true;
		}
		return failure instanceof GenServerException && !(failure instanceof RpcException)
				&& OURS.contains(failure.getClass().getPackageName());
	}

	/** For failures whose text would speak of the code rather than to the caller. */
	private static boolean speaksOfCode(Throwable failure) {
		return failure instanceof Error || failure instanceof NullPointerException
				|| failure instanceof ClassCastException;
	}

	/** What can be said of an exception without its text. */
	private static String hidden(Throwable failure) {
		return switch (failure) {
			case RpcException stated when stated.status() == RpcException.Status.PERMISSION_DENIED ->
				": permission denied";
			case RpcException stated when stated.status() == RpcException.Status.UNAUTHENTICATED ->
				": not authenticated";
			case GenServerTimeoutException late -> ": a call it made had no reply in time";
			case MailboxFullException full -> ": a server it needs has no room for more messages";
			case CallCycleException cycle -> ": servers would wait for each other";
			case GenServerUnavailableException unavailable when unavailable.notExecuted() ->
				": a server it needs is not available";
			case GenServerUnavailableException unavailable ->
				": the server stopped before it replied; the call may have been executed";
			default -> " failed";
		};
	}

	/** A cast is dropped, since its arguments cannot be decoded. */
	void castDropped(String wireName, WireFailure why) {
		this.failures.warn(logger, wireName, "bad arguments", null,
				"A cast of {} from {} was dropped, since its arguments cannot be decoded: {}", wireName, this.peer,
				why.error().message());
	}

	/** Arguments, or an item, that cannot be decoded. */
	WireFailure badArguments(String wireName, CodecException failure) {
		return WireFailure.badArguments(wireName, text(failure));
	}

	/** The words of the codec, and those of a constructor only if they are shown. */
	String text(CodecException failure) {
		Throwable refusal = failure.refusal();
		return (refusal == null || this.disclosure.shows(refusal, this.peer)) ? String.valueOf(failure.getMessage())
				: failure.publicMessage();
	}

	/** Code of the application's types threw what no arguments can be blamed for. */
	WireFailure notDecoded(String wireName, Throwable failure) {
		String id = this.failures.error(logger, wireName, "arguments", failure, "The arguments of {} cannot be decoded",
				wireName);
		return of(ExtStatus.INTERNAL, "failed", wireName + ": the arguments cannot be decoded (error id " + id + ")",
				id);
	}

	/** A reply or an item that cannot be encoded. */
	WireFailure notEncoded(WireName operation, String what, Throwable failure) {
		String id = this.failures.error(logger, operation.server(), operation.operation(), failure,
				"{} of {} cannot be encoded", what, operation);
		return of(ExtStatus.INTERNAL, "failed", operation + ": " + what + " cannot be encoded (error id " + id + ")",
				id);
	}

	/** A handler's subscriber to the items of a request threw. */
	void subscriberThrew(WireName operation, Throwable failure) {
		this.failures.error(logger, operation.server(), operation.operation(), failure,
				"A subscriber to the items of a call of {} threw, which it must not; its stream is cancelled",
				operation);
	}

	/** A method of this end itself failed. */
	WireFailure builtInFailed(WireName method, Throwable failure) {
		String id = this.failures.error(logger, method.server(), method.operation(), failure, "{} failed", method);
		return of(ExtStatus.INTERNAL, "failed", method + " failed (error id " + id + ")", id);
	}

	/** The authorization does not allow the call. */
	WireFailure denied(Target target) {
		this.failures.warn(logger, target.server(), target.operation(), null, REFUSED, this.peer,
				this.peer.connection(), target);
		return WireFailure.denied(target + ": permission denied");
	}

	/** The authorization says why it does not allow the call. */
	WireFailure refused(Target target, RpcException stated) {
		String id = this.failures.warn(logger, target.server(), target.operation(), stated, REFUSED, this.peer,
				this.peer.connection(), target);
		String shown = shown(stated);
		if (shown != null) {
			return of(stated, shown, stated.reason(), true, id);
		}
		String text = name(target) + ((stated.status() == RpcException.Status.UNAUTHENTICATED) ? ": not authenticated"
				: ": permission denied");
		return of(stated, text + " (error id " + id + ")", "", true, id);
	}

	/** It could not be decided whether a call may be, so it may not. */
	WireFailure undecided(Target target, Throwable failure) {
		String id = this.failures.error(logger, target.server(), target.operation(), failure,
				"It could not be decided whether {} may be called by {}, so it may not", target, this.peer);
		return new WireFailure(new ExtError(ExtStatus.PERMISSION_DENIED, false, true, "denied",
				name(target) + ": permission denied (error id " + id + ")", ExtError.NOT_TOLD, JSON, details(id)));
	}

	/** Without the key, which is in what the peer sent. */
	private static String name(Target target) {
		return target.server() + "." + target.operation();
	}

	private static WireFailure of(int status, String reason, String text, String id) {
		return new WireFailure(new ExtError(status, false, false, reason, text, ExtError.NOT_TOLD, JSON, details(id)));
	}

	/**
	 * What a handler states. That it did nothing is its own to say, and not what a server
	 * that it called said.
	 */
	private WireFailure of(RpcException stated, String text, String reason, @Nullable String id) {
		boolean notExecuted = this.quotes && stated.notExecuted() && !stated.isReceived() && !stated.isOfInnerCall();
		return new WireFailure(of(stated, text, reason, notExecuted, id).error(), notExecuted);
	}

	private static WireFailure of(RpcException stated, String text, String reason, boolean notExecuted,
			@Nullable String id) {
		Duration retryAfter = stated.retryAfter();
		return new WireFailure(new ExtError(WireStatus.of(stated.status()), stated.isRetryable(), notExecuted, reason,
				text, (retryAfter != null) ? Math.max(0, Durations.millis(retryAfter)) : ExtError.NOT_TOLD,
				(id != null) ? JSON : 0, (id != null) ? details(id) : new byte[0]));
	}

	private static byte[] details(String id) {
		return ("{\"errorId\":\"" + id + "\"}").getBytes(StandardCharsets.US_ASCII);
	}

}
