package io.genserver.test.waiting;

import java.util.concurrent.CompletableFuture;

import io.genserver.GenServer;

/**
 * What {@link Waiter} waits for.
 */
@GenServer("other")
class Other {

	private int messages;

	int messages() {
		return ++this.messages;
	}

	CompletableFuture<String> future() {
		return new CompletableFuture<>();
	}

}
