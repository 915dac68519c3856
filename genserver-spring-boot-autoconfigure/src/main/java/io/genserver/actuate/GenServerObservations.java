package io.genserver.actuate;

import io.genserver.Caller;
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
 * to that of its call. Casts are no observations of their own: no one waits for their
 * end; but for what a peer casts, whose trace nothing else would go on with.
 */
public class GenServerObservations implements GenServerInterceptor, Ordered {

	private static final Attribute<Observation> OBSERVATION = new Attribute<>("observation");

	private static final CallObservationConvention CONVENTION = new CallObservationConvention();

	private static final ServedCallObservationConvention SERVED = new ServedCallObservationConvention();

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
		envelope.put(OBSERVATION, (envelope.caller() instanceof Caller.Remote)
				? Observation.start(null, SERVED, () -> new ServedCallObservationContext(envelope), this.registry)
				: Observation.start(null, CONVENTION, () -> new CallObservationContext(envelope), this.registry));
	}

	@Override
	@SuppressWarnings("try")
	public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
		if (envelope.isCast() && !envelope.headers().isEmpty() && !this.registry.isNoop()) {
			return handlingCast(envelope, invocation);
		}
		Observation observation = envelope.get(OBSERVATION);
		if (observation == null) {
			return invocation.proceed();
		}
		try (Observation.Scope scope = observation.openScope()) {
			return invocation.proceed();
		}
	}

	/** A peer's cast, which may tell of what it belongs to. */
	@SuppressWarnings("try")
	private @Nullable Object handlingCast(Envelope envelope, Invocation invocation) throws Throwable {
		ServedCallObservationContext context = new ServedCallObservationContext(envelope);
		Observation observation = Observation.start(null, SERVED, () -> context, this.registry);
		try (Observation.Scope scope = observation.openScope()) {
			Object result = invocation.proceed();
			context.ended(Outcome.SUCCESS);
			return result;
		}
		catch (Throwable ex) {
			context.ended(Outcome.of(envelope.server(), ex));
			observation.error(ex);
			throw ex;
		}
		finally {
			observation.stop();
		}
	}

	@Override
	public void ended(Envelope envelope, @Nullable Throwable failure) {
		// A continuation has what was put on its message, whose end this is not.
		Observation observation = envelope.isCast() ? null : envelope.get(OBSERVATION);
		if (observation == null) {
			return;
		}
		Outcome outcome = Outcome.of(envelope.server(), failure);
		switch (observation.getContext()) {
			case CallObservationContext context -> context.ended(outcome);
			case ServedCallObservationContext context -> context.ended(outcome);
			default -> {
				// The registry's own, which records nothing.
			}
		}
		if (failure != null) {
			observation.error(failure);
		}
		observation.stop();
	}

}
