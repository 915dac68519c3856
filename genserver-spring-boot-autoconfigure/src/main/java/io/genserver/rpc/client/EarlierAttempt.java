package io.genserver.rpc.client;

import io.genserver.CallInterruptedException;
import io.genserver.GenServerException;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerTimeoutException.Details;
import io.genserver.GenServerTimeoutException.Phase;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.outbound.NoConnectionException;

/**
 * What the failure of an idempotent call comes to that was sent over a connection which
 * was lost, and tried again in vain: whatever happened to the last attempt, the first one
 * may have been executed.
 */
final class EarlierAttempt {

	private static final String TEXT = "; an earlier attempt was sent over a connection that was lost, and may have"
			+ " been executed";

	private EarlierAttempt() {
	}

	/**
	 * Return a failure as its caller gets it.
	 * @param failure of the last attempt
	 * @param sent whether an earlier attempt was sent
	 * @return the same kind of failure, which does not say that nothing was executed if
	 * something may have been
	 */
	static Throwable counted(Throwable failure, boolean sent) {
		return (sent && failure instanceof GenServerException known) ? counted(known) : failure;
	}

	/**
	 * Return a failure as its caller gets it, after an attempt that was sent.
	 * @param failure of the last attempt
	 * @return the same kind of failure, which says that the call may have been executed
	 */
	static GenServerException counted(GenServerException failure) {
		if (!failure.notExecuted()) {
			return failure;
		}
		String message = failure.getMessage() + TEXT;
		return switch (failure) {
			case NoConnectionException lost -> new NoConnectionException(message, false);
			case GenServerUnavailableException unavailable ->
				new GenServerUnavailableException(message, false, unavailable.getCause());
			case GenServerTimeoutException late -> new GenServerTimeoutException(message, running(late.details()));
			case CallInterruptedException interrupted -> new CallInterruptedException(message, false);
			case MailboxFullException full ->
				new RpcException(Status.RESOURCE_EXHAUSTED, "", message, false, true, null);
			case RpcException refused -> new RpcException(refused.status(), refused.reason(), message, false,
					refused.isRetryable(), refused.retryAfter());
			default -> new GenServerException(message, false, failure.getCause());
		};
	}

	private static Details running(Details details) {
		return new Details(details.server(), details.key(), details.operation(), details.timeout(), Phase.RUNNING,
				details.room(), details.queued(), details.running(), details.depth(), details.capacity(),
				details.inFlight(), details.inheritedFrom());
	}

}
