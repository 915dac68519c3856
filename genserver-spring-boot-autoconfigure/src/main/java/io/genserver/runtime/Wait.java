package io.genserver.runtime;

import io.genserver.CallCycleException;
import org.jspecify.annotations.Nullable;

/**
 * What a turn waits for, as {@link Cycles} sees it: a message, or the start or end of a
 * server.
 */
interface Wait {

	/** The turn that has to go on first, or {@code null} if none has to. */
	@Nullable ServerCell target();

	/** Whether a turn that waits for it still has to. */
	boolean isPending();

	/** Nobody may wait for it, since that would close a cycle. */
	void giveUpForCycle(CallCycleException cycle);

}
