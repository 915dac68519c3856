package io.genserver.rpc;

import io.genserver.protocol.CloseReason;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.Intake;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.Refusal;
import io.genserver.protocol.ResponseFailure;
import io.genserver.protocol.WireListener;
import org.jspecify.annotations.Nullable;

/**
 * Hands the events of a session to the two directions.
 */
final class PeerEvents implements WireListener {

	private final Transport transport;

	private @Nullable InboundCalls inbound;

	PeerEvents(Transport transport) {
		this.transport = transport;
	}

	void tell(InboundCalls inbound) {
		this.inbound = inbound;
	}

	private InboundCalls inbound() {
		InboundCalls known = this.inbound;
		if (known == null) {
			throw new IllegalStateException("An event before the connection was complete");
		}
		return known;
	}

	@Override
	public Intake requestOpened(InboundRequest request) {
		return inbound().opened(request);
	}

	@Override
	public void requestComplete(InboundRequest request, byte[] arguments) {
		inbound().complete(request, arguments);
	}

	@Override
	public void requestItem(InboundRequest request, byte[] item) {
	}

	@Override
	public void requestEnded(InboundRequest request) {
	}

	@Override
	public void requestCancelled(InboundRequest request) {
		inbound().cancelled(request);
	}

	@Override
	public void requestRefused(InboundRequest request, Refusal refusal) {
		inbound().refused(request, refusal);
	}

	@Override
	public void responseItem(OutboundCall call, byte[] item) {
	}

	@Override
	public void responseComplete(OutboundCall call, int status, byte[] payload) {
	}

	@Override
	public void responseFailed(OutboundCall call, ResponseFailure failure) {
	}

	@Override
	public void violated(CloseReason reason) {
		this.transport.close(reason);
	}

}
