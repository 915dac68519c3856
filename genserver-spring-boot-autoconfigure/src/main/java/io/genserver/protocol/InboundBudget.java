package io.genserver.protocol;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides when a connection stops reading: while the bytes handed on but not yet consumed
 * (requests waiting in mailboxes, items waiting for a subscriber), together with what its
 * session still assembles, exceed the inbound budget; and when it resumes: below half.
 * <p>
 * Only consumption can end a pause, for what is still being assembled cannot complete
 * while nothing is read. So a connection never pauses with nothing left to consume; what
 * its session assembles is bounded by itself.
 * <p>
 * {@link #charge} and {@link #pause} belong to the connection's thread, {@link #credit}
 * to any.
 */
public final class InboundBudget {

	private static final long READING = -1;

	private final long limit;

	private final AtomicLong unconsumed = new AtomicLong();

	/**
	 * Unconsumed bytes at or below which the pause ends, or {@link #READING}. Set by the
	 * connection's thread, reset by whichever thread ends the pause: the compare-and-set
	 * makes that exactly one.
	 */
	private final AtomicLong resumeAt = new AtomicLong(READING);

	/**
	 * Creates a budget of which nothing is used.
	 * @param limitBytes the bytes beyond which reading pauses
	 */
	public InboundBudget(long limitBytes) {
		this.limit = limitBytes;
	}

	/**
	 * Counts bytes that were handed on.
	 * @param bytes how many
	 */
	public void charge(int bytes) {
		this.unconsumed.addAndGet(bytes);
	}

	/**
	 * Counts bytes that were consumed or let go of.
	 * @param bytes how many, each charged before
	 * @return whether reading is to be resumed now; true exactly once for each pause
	 */
	public boolean credit(long bytes) {
		return resumes(this.unconsumed.addAndGet(-bytes));
	}

	/**
	 * Decides, after bytes were received, whether to stop reading.
	 * @param assembling what the session holds, {@link WireSession#bufferedBytes()}
	 * @return whether reading is to pause until a {@link #credit} returns true
	 */
	public boolean pause(long assembling) {
		if (this.unconsumed.get() + assembling <= this.limit) {
			return false;
		}
		this.resumeAt.set(Math.max(0, (this.limit - 1) / 2 - assembling));
		// Credit given before the line above did not cause a resume: check again.
		return !resumes(this.unconsumed.get());
	}

	/**
	 * Returns what was charged and not yet credited.
	 * @return bytes
	 */
	public long unconsumed() {
		return this.unconsumed.get();
	}

	private boolean resumes(long unconsumed) {
		long threshold = this.resumeAt.get();
		return threshold != READING && unconsumed <= threshold && this.resumeAt.compareAndSet(threshold, READING);
	}

}
