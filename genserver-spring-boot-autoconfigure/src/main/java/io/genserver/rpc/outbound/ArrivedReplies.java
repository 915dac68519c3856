package io.genserver.rpc.outbound;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/**
 * Replies that wait to be decoded, which may run code of the application's types: a
 * worker for all that came in one go, instead of one for each. A decoder that blocks
 * holds up those behind it only until more comes, for then another worker takes what is
 * left.
 */
final class ArrivedReplies {

	private final Executor workers;

	private final Queue<Arrived> replies = new ConcurrentLinkedQueue<>();

	private final Runnable decode = this::decodeAll;

	/** Whether some came for which no worker was started; of the connection's thread. */
	private boolean some;

	ArrivedReplies(Executor workers) {
		this.workers = workers;
	}

	/** A reply came. On the connection's thread. */
	void add(RemoteReply<?> reply, byte[] payload) {
		this.replies.add(new Arrived(reply, payload));
		this.some = true;
	}

	/** Nothing more comes for now. On the connection's thread. */
	void flush() {
		if (this.some) {
			this.some = false;
			this.workers.execute(this.decode);
		}
	}

	private void decodeAll() {
		for (Arrived next = this.replies.poll(); next != null; next = this.replies.poll()) {
			next.reply().arrived(next.payload());
		}
	}

	/**
	 * A reply that is not decoded.
	 *
	 * @param reply gets it
	 * @param payload what came
	 */
	private record Arrived(RemoteReply<?> reply, byte[] payload) {
	}

}
