package io.genserver.actuate;

import io.genserver.remote.RpcRequest;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;

/**
 * What is observed: a request to a server at the other end of a connection, from where it
 * is made to its end. What the other end gets of its trace goes into the headers of the
 * request, the carrier.
 */
public final class ClientCallObservationContext extends SenderContext<RpcRequest> {

	private final RpcRequest request;

	private volatile String outcome = CallObservationContext.NO_OUTCOME;

	/**
	 * Create a context.
	 * @param request the request
	 */
	public ClientCallObservationContext(RpcRequest request) {
		super((carrier, name, value) -> {
			if (carrier != null) {
				carrier.header(name, value);
			}
		}, (request.kind() == RpcRequest.Kind.CAST) ? Kind.PRODUCER : Kind.CLIENT);
		this.request = request;
		setCarrier(request);
		setRemoteServiceAddress(PeerAddress.uri(request.peer()));
	}

	/**
	 * Return the request.
	 * @return everything but what it says
	 */
	public RpcRequest request() {
		return this.request;
	}

	/**
	 * Return how the request ended, in the words of the meter {@code genserver.calls}.
	 * @return success, error, timeout, cancelled, rejected or unavailable; none while it
	 * has not ended
	 */
	public String outcome() {
		return this.outcome;
	}

	void ended(Outcome outcome) {
		this.outcome = outcome.tag();
	}

}
