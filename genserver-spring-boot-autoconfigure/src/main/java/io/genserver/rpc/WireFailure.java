package io.genserver.rpc;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CancellationException;

import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.protocol.StatusCode;

/**
 * What a peer is told when it gets no reply. In base mode three statuses must do: its own
 * fault is 1, what is not there is 3, all else is 2. Classes and stack traces stay here.
 *
 * @param status see {@link StatusCode}
 * @param text what went wrong
 */
record WireFailure(int status, String text) {

	/** How much of a handler's message a peer gets. */
	private static final int MAX_TEXT = 4096;

	static WireFailure badArguments(String wireName, String text) {
		return new WireFailure(StatusCode.FAIL, wireName + ": " + text);
	}

	static WireFailure notFound(String text) {
		return new WireFailure(StatusCode.METHOD_NOT_FOUND, text);
	}

	static WireFailure refused(String text) {
		return new WireFailure(StatusCode.SYSTEM, text + "; not executed");
	}

	static WireFailure failed(String text) {
		return new WireFailure(StatusCode.SYSTEM, text);
	}

	/** Why an operation gave no reply, in words for a peer. */
	static WireFailure of(ExposedOperation operation, Throwable failure) {
		return switch (failure) {
			case WireFailureException known -> known.failure();
			case MailboxFullException full -> refused(operation + ": the mailbox is full");
			case GenServerUnavailableException gone ->
				gone.notExecuted() ? refused(operation + ": the server is not available")
						: failed(operation + ": the server stopped before it replied; the call may have been executed");
			case GenServerTimeoutException late -> failed(String.valueOf(late.getMessage()));
			case CancellationException cancelled -> failed(operation + ": cancelled");
			case Error error -> internal(operation);
			case NullPointerException bug -> internal(operation);
			case ClassCastException bug -> internal(operation);
			default -> failed((failure.getMessage() != null) ? failure.getMessage() : internal(operation).text());
		};
	}

	/** For failures whose text would speak of the code rather than to the caller. */
	private static WireFailure internal(ExposedOperation operation) {
		return failed(operation + " failed");
	}

	byte[] payload() {
		String shown = (this.text.length() <= MAX_TEXT) ? this.text : this.text.substring(0, MAX_TEXT) + "...";
		return shown.getBytes(StandardCharsets.UTF_8);
	}

}
