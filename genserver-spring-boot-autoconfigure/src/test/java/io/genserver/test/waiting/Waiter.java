package io.genserver.test.waiting;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;

/**
 * Waits for what does not happen.
 */
@GenServer("waiter")
class Waiter implements Waiting {

	static volatile CountDownLatch never = new CountDownLatch(1);

	private final GenServerContext context;

	private int messages;

	Waiter(GenServerContext context) {
		this.context = context;
	}

	void later() {
		this.context.schedule(Duration.ofDays(1), () -> this.messages++);
	}

	int messages() {
		return ++this.messages;
	}

	@Override
	public CompletableFuture<String> future() {
		this.messages++;
		return new CompletableFuture<>();
	}

	int nested(GenServerRef<Other> other) {
		return ++this.messages + other.call(Other::messages);
	}

	@Override
	public CompletableFuture<String> latch() {
		this.messages++;
		try {
			never.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		return CompletableFuture.completedFuture("");
	}

	@Override
	public CompletableFuture<String> ignoringInterrupts() {
		this.messages++;
		boolean waiting = true;
		while (waiting) {
			try {
				never.await();
				waiting = false;
			}
			catch (InterruptedException ex) {
				// As code does that must not be copied.
			}
		}
		return CompletableFuture.completedFuture("");
	}

}
