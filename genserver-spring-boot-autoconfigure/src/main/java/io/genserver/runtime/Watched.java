package io.genserver.runtime;

import io.genserver.ServerInfo;
import org.jspecify.annotations.Nullable;

/**
 * A task in which a handler may run for longer than it should. The monitor asks on its
 * own thread.
 */
interface Watched extends Runnable {

	/** Whose handler runs. */
	ServerCell cell();

	/** What runs, or {@code null}. */
	ServerInfo.@Nullable InFlight inFlight();

	/** Whether a handler has begun to be slow since the monitor last asked. */
	boolean isSlow(long now, long threshold);

}
