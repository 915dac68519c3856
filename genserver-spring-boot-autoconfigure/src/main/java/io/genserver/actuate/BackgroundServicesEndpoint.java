package io.genserver.actuate;

import java.util.LinkedHashMap;
import java.util.Map;

import io.genserver.background.BackgroundHandle;
import io.genserver.background.BackgroundServices;
import io.genserver.background.ServiceInfo;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Shows the background services, or one of them, and cancels or restarts one. Points in
 * time are ISO 8601.
 *
 * @since 0.1.0
 */
@Endpoint(id = "backgroundservices", defaultAccess = Access.READ_ONLY)
public class BackgroundServicesEndpoint {

	private final BackgroundServices services;

	/**
	 * Create an endpoint.
	 * @param services knows the services
	 */
	public BackgroundServicesEndpoint(BackgroundServices services) {
		this.services = services;
	}

	/**
	 * Describe all services.
	 * @return the services by name, in the order they were added
	 */
	@ReadOperation
	public Services services() {
		Map<String, BackgroundServiceDescription> descriptions = new LinkedHashMap<>();
		for (ServiceInfo info : this.services.list()) {
			descriptions.put(info.name(), BackgroundServiceDescription.of(info));
		}
		return new Services(descriptions);
	}

	/**
	 * Describe one service.
	 * @param name its name
	 * @return the service, or {@code null} if there is none
	 */
	@ReadOperation
	public @Nullable BackgroundServiceDescription service(@Selector String name) {
		BackgroundHandle<?> service = this.services.find(name);
		return (service != null) ? BackgroundServiceDescription.of(service.info()) : null;
	}

	/**
	 * Cancel or restart a service. Does not wait until that has happened.
	 * @param name its name
	 * @param action what to do
	 * @return the service as it is now
	 * @throws InvalidEndpointRequestException if there is no such service, or it cannot
	 * be restarted
	 */
	@WriteOperation
	public BackgroundServiceDescription act(@Selector String name, Action action) {
		BackgroundHandle<?> service = this.services.find(name);
		if (service == null) {
			throw refused("There is no background service named '" + name + "'");
		}
		try {
			switch (action) {
				case CANCEL -> service.cancel();
				case RESTART -> service.restart();
			}
		}
		catch (IllegalStateException ex) {
			throw refused(String.valueOf(ex.getMessage()));
		}
		return BackgroundServiceDescription.of(service.info());
	}

	private static InvalidEndpointRequestException refused(String reason) {
		return new InvalidEndpointRequestException(reason, reason);
	}

	/**
	 * What can be done to a service.
	 *
	 * @since 0.1.0
	 */
	public enum Action {

		/**
		 * Tell it to end.
		 */
		CANCEL,

		/**
		 * Start it, again if it runs or has ended.
		 */
		RESTART

	}

	/**
	 * All services.
	 *
	 * @param services the services by name, in the order they were added
	 * @since 0.1.0
	 */
	public record Services(Map<String, BackgroundServiceDescription> services) implements OperationResponseBody {
	}

}
