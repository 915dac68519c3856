package io.genserver.test.waiting;

import java.util.concurrent.CompletableFuture;

import io.genserver.GenServer;

/**
 * Instances that may wait.
 */
@GenServer(name = "each", keyed = true)
class Each {

	private int messages;

	int messages() {
		return ++this.messages;
	}

	CompletableFuture<String> future() {
		return new CompletableFuture<>();
	}

}
