package io.genserver.runtime.message;

import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * How threads wait for the replies of asynchronous calls: as the turn that they run, if
 * they run one, and never where a thread must not block.
 */
public interface ReplyWait {

	/**
	 * Let the calling thread wait.
	 * @param call the call
	 * @param waiter what the thread waits for
	 * @param onlyCall whether nothing but the end of the call ends the wait
	 * @param nanos how long at most, {@link Long#MAX_VALUE} for without a limit
	 * @return whether the waiter is ready
	 * @throws InterruptedException if the thread is or gets interrupted
	 */
	boolean await(AsyncCall call, Waiter waiter, boolean onlyCall, long nanos) throws InterruptedException;

	/**
	 * Return whose turn the calling thread runs.
	 * @return the recipient, {@code null} if none, or if its turn can go on without
	 */
	@Nullable Recipient turn();

	/**
	 * Let the turn that the calling thread runs wait.
	 * @param <W> type of what it waits for
	 * @param wait what it waits for
	 * @param nanos how long at most, {@link Long#MAX_VALUE} for without a limit
	 * @return whether that is ready
	 * @throws InterruptedException if the thread is or gets interrupted
	 */
	<W extends Wait & Waiter> boolean awaitInTurn(W wait, long nanos) throws InterruptedException;

	/**
	 * Wake the thread of a waiter that has become ready, if there is one.
	 * @param waiter the waiter
	 */
	void wake(Waiter waiter);

}
