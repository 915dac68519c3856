package com.example.jobs;

import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

import io.genserver.Call;

/**
 * A pool: as many jobs run at once as the operation's setting {@code concurrent} says, as
 * many as the mailbox holds wait, and more are refused.
 */
interface Workers {

	/**
	 * Run a job. Detached: it has an hour, however little time the request has that
	 * submitted it. Interruptible: cancelling the future interrupts the thread.
	 */
	@Call(concurrent = 4, interruptible = true, timeout = "1h", detached = true)
	CompletableFuture<String> run(String input, IntConsumer percent);

}
