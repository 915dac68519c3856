package io.genserver.runtime.message;

import io.genserver.CallCycleException;
import org.jspecify.annotations.Nullable;

/**
 * What a turn waits for, as {@link Cycles} sees it: a message, or the start or end of a
 * server.
 */
public interface Wait {

	/** The turn that has to go on first, or {@code null} if none has to. */
	@Nullable Recipient target();

	/** Whether a turn that waits for it still has to. */
	boolean isPending();

	/** The wait is given up, since it would close a cycle. */
	void giveUpForCycle(CallCycleException cycle);

}
