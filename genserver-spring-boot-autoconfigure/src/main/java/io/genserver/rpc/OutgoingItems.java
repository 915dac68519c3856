package io.genserver.rpc;

import java.util.concurrent.Flow;

import io.genserver.protocol.WireSession;
import org.jspecify.annotations.Nullable;

/**
 * Items on their way to the peer: takes them of a publisher, as an {@link ItemPull} asks
 * for them, encodes them and queues them to be written. Subclasses know what the items
 * belong to. What is encoded is encoded by the publisher's thread.
 */
public abstract class OutgoingItems implements Flow.Subscriber<@Nullable Object> {

	private final OutboundQueue outbound;

	private final ItemPull pull;

	/**
	 * Create.
	 * @param outbound where items are queued
	 * @param pull asks the publisher for them
	 */
	protected OutgoingItems(OutboundQueue outbound, ItemPull pull) {
		this.outbound = outbound;
		this.pull = pull;
	}

	/** What asks the publisher for items. */
	protected final ItemPull pull() {
		return this.pull;
	}

	@Override
	public final void onSubscribe(Flow.Subscription subscription) {
		this.pull.subscribed(subscription);
	}

	@Override
	public final void onNext(@Nullable Object item) {
		if (this.pull.isOver()) {
			return;
		}
		byte[] bytes;
		try {
			bytes = encode(item);
		}
		catch (Throwable ex) {
			notEncoded(ex);
			return;
		}
		if (!accepts(bytes)) {
			return;
		}
		if (this.pull.isUnasked() && this.outbound.isOverfull()) {
			notAskedFor();
			return;
		}
		this.pull.sized(bytes.length);
		this.outbound.offer(new Item(bytes));
	}

	@Override
	public final void onComplete() {
		if (!this.pull.isOver()) {
			this.pull.over();
			this.outbound.offer(new End());
		}
	}

	/** Return the bytes of an item. On the publisher's thread. */
	protected abstract byte[] encode(@Nullable Object item);

	/** An item has no encoding: end what it belongs to. On the publisher's thread. */
	protected abstract void notEncoded(Throwable failure);

	/**
	 * Return whether an item may be sent; if not, end what it belongs to. On the
	 * publisher's thread.
	 */
	protected boolean accepts(byte[] item) {
		return true;
	}

	/**
	 * The publisher sends more than it was asked for, and there is no room for it: end
	 * what the items belong to. On the publisher's thread.
	 */
	protected abstract void notAskedFor();

	/** Write an item. On the connection's thread. */
	protected abstract void write(WireSession session, byte[] item);

	/** Write that no more items follow. On the connection's thread. */
	protected abstract void writeEnd(WireSession session);

	/** The connection is over before an item was written. On any thread. */
	protected void dropped() {
	}

	/** An item to be written. */
	private final class Item implements Outbound {

		private final byte[] item;

		Item(byte[] item) {
			this.item = item;
		}

		@Override
		public int bytes() {
			return OVERHEAD + this.item.length;
		}

		@Override
		public void write(WireSession session) {
			OutgoingItems.this.write(session, this.item);
		}

		@Override
		public void dropped() {
			OutgoingItems.this.dropped();
		}

	}

	/** The end of all items. */
	private final class End implements Outbound {

		@Override
		public int bytes() {
			return OVERHEAD;
		}

		@Override
		public void write(WireSession session) {
			writeEnd(session);
		}

	}

}
