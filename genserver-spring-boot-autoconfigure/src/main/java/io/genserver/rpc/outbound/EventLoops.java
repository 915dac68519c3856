package io.genserver.rpc.outbound;

import io.genserver.BlockingCallException;
import io.netty.util.concurrent.FastThreadLocalThread;
import reactor.core.scheduler.Schedulers;

/**
 * Knows the threads that must not block: those Reactor marks, and Netty's. The same as
 * for calls within an application.
 */
public final class EventLoops {

	private EventLoops() {
	}

	/**
	 * Return whether the calling thread must not block.
	 * @return whether it must not
	 */
	public static boolean mustNotBlock() {
		return Schedulers.isInNonBlockingThread()
				|| (Thread.currentThread() instanceof FastThreadLocalThread netty && !netty.permitBlockingCalls());
	}

	/** For a call that is about to be sent. */
	static void check(RemoteMethod method) {
		if (mustNotBlock()) {
			throw wouldBlock("Call of " + method, true);
		}
	}

	/** For a call that was sent. */
	static void checkWait(RemoteMethod method) {
		if (mustNotBlock()) {
			throw wouldBlock("The wait for the call of " + method, false);
		}
	}

	private static BlockingCallException wouldBlock(String what, boolean notExecuted) {
		return new BlockingCallException(what + " would block the thread " + Thread.currentThread().getName()
				+ ", which must not block: use an operation of the contract that returns a CompletableFuture or"
				+ " Mono, or callAsync(...), and let what follows depend on it", notExecuted);
	}

}
