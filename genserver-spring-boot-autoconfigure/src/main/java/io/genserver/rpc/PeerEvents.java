package io.genserver.rpc;

import java.util.Objects;

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

	private @Nullable OutboundCalls calls;

	PeerEvents(Transport transport) {
		this.transport = transport;
	}

	void tell(InboundCalls inbound, OutboundCalls calls) {
		this.inbound = inbound;
		this.calls = calls;
	}

	private InboundCalls inbound() {
		return Objects.requireNonNull(this.inbound, "no event before the connection is complete");
	}

	private OutboundCalls calls() {
		return Objects.requireNonNull(this.calls, "no event before the connection is complete");
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
		// Requests are taken whole.
	}

	@Override
	public void requestEnded(InboundRequest request) {
		// Requests are taken whole.
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
		calls().item(call, item);
	}

	@Override
	public void responseComplete(OutboundCall call, int status, byte[] payload) {
		calls().answered(call, status, payload);
	}

	@Override
	public void responseFailed(OutboundCall call, ResponseFailure failure) {
		calls().failed(call, failure);
	}

	@Override
	public void violated(CloseReason reason) {
		this.transport.close(reason);
	}

}
