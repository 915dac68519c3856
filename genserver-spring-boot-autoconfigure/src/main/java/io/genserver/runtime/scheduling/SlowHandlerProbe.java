package io.genserver.runtime.scheduling;

import io.genserver.ServerInfo;
import io.genserver.log.Labelled;
import org.jspecify.annotations.Nullable;

/**
 * A task in which a handler may run for longer than it should. The monitor asks on its
 * own thread; the label is that of the server whose handler runs.
 */
public interface SlowHandlerProbe extends Runnable, Labelled {

	/**
	 * Return whether a handler has begun to be slow since the monitor last asked.
	 * @param now the time
	 * @param threshold nanoseconds after which a handler is slow whose server and
	 * operation say nothing of it, 0 for never
	 * @return {@code true} once for each handler
	 */
	boolean isSlow(long now, long threshold);

	/**
	 * Return the handler that runs.
	 * @return the handler, or {@code null} if none runs any more
	 */
	ServerInfo.@Nullable InFlight inFlight();

	/**
	 * Return how many messages are queued behind the handler.
	 * @return the number of messages in the mailbox
	 */
	int queued();

}
