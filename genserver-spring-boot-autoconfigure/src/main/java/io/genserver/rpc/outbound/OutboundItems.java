package io.genserver.rpc.outbound;

import java.util.concurrent.Flow;
import java.util.function.Function;

import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.OversizedItemException;
import io.genserver.protocol.WireSession;
import io.genserver.rpc.ItemPull;
import io.genserver.rpc.Outbound;
import org.jspecify.annotations.Nullable;

/**
 * The items of a request of ours: takes them of the caller's publisher and queues them to
 * be written, after the request was opened. A publisher that fails fails the call with
 * what it says, and the peer sees the call cancelled.
 */
final class OutboundItems implements Flow.Subscriber<@Nullable Object> {

	private final OutboundCalls calls;

	private final RemoteCall call;

	private final OutboundCall wire;

	private final Function<@Nullable Object, byte[]> encoder;

	private final ItemPull pull;

	OutboundItems(OutboundCalls calls, RemoteCall call, OutboundCall wire, Function<@Nullable Object, byte[]> encoder,
			ItemPull pull) {
		this.calls = calls;
		this.call = call;
		this.wire = wire;
		this.encoder = encoder;
		this.pull = pull;
	}

	@Override
	public void onSubscribe(Flow.Subscription subscription) {
		this.pull.subscribed(subscription);
	}

	@Override
	public void onNext(@Nullable Object item) {
		if (this.pull.isOver()) {
			return;
		}
		byte[] bytes;
		try {
			bytes = this.encoder.apply(item);
		}
		catch (RuntimeException ex) {
			this.pull.cancel();
			giveUp(ex);
			return;
		}
		if (this.pull.isUnasked() && this.calls.isOverfull()) {
			this.pull.cancel();
			giveUp(RemoteFailures.refused(this.call.method(), "its items are more than were asked for"));
			return;
		}
		this.pull.sized(bytes.length);
		this.calls.queue(new Item(bytes));
	}

	@Override
	public void onError(Throwable failure) {
		this.pull.over();
		giveUp(failure);
	}

	@Override
	public void onComplete() {
		if (!this.pull.isOver()) {
			this.pull.over();
			this.calls.queue(new End());
		}
	}

	private void giveUp(Throwable failure) {
		this.calls.giveUp(this.call, (sent) -> failure);
	}

	/** An item was written whole. On the connection's thread. */
	void written() {
		this.pull.written();
	}

	/** The call is over: no more items are wanted. On any thread. */
	void stop() {
		if (!this.pull.isOver()) {
			this.pull.cancelLater();
		}
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
			try {
				session.sendItem(OutboundItems.this.wire, this.item);
			}
			catch (OversizedItemException ex) {
				stop();
				giveUp(RemoteFailures.refused(OutboundItems.this.call.method(), String.valueOf(ex.getMessage())));
			}
		}

		@Override
		public void dropped() {
			stop();
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
			session.sendEnd(OutboundItems.this.wire);
		}

	}

}
