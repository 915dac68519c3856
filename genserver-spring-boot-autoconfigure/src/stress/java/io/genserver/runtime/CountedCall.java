package io.genserver.runtime;

import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.message.CallMessage;

/**
 * A call that counts how often it ends.
 */
final class CountedCall extends CallMessage {

	private final AtomicInteger ends = new AtomicInteger();

	CountedCall(Operation operation, ServerCell cell) {
		super(operation, "payload", Thread.currentThread(), QUEUED, 0, Long.MAX_VALUE);
		sentTo(cell);
	}

	@Override
	protected void ended() {
		this.ends.incrementAndGet();
	}

	int ends() {
		return this.ends.get();
	}

	/** How it ended, in a word. */
	String outcome() {
		Throwable failure = failure();
		if (failure == null) {
			return isOver() ? "reply" : "open";
		}
		return switch (failure.getClass().getSimpleName()) {
			case "GenServerTimeoutException" -> "timeout";
			case "CancellationException" -> "cancelled";
			case "GenServerUnavailableException" -> "stopped";
			default -> failure.toString();
		};
	}

}
