package io.genserver.actuate;

import io.genserver.Envelope.Attribute;
import io.genserver.remote.RpcInterceptor;
import io.genserver.remote.RpcRequest;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;

/**
 * Observes requests to servers at the other end of a connection. An observation is a
 * child of what its maker observes, and where there is tracing it tells the other end,
 * which goes on with it.
 */
public class RpcObservations implements RpcInterceptor, Ordered {

	private static final Attribute<Observation> OBSERVATION = new Attribute<>("observation");

	private static final ClientCallObservationConvention CONVENTION = new ClientCallObservationConvention();

	private final ObservationRegistry registry;

	/**
	 * Create.
	 * @param registry makes the observations; a global convention of its own for
	 * {@link ClientCallObservationContext} takes the place of
	 * {@link ClientCallObservationConvention}
	 */
	public RpcObservations(ObservationRegistry registry) {
		this.registry = registry;
	}

	/** Around interceptors that have no order. */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 100;
	}

	@Override
	public void sending(RpcRequest request) {
		if (!this.registry.isNoop()) {
			request.put(OBSERVATION, Observation.start(null, CONVENTION,
					() -> new ClientCallObservationContext(request), this.registry));
		}
	}

	@Override
	public void ended(RpcRequest request, @Nullable Throwable failure) {
		Observation observation = request.get(OBSERVATION);
		if (observation == null) {
			return;
		}
		if (observation.getContext() instanceof ClientCallObservationContext context) {
			context.ended(Outcome.remote(failure));
		}
		if (failure != null) {
			observation.error(failure);
		}
		observation.stop();
	}

}
