package io.genserver.rpc.peer;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.GoAway;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.RequestRefusal;
import io.genserver.protocol.ResponseFailure;
import io.genserver.protocol.WireListener;
import io.genserver.rpc.Reading;
import io.genserver.rpc.outbound.RemoteCast;
import org.jspecify.annotations.Nullable;

/**
 * Hands the events of a session to the two directions.
 */
final class PeerEvents implements WireListener {

	private final PeerConnection peer;

	PeerEvents(PeerConnection peer) {
		this.peer = peer;
	}

	@Override
	public BodyDelivery requestOpened(InboundRequest request) {
		return this.peer.inbound().opened(request);
	}

	@Override
	public void requestComplete(InboundRequest request, byte[] arguments) {
		this.peer.inbound().complete(request, arguments);
	}

	@Override
	public void requestArguments(InboundRequest request, byte[] arguments) {
		this.peer.inbound().arguments(request, arguments);
	}

	@Override
	public void requestItem(InboundRequest request, byte[] item) {
		this.peer.inbound().item(request, item);
	}

	@Override
	public void requestEnded(InboundRequest request) {
		this.peer.inbound().itemsEnded(request);
	}

	@Override
	public void requestCancelled(InboundRequest request) {
		this.peer.inbound().cancelled(request);
	}

	@Override
	public void requestRefused(InboundRequest request, RequestRefusal refusal) {
		this.peer.inbound().refused(request, refusal);
	}

	@Override
	public void responseItem(OutboundCall call, byte[] item) {
		this.peer.calls().item(call, item);
	}

	@Override
	public void responseComplete(OutboundCall call, int status, byte[] payload) {
		this.peer.calls().answered(call, status, payload);
	}

	@Override
	public void responseFailed(OutboundCall call, ResponseFailure failure) {
		this.peer.calls().failed(call, failure);
	}

	@Override
	public void responseDemand(InboundRequest request, long items) {
		this.peer.inbound().demanded(request, items);
	}

	@Override
	public void responseItemSent(InboundRequest request) {
		this.peer.inbound().itemSent(request);
	}

	@Override
	public void requestItemSent(OutboundCall call) {
		this.peer.calls().itemSent(call);
	}

	@Override
	public void castNotExecuted(@Nullable Object cast) {
		this.peer.calls().unsent((@Nullable RemoteCast) cast);
	}

	@Override
	public void goingAway(GoAway goAway) {
		this.peer.calls().refuse("the other end leaves: " + goAway.reason());
		this.peer.calls().drop();
		this.peer.left(goAway);
	}

	@Override
	public boolean crowded() {
		boolean full = this.peer.queue().drainNow();
		if (full) {
			this.peer.reading().pause(Reading.Reason.ANSWERS);
		}
		return full;
	}

	@Override
	public void violated(CloseReason reason) {
		// What the session has still to say, in ext mode why, goes first.
		this.peer.queue().handOver();
		this.peer.transport().close(reason);
	}

}
