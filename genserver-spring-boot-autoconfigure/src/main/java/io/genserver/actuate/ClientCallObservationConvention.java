package io.genserver.actuate;

import java.util.Locale;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.GlobalObservationConvention;
import io.micrometer.observation.Observation;

/**
 * How observations of requests to other applications are named. Where an application has
 * a bean that extends this, that is used instead.
 */
public class ClientCallObservationConvention implements GlobalObservationConvention<ClientCallObservationContext> {

	/**
	 * Create a convention.
	 */
	public ClientCallObservationConvention() {
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof ClientCallObservationContext;
	}

	@Override
	public String getName() {
		return "genserver.client.calls";
	}

	@Override
	public String getContextualName(ClientCallObservationContext context) {
		return context.request().operation();
	}

	/** Few values each: what meters are tagged with. */
	@Override
	public KeyValues getLowCardinalityKeyValues(ClientCallObservationContext context) {
		return KeyValues.of("kind", context.request().kind().name().toLowerCase(Locale.ROOT), "operation",
				context.request().operation(), "outcome", context.outcome());
	}

	/** The peer, which may be one of thousands: for traces, never for meters. */
	@Override
	public KeyValues getHighCardinalityKeyValues(ClientCallObservationContext context) {
		return KeyValues.of("peer", context.request().peer());
	}

}
