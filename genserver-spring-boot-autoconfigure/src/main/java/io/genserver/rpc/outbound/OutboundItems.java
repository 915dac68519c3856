package io.genserver.rpc.outbound;

import java.util.function.Function;

import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.OversizedItemException;
import io.genserver.protocol.WireSession;
import io.genserver.rpc.ItemPull;
import io.genserver.rpc.OutboundQueue;
import io.genserver.rpc.OutgoingItems;
import org.jspecify.annotations.Nullable;

/**
 * The items of a request of ours, of the caller's publisher, after the request was
 * opened. A publisher that fails fails the call with what it says, and the peer sees the
 * call cancelled.
 */
final class OutboundItems extends OutgoingItems {

	private final OutboundCalls calls;

	private final RemoteCall call;

	private final OutboundCall wire;

	private final Function<@Nullable Object, byte[]> encoder;

	OutboundItems(OutboundCalls calls, RemoteCall call, OutboundCall wire, Function<@Nullable Object, byte[]> encoder,
			OutboundQueue outbound, ItemPull pull) {
		super(outbound, pull);
		this.calls = calls;
		this.call = call;
		this.wire = wire;
		this.encoder = encoder;
	}

	@Override
	protected byte[] encode(@Nullable Object item) {
		return this.encoder.apply(item);
	}

	@Override
	protected void notEncoded(Throwable failure) {
		pull().cancel();
		giveUp(failure);
	}

	@Override
	protected void notAskedFor() {
		pull().cancel();
		giveUp(RemoteFailures.refused(this.call.method(), "its items are more than were asked for"));
	}

	@Override
	public void onError(Throwable failure) {
		pull().over();
		giveUp(failure);
	}

	private void giveUp(Throwable failure) {
		this.calls.giveUp(this.call, (sent) -> failure);
	}

	@Override
	protected void write(WireSession session, byte[] item) {
		try {
			session.sendItem(this.wire, item);
		}
		catch (OversizedItemException ex) {
			stop();
			giveUp(RemoteFailures.refused(this.call.method(), String.valueOf(ex.getMessage())));
		}
	}

	@Override
	protected void writeEnd(WireSession session) {
		session.sendEnd(this.wire);
	}

	@Override
	protected void dropped() {
		stop();
	}

	/** An item was written whole. On the connection's thread. */
	void written() {
		pull().written();
	}

	/** The call is over: no more items are wanted. On any thread. */
	void stop() {
		if (!pull().isOver()) {
			pull().cancelLater();
		}
	}

}
