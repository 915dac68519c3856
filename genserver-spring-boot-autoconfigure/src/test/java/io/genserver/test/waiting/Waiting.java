package io.genserver.test.waiting;

import java.util.concurrent.CompletableFuture;

interface Waiting {

	CompletableFuture<String> future();

	CompletableFuture<String> latch();

	CompletableFuture<String> ignoringInterrupts();

}
