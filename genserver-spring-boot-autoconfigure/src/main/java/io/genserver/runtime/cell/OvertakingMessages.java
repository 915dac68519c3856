package io.genserver.runtime.cell;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Messages that the turn of a server handles although the next one in the mailbox waits
 * for a slot among the concurrent invocations of its operation: those of operations that
 * overtake. Each stays behind messages of its own sender that run in the turn and do not
 * overtake, so what runs in the turn runs in the order in which each sender sent it.
 * <p>
 * The turn notes that it waits for a slot, and then looks for such messages; who queues
 * one, or gives up a message that one may stand behind, looks for that note afterwards.
 * Both under the lock of the concurrent handlers: one of the two sees the other.
 */
final class OvertakingMessages {

	private OvertakingMessages() {
	}

	/**
	 * Start the first such message where it stands in the mailbox, whose place is to be
	 * freed then. Only in the turn, which has found no slot free.
	 * @param queued what is in the mailbox, in its order
	 * @return the message to handle, {@code null} if there is none
	 */
	static @Nullable Message start(List<Message> queued) {
		Set<@Nullable Object> held = new HashSet<>();
		for (Message message : queued) {
			Operation operation = message.operation();
			Object origin = message.origin();
			if (message.settledSlot() != Message.QUEUED) {
				continue;
			}
			if (!operation.overtakes()) {
				if (operation.concurrency() == 0) {
					held.add(origin);
				}
			}
			else if (!held.contains(origin) && message.startInPlace()) {
				return message;
			}
		}
		return null;
	}

}
