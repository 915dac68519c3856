package io.genserver.actuate;

import java.util.Locale;

import io.genserver.Caller;
import io.genserver.Envelope;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;

/**
 * What is observed: a peer's call of a server, from its arrival to its end, or the
 * handling of a peer's cast. What the peer has sent of its own trace is found in the
 * headers of the message, the carrier.
 */
public final class ServedCallObservationContext extends ReceiverContext<Envelope> {

	private final Envelope envelope;

	private volatile String outcome = CallObservationContext.NO_OUTCOME;

	/**
	 * Create a context.
	 * @param envelope the message
	 */
	public ServedCallObservationContext(Envelope envelope) {
		super((carrier, name) -> carrier.headers().get(name.toLowerCase(Locale.ROOT)),
				envelope.isCast() ? Kind.CONSUMER : Kind.SERVER);
		this.envelope = envelope;
		setCarrier(envelope);
		if (envelope.caller() instanceof Caller.Remote remote) {
			setRemoteServiceAddress(PeerAddress.uri(remote.address()));
		}
	}

	/**
	 * Return the message.
	 * @return everything but what it says
	 */
	public Envelope envelope() {
		return this.envelope;
	}

	/**
	 * Return how the call ended, as the meter {@code genserver.calls} has it.
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
