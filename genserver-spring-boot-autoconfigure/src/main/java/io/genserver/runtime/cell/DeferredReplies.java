package io.genserver.runtime.cell;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.genserver.GenServerUnavailableException;
import io.genserver.Reply;
import io.genserver.runtime.message.CallMessage;
import io.genserver.runtime.message.Recipient;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one instance whose replies were put off. They end with the instance. Safe
 * on any thread.
 */
final class DeferredReplies {

	/** From so many on, those that have expired are looked for when one is added. */
	private static final int LOOK = 64;

	private final Recipient server;

	private final Set<CallMessage> calls = new LinkedHashSet<>();

	private int lookAt = LOOK;

	DeferredReplies(Recipient server) {
		this.server = server;
	}

	Reply<@Nullable Object> add(CallMessage call) {
		synchronized (this.calls) {
			if (this.calls.size() >= this.lookAt) {
				this.calls.removeIf(CallMessage::isOver);
				this.lookAt = Math.max(LOOK, this.calls.size() * 2);
			}
			this.calls.add(call);
		}
		return new DeferredReply(call);
	}

	/** Whether nothing is put off that anybody waits for. */
	boolean isEmpty() {
		synchronized (this.calls) {
			this.calls.removeIf(CallMessage::isOver);
			return this.calls.isEmpty();
		}
	}

	void addTo(Unanimity elsewhere) {
		synchronized (this.calls) {
			this.calls.forEach(elsewhere::add);
		}
	}

	/** How many of these replies callers still wait for. */
	int size() {
		synchronized (this.calls) {
			this.calls.removeIf(CallMessage::isOver);
			return this.calls.size();
		}
	}

	/** The instance goes. */
	void failAll(String why) {
		List<CallMessage> owed;
		synchronized (this.calls) {
			owed = List.copyOf(this.calls);
			this.calls.clear();
		}
		for (CallMessage call : owed) {
			call.giveUp(new GenServerUnavailableException("Server " + this.server.label() + " " + why
					+ " before it answered " + call.operation() + "; the call may have been executed", false));
		}
	}

	private void remove(CallMessage call) {
		synchronized (this.calls) {
			this.calls.remove(call);
		}
	}

	/** What the handler holds. */
	private final class DeferredReply implements Reply<@Nullable Object> {

		private final CallMessage call;

		DeferredReply(CallMessage call) {
			this.call = call;
		}

		@Override
		public boolean complete(@Nullable Object value) {
			remove(this.call);
			return this.call.answer(DeferredReplies.this.server, value);
		}

		@Override
		public boolean fail(Throwable failure) {
			remove(this.call);
			return this.call.refuse(DeferredReplies.this.server, failure);
		}

		@Override
		public boolean isOver() {
			return this.call.isOver();
		}

	}

}
