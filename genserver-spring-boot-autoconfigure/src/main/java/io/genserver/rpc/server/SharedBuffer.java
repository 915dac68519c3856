package io.genserver.rpc.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

import io.genserver.log.SafeLogger;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;

/**
 * What all connections together may hold: bytes received and not handled, and bytes to be
 * sent and not read. Each keeps to its own limits, but ten thousand that do may still be
 * more than the process has. When it is too much, those that hold the most are closed
 * until it is not; the rest notice nothing. A newcomer is let in all the same: it holds
 * nothing yet, and cannot help what others hold.
 */
final class SharedBuffer {

	private static final SafeLogger logger = SafeLogger.of(SharedBuffer.class);

	private final long limit;

	/** Whether it was too much at the last look. */
	private boolean exceeded;

	/**
	 * Create.
	 * @param limit bytes all connections may hold, 0 for any number
	 */
	SharedBuffer(long limit) {
		this.limit = limit;
	}

	/** Look at what connections hold, and close some if that is too much. */
	void enforce(Collection<? extends Holder> open) {
		if (this.limit == 0) {
			return;
		}
		List<Share> shares = new ArrayList<>();
		long sum = 0;
		for (Holder holder : open) {
			long bytes = holder.heldBytes();
			if (bytes > 0) {
				shares.add(new Share(holder, bytes));
				sum += bytes;
			}
		}
		boolean before = this.exceeded;
		this.exceeded = sum > this.limit;
		if (!this.exceeded) {
			return;
		}
		if (!before) {
			logger.warn(
					"Connections to the RPC endpoint hold {} bytes together, more than"
							+ " genserver.rpc.limits.total-buffer, {}: those that hold the most are closed",
					sum, this.limit);
		}
		shares.sort(Comparator.comparingLong(Share::bytes).reversed());
		CloseReason reason = new CloseReason(CloseCode.OVERLOADED,
				"the server has no room for what its connections hold, and this one holds the most");
		for (Share each : shares) {
			if (sum <= this.limit) {
				break;
			}
			each.holder().letGo(reason);
			sum -= each.bytes();
		}
	}

	/** A connection. */
	interface Holder {

		/** Bytes received and not handled, and to be sent and not read. */
		long heldBytes();

		/** Close it, whatever waits there. */
		void letGo(CloseReason reason);

	}

	/**
	 * What a connection held when it was looked at.
	 *
	 * @param holder the connection
	 * @param bytes what it held
	 */
	private record Share(Holder holder, long bytes) {
	}

}
