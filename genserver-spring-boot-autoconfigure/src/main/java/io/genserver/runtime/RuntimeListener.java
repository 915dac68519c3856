package io.genserver.runtime;

import io.genserver.DeadLetter;
import org.jspecify.annotations.Nullable;

/**
 * Sees what happens to messages, for meters. Called on hot paths, by many threads: must
 * be quick and must not block; what it throws is logged and harms nobody. Without one, no
 * time is measured for it.
 *
 * @since 0.1.0
 */
public interface RuntimeListener {

	/**
	 * Return a listener that passes everything on and logs what the other throws.
	 * @param listener the other
	 * @return a listener that never throws
	 */
	static RuntimeListener guarded(RuntimeListener listener) {
		return (listener instanceof GuardedListener) ? listener : new GuardedListener(listener);
	}

	/**
	 * Called when a message leaves the mailbox to be handled.
	 * @param server the server
	 * @param operation the operation
	 * @param waitNanos time the message spent in the mailbox
	 */
	default void started(Server server, Operation operation, long waitNanos) {
	}

	/**
	 * Called when a cast has been handled.
	 * @param server the server
	 * @param operation the operation
	 * @param runNanos time the handler took
	 * @param failure what it threw, or {@code null}
	 */
	default void castHandled(Server server, Operation operation, long runNanos, @Nullable Throwable failure) {
	}

	/**
	 * Called when a call has ended, in whatever way.
	 * @param server the server
	 * @param operation the operation
	 * @param nanos time from the caller's send to the end
	 * @param failure what the caller gets, or {@code null} for a reply
	 */
	default void callEnded(Server server, Operation operation, long nanos, @Nullable Throwable failure) {
	}

	/**
	 * Called when a message was refused or discarded.
	 * @param deadLetter the message
	 */
	default void deadLetter(DeadLetter deadLetter) {
	}

	/**
	 * Called when a reply came after its caller had given up.
	 * @param server the server
	 * @param operation the operation
	 */
	default void lateReply(Server server, Operation operation) {
	}

	/**
	 * Called when a server is about to go on with a new instance.
	 * @param server the server
	 */
	default void restarted(Server server) {
	}

}
