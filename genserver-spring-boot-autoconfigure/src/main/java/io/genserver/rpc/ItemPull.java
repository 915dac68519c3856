package io.genserver.rpc;

import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Asks a publisher for the items that are to be sent to a peer.
 * <p>
 * As items are written more are asked for, half a batch at a time, unless the queue is
 * over its soft limit; then the stream waits its turn for room. A batch is as many items,
 * of the largest size seen, as make a share of the queue, and never more than the peer
 * takes, where it counts. In ext mode items wait for the peer's credit before they are
 * written, in base mode the queue alone pushes back. Publishers run code of the
 * application, so they are asked, and cancelled, by a worker.
 * <p>
 * Belongs to the connection's thread, but for what says otherwise.
 */
public final class ItemPull {

	private static final int FIRST_BATCH = 1;

	private static final int LARGEST_BATCH = 256;

	/** Longer than a publisher that has more needs for its next item, as a rule. */
	static final long QUIET = TimeUnit.MILLISECONDS.toNanos(900);

	private final OutboundQueue outbound;

	private final Executor workers;

	private final IntSupplier share;

	/** What the publisher is asked for when it subscribes. */
	private final int first;

	private final Runnable askForMore = this::askForMore;

	private volatile Flow.@Nullable Subscription subscription;

	/** Nothing more is taken from the publisher: it ended, or was cancelled. */
	private volatile boolean over;

	private volatile int largestItem = 1;

	/** Items asked for so far; written before they are asked for. */
	private volatile long requested;

	/** Items that came; written by the publisher's thread. */
	private volatile long received;

	/** Items that had come at the last look; none was looked for yet. */
	private long seen = -1;

	/** When it was seen for the first time that it waits with as many items. */
	private long quietNanos;

	/** Items asked for and not yet written. */
	private int outstanding;

	/** Items the peer takes that were not asked for. */
	private long credit;

	/** Whether more has been or will be asked for already. */
	private boolean asking;

	/**
	 * Create.
	 * @param outbound where items are queued
	 * @param workers runs code of the application
	 * @param share how many bytes may be asked for at once
	 * @param credit items the peer takes to begin with
	 */
	public ItemPull(OutboundQueue outbound, Executor workers, IntSupplier share, long credit) {
		this.outbound = outbound;
		this.workers = workers;
		this.share = share;
		this.first = (int) Math.min(FIRST_BATCH, credit);
		this.outstanding = this.first;
		this.requested = this.first;
		this.credit = (credit != Long.MAX_VALUE) ? credit - this.first : credit;
	}

	/** The publisher accepted the subscription. On any thread. */
	public void subscribed(Flow.Subscription subscription) {
		if (this.subscription != null) {
			subscription.cancel();
			return;
		}
		this.subscription = subscription;
		if (this.over) {
			subscription.cancel();
		}
		else if (this.first > 0) {
			subscription.request(this.first);
		}
	}

	/** An item was so long. On the publisher's thread. */
	public void sized(int bytes) {
		long before = this.received;
		this.received = before + 1;
		if (bytes > this.largestItem) {
			this.largestItem = bytes;
		}
	}

	/** Whether any item has come. */
	public boolean hasReceived() {
		return this.received > 0;
	}

	/**
	 * Whether the next item is one that was not asked for. On the publisher's thread.
	 */
	public boolean isUnasked() {
		return this.received >= this.requested;
	}

	/**
	 * Whether it waits for the publisher: all that came was written, and the publisher
	 * was asked for more.
	 */
	public boolean isWaiting() {
		return !this.over && this.subscription != null && this.outstanding > 0
				&& this.outstanding == this.requested - this.received;
	}

	/**
	 * Note whether something has come since the last look. To be called about once a
	 * second.
	 */
	public void look(long nowNanos) {
		long came = this.received;
		if (came != this.seen || !isWaiting()) {
			this.seen = came;
			this.quietNanos = nowNanos;
		}
	}

	/**
	 * Whether it has waited for the publisher for a while: each time it was looked at
	 * since then, and nothing has come in between.
	 */
	public boolean isQuiet(long nowNanos) {
		return isWaiting() && this.received == this.seen && nowNanos - this.quietNanos >= QUIET;
	}

	/** Whether nothing more is taken. On any thread. */
	public boolean isOver() {
		return this.over;
	}

	/** The publisher has ended, or nothing more is to be taken of it. On any thread. */
	public void over() {
		this.over = true;
	}

	/** Take nothing more, and say so to the publisher, here and now. On any thread. */
	public void cancel() {
		this.over = true;
		Flow.Subscription known = this.subscription;
		if (known != null) {
			known.cancel();
		}
	}

	/** Take nothing more; the publisher is cancelled by a worker. On any thread. */
	public void cancelLater() {
		this.over = true;
		this.workers.execute(this::cancel);
	}

	/** An item was written. */
	public void written() {
		this.outstanding--;
		askWhenRoom();
	}

	/** The peer takes more items. */
	public void credited(long items) {
		this.credit += items;
		askWhenRoom();
	}

	private void askWhenRoom() {
		if (!this.asking && !this.over && this.credit > 0 && this.outstanding <= batch() / 2) {
			this.asking = true;
			this.outbound.whenRoom(this.askForMore);
		}
	}

	private int batch() {
		return Math.clamp(this.share.getAsInt() / (this.largestItem + Outbound.OVERHEAD), 1, LARGEST_BATCH);
	}

	private void askForMore() {
		this.asking = false;
		int more = (int) Math.min(batch() - this.outstanding, this.credit);
		Flow.Subscription known = this.subscription;
		if (more > 0 && known != null && !this.over) {
			this.outstanding += more;
			this.requested += more;
			if (this.credit != Long.MAX_VALUE) {
				this.credit -= more;
			}
			this.workers.execute(() -> known.request(more));
		}
	}

}
