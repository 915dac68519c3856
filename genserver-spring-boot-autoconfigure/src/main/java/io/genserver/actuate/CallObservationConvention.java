package io.genserver.actuate;

import io.genserver.Envelope;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.GlobalObservationConvention;
import io.micrometer.observation.Observation;

/**
 * How observations of calls are named. Where an application has a bean that extends this,
 * that is used instead.
 */
public class CallObservationConvention implements GlobalObservationConvention<CallObservationContext> {

	static final String NAME = "genserver.calls";

	/**
	 * Create a convention.
	 */
	public CallObservationConvention() {
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof CallObservationContext;
	}

	@Override
	public String getName() {
		return NAME;
	}

	@Override
	public String getContextualName(CallObservationContext context) {
		return contextualName(context.envelope());
	}

	/** Few values each: what meters are tagged with. */
	@Override
	public KeyValues getLowCardinalityKeyValues(CallObservationContext context) {
		return lowCardinality(context.envelope(), context.outcome());
	}

	/** The key of a keyed server: for traces, never for meters. */
	@Override
	public KeyValues getHighCardinalityKeyValues(CallObservationContext context) {
		return highCardinality(context.envelope());
	}

	static String contextualName(Envelope envelope) {
		return envelope.server() + "." + envelope.operation();
	}

	static KeyValues lowCardinality(Envelope envelope, String outcome) {
		return KeyValues.of("operation", envelope.operation(), "outcome", outcome, "server", envelope.server());
	}

	static KeyValues highCardinality(Envelope envelope) {
		String key = envelope.key();
		return (key != null) ? KeyValues.of("key", key) : KeyValues.empty();
	}

}
