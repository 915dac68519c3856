package io.genserver.rpc;

import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.WireSession;

/**
 * Gives credit back to a peer in ext mode, where the session counts what is handed on and
 * only has to know what was taken of it. That goes through the outbound queue, where the
 * credit is written, too; so reading never stops.
 */
public final class CreditReturn implements InboundBackpressure {

	private final WireSession session;

	private final OutboundQueue outbound;

	/** While less is buffered, credit of the connection is not withheld. */
	private final long much;

	/** As of the last look. */
	private volatile long bytes;

	public CreditReturn(WireSession session, OutboundQueue outbound, ConnectionContext context) {
		this.session = session;
		this.outbound = outbound;
		this.much = context.limits().inboundBudgetBytes() / 2;
	}

	@Override
	public void add(int bytes) {
		// Counted by the session.
	}

	/**
	 * What a request brought that is complete leaves with its answer, mostly: the peer
	 * does not wait for it. A thread that adds it looks at {@link #bytes} afterwards, and
	 * one that raises them looks for what was added, so one of the two hurries.
	 */
	@Override
	public void consumed(InboundRequest request, int bytes, boolean itemsFollow) {
		OfRequest consumed = new OfRequest(this, request, 1, bytes);
		if (itemsFollow) {
			this.outbound.offer(consumed);
			return;
		}
		this.outbound.offerLater(consumed);
		hurryIfMuch();
	}

	private void hurryIfMuch() {
		if (this.bytes >= this.much) {
			this.outbound.hurry();
		}
	}

	@Override
	public void addItem(int bytes) {
		// Counted by the session.
	}

	@Override
	public void consumedItems(InboundRequest request, int items, long bytes) {
		this.outbound.offer(new OfRequest(this, request, items, bytes));
	}

	@Override
	public void consumedItems(OutboundCall call, int items, long bytes) {
		this.outbound.offer(new OfResponse(this, call, items, bytes));
	}

	@Override
	public void received(long nowNanos) {
		look();
		hurryIfMuch();
	}

	@Override
	public void tick(long nowNanos) {
		look();
	}

	@Override
	public void look() {
		this.bytes = this.session.bufferedBytes();
	}

	@Override
	public long bytes() {
		return this.bytes;
	}

	/** What a request brought was taken. */
	private record OfRequest(CreditReturn from, InboundRequest request, int items, long length) implements Outbound {

		@Override
		public int bytes() {
			return 0;
		}

		@Override
		public void write(WireSession session) {
			session.consumed(this.request, this.items, this.length);
			this.from.look();
		}

	}

	/** Items of a response were taken. */
	private record OfResponse(CreditReturn from, OutboundCall call, int items, long length) implements Outbound {

		@Override
		public int bytes() {
			return 0;
		}

		@Override
		public void write(WireSession session) {
			session.consumed(this.call, this.items, this.length);
			this.from.look();
		}

	}

}
