package io.genserver.protocol.ext;

import java.util.ArrayDeque;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Casts of ours that were written, until it is known that the peer has accepted them.
 * Nothing answers a cast, but streams are opened in the order of their ids: a frame of
 * the peer for a later stream, or its GOAWAY, shows which ones arrived. Keeps a bounded
 * number of them.
 */
final class WrittenCasts {

	private static final int MOST = 4096;

	private static final long MOST_BYTES = 1024 * 1024;

	private final ArrayDeque<ExtCast> casts = new ArrayDeque<>();

	private long bytes;

	/** The number of the last cast that is kept no longer though it may be lost. */
	private int forgotten;

	/** How many have been forgotten without a gap up to that one. */
	private int forgottenCount;

	/** A cast was written whose sender wants to hear if it is not accepted. */
	void add(ExtCast cast) {
		this.casts.add(cast);
		this.bytes += cast.bytes;
		while (this.casts.size() > MOST || (this.bytes > MOST_BYTES && this.casts.size() > 1)) {
			this.forgotten = number(this.casts.getFirst());
			this.forgottenCount++;
			removeFirst();
		}
	}

	/** The peer has accepted the stream of this id, and all before it. */
	void accepted(int id) {
		if (this.casts.isEmpty()) {
			return;
		}
		int number = id & ExtStreams.MAX_NUMBER;
		if (number > this.forgotten) {
			this.forgottenCount = 0;
		}
		while (!this.casts.isEmpty() && number(this.casts.getFirst()) <= number) {
			removeFirst();
		}
	}

	/**
	 * Hand over those that the peer does not accept, in order, and keep none.
	 * @param last number of the last stream that it accepts
	 * @param refused gets what came with each cast, null for one that was not kept
	 */
	void refusedAfter(int last, Consumer<@Nullable Object> refused) {
		int lost = Math.min(this.forgottenCount, Math.max(0, this.forgotten - last));
		accepted(last);
		for (int i = 0; i < lost; i++) {
			refused.accept(null);
		}
		while (!this.casts.isEmpty()) {
			ExtCast cast = this.casts.getFirst();
			removeFirst();
			refused.accept(cast.cast);
		}
		this.forgottenCount = 0;
	}

	private void removeFirst() {
		this.bytes -= this.casts.removeFirst().bytes;
	}

	private static int number(ExtCast cast) {
		return cast.id & ExtStreams.MAX_NUMBER;
	}

}
