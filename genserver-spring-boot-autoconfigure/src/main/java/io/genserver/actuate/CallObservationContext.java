package io.genserver.actuate;

import io.genserver.Envelope;
import io.micrometer.observation.Observation;

/**
 * What is observed: a call of a server, from where it is sent to its end.
 */
public class CallObservationContext extends Observation.Context {

	/** Of a call that has not ended. */
	static final String NO_OUTCOME = "none";

	private final Envelope envelope;

	private volatile String outcome = NO_OUTCOME;

	/**
	 * Create a context.
	 * @param envelope the call
	 */
	public CallObservationContext(Envelope envelope) {
		this.envelope = envelope;
	}

	/**
	 * Return the call.
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
