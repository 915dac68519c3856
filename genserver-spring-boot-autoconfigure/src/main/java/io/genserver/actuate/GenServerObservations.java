package io.genserver.actuate;

import io.genserver.Envelope;
import io.genserver.Envelope.Attribute;
import io.genserver.GenServerInterceptor;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;

/**
 * Observes calls, from where they are sent to their end. An observation is a child of
 * what its sender observes, and what a handler does, the calls it makes included, belongs
 * to that of its call. Casts are no observations of their own: nobody waits for their
 * end.
 *
 * @since 0.1.0
 */
public class GenServerObservations implements GenServerInterceptor, Ordered {

	private static final Attribute<Observation> OBSERVATION = new Attribute<>("observation");

	private static final CallObservationConvention CONVENTION = new CallObservationConvention();

	private final ObservationRegistry registry;

	/**
	 * Create.
	 * @param registry makes the observations; a global convention of its own for
	 * {@link CallObservationContext} takes the place of {@link CallObservationConvention}
	 */
	public GenServerObservations(ObservationRegistry registry) {
		this.registry = registry;
	}

	/** Within what follows a message, around interceptors that have no order. */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 100;
	}

	@Override
	public void sending(Envelope envelope) {
		if (envelope.isCast() || this.registry.isNoop()) {
			return;
		}
		envelope.put(OBSERVATION,
				Observation
					.createNotStarted(null, CONVENTION, () -> new CallObservationContext(envelope), this.registry)
					.start());
	}

	@Override
	@SuppressWarnings("try")
	public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
		Observation observation = envelope.get(OBSERVATION);
		if (observation == null) {
			return invocation.proceed();
		}
		try (Observation.Scope scope = observation.openScope()) {
			return invocation.proceed();
		}
	}

	@Override
	public void ended(Envelope envelope, @Nullable Throwable failure) {
		// A continuation has what was put on its message, whose end this is not.
		Observation observation = envelope.isCast() ? null : envelope.get(OBSERVATION);
		if (observation == null) {
			return;
		}
		if (observation.getContext() instanceof CallObservationContext context) {
			context.ended(Outcome.of(envelope.server(), failure));
		}
		if (failure != null) {
			observation.error(failure);
		}
		observation.stop();
	}

}
