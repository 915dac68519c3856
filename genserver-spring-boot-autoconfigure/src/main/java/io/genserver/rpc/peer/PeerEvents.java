package io.genserver.rpc.peer;

import java.util.Objects;
import java.util.function.Consumer;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.GoAway;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.Refusal;
import io.genserver.protocol.ResponseFailure;
import io.genserver.protocol.WireListener;
import io.genserver.rpc.OutboundQueue;
import io.genserver.rpc.Reading;
import io.genserver.rpc.Transport;
import io.genserver.rpc.inbound.InboundCalls;
import io.genserver.rpc.outbound.OutboundCalls;
import io.genserver.rpc.outbound.RemoteCast;
import org.jspecify.annotations.Nullable;

/**
 * Hands the events of a session to the two directions.
 */
final class PeerEvents implements WireListener {

	private final Transport transport;

	private final Consumer<GoAway> leaving;

	private @Nullable Reading reading;

	private @Nullable OutboundQueue outbound;

	private @Nullable InboundCalls inbound;

	private @Nullable OutboundCalls calls;

	PeerEvents(Transport transport, Consumer<GoAway> leaving) {
		this.transport = transport;
		this.leaving = leaving;
	}

	void tell(Reading reading, OutboundQueue outbound, InboundCalls inbound, OutboundCalls calls) {
		this.reading = reading;
		this.outbound = outbound;
		this.inbound = inbound;
		this.calls = calls;
	}

	private Reading reading() {
		return Objects.requireNonNull(this.reading, "no event before the connection is complete");
	}

	private OutboundQueue outbound() {
		return Objects.requireNonNull(this.outbound, "no event before the connection is complete");
	}

	private InboundCalls inbound() {
		return Objects.requireNonNull(this.inbound, "no event before the connection is complete");
	}

	private OutboundCalls calls() {
		return Objects.requireNonNull(this.calls, "no event before the connection is complete");
	}

	@Override
	public BodyDelivery requestOpened(InboundRequest request) {
		return inbound().opened(request);
	}

	@Override
	public void requestComplete(InboundRequest request, byte[] arguments) {
		inbound().complete(request, arguments);
	}

	@Override
	public void requestArguments(InboundRequest request, byte[] arguments) {
		inbound().arguments(request, arguments);
	}

	@Override
	public void requestItem(InboundRequest request, byte[] item) {
		inbound().item(request, item);
	}

	@Override
	public void requestEnded(InboundRequest request) {
		inbound().itemsEnded(request);
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
	public void responseDemand(InboundRequest request, long items) {
		inbound().demanded(request, items);
	}

	@Override
	public void responseItemSent(InboundRequest request) {
		inbound().itemSent(request);
	}

	@Override
	public void requestItemSent(OutboundCall call) {
		calls().itemSent(call);
	}

	@Override
	public void castNotExecuted(@Nullable Object cast) {
		calls().unsent((@Nullable RemoteCast) cast);
	}

	@Override
	public void goingAway(GoAway goAway) {
		calls().refuse("the other end leaves: " + goAway.reason());
		calls().drop();
		this.leaving.accept(goAway);
	}

	@Override
	public boolean crowded() {
		boolean full = outbound().drainNow();
		if (full) {
			reading().pause(Reading.Reason.ANSWERS);
		}
		return full;
	}

	@Override
	public void violated(CloseReason reason) {
		// What the session has still to say, in ext mode why, goes first.
		this.outbound().handOver();
		this.transport.close(reason);
	}

}
