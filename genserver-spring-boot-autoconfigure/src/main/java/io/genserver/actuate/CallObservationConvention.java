package io.genserver.actuate;

import io.genserver.Envelope;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.GlobalObservationConvention;
import io.micrometer.observation.Observation;

/**
 * How observations of calls are named. Where an application has a bean that extends this,
 * that is used instead.
 *
 * @since 0.1.0
 */
public class CallObservationConvention implements GlobalObservationConvention<CallObservationContext> {

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof CallObservationContext;
	}

	@Override
	public String getName() {
		return "genserver.calls";
	}

	@Override
	public String getContextualName(CallObservationContext context) {
		return context.envelope().server() + "." + context.envelope().operation();
	}

	/** Few values each: what meters are tagged with. */
	@Override
	public KeyValues getLowCardinalityKeyValues(CallObservationContext context) {
		return KeyValues.of("operation", context.envelope().operation(), "outcome", context.outcome(), "server",
				context.envelope().server());
	}

	/** The key of a keyed server: for traces, never for meters. */
	@Override
	public KeyValues getHighCardinalityKeyValues(CallObservationContext context) {
		Envelope envelope = context.envelope();
		String key = envelope.key();
		return (key != null) ? KeyValues.of("key", key) : KeyValues.empty();
	}

}
