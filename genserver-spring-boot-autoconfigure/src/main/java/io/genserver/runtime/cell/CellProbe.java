package io.genserver.runtime.cell;

import io.genserver.runtime.message.Recipient;
import io.genserver.runtime.scheduling.SlowHandlerProbe;

/**
 * A task of a cell in which a handler may run for longer than it should.
 */
public interface CellProbe extends SlowHandlerProbe {

	/** Whose handler runs. */
	Recipient cell();

	@Override
	default String label() {
		return cell().label();
	}

	@Override
	default int queued() {
		return cell().mailbox().size();
	}

}
