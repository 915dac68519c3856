package io.genserver.actuate;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.GlobalObservationConvention;
import io.micrometer.observation.Observation;

/**
 * How observations of peers' calls are named: as those of calls in this application are.
 * Where an application has a bean that extends this, that is used instead.
 */
public class ServedCallObservationConvention implements GlobalObservationConvention<ServedCallObservationContext> {

	/**
	 * Create a convention.
	 */
	public ServedCallObservationConvention() {
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof ServedCallObservationContext;
	}

	@Override
	public String getName() {
		return CallObservationConvention.NAME;
	}

	@Override
	public String getContextualName(ServedCallObservationContext context) {
		return CallObservationConvention.contextualName(context.envelope());
	}

	/** Few values each: what meters are tagged with. */
	@Override
	public KeyValues getLowCardinalityKeyValues(ServedCallObservationContext context) {
		return CallObservationConvention.lowCardinality(context.envelope(), context.outcome());
	}

	/** The key of a keyed server: for traces, never for meters. */
	@Override
	public KeyValues getHighCardinalityKeyValues(ServedCallObservationContext context) {
		return CallObservationConvention.highCardinality(context.envelope());
	}

}
