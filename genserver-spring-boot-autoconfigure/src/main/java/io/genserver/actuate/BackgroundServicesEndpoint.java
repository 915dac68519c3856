package io.genserver.actuate;

import java.util.LinkedHashMap;
import java.util.Map;

import io.genserver.background.BackgroundHandle;
import io.genserver.background.BackgroundServices;
import io.genserver.background.ServiceInfo;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Shows the background services, or one of them. Points in time are ISO 8601. Where
 * {@code management.endpoint.backgroundservices.access} is {@code unrestricted}, which it
 * is not by default, they can be cancelled and restarted.
 */
@Endpoint(id = "backgroundservices", defaultAccess = Access.READ_ONLY)
public class BackgroundServicesEndpoint {

	private static final int CONFLICT = 409;

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
	 * @param action {@code cancel} or {@code restart}
	 * @return no content; 400, 404 or 409 with a message that says why, if the action or
	 * the service is unknown, or the service cannot be started any more
	 */
	@WriteOperation
	public WebEndpointResponse<?> control(@Selector String name, @Nullable String action) {
		BackgroundHandle<?> service = this.services.find(name);
		if (service == null) {
			return refusal(WebEndpointResponse.STATUS_NOT_FOUND, "There is no background service '" + name
					+ "'; the background services are: " + String.join(", ", this.services.names()));
		}
		if ("cancel".equalsIgnoreCase(action)) {
			service.cancel();
		}
		else if ("restart".equalsIgnoreCase(action)) {
			try {
				service.restart();
			}
			catch (IllegalStateException ex) {
				return refusal(CONFLICT, String.valueOf(ex.getMessage()));
			}
		}
		else {
			return refusal(WebEndpointResponse.STATUS_BAD_REQUEST,
					((action != null) ? "There is no action '" + action + "'" : "The action is missing")
							+ "; the actions are: cancel, restart. Send one as {\"action\": \"cancel\"}");
		}
		return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
	}

	private static WebEndpointResponse<Refusal> refusal(int status, String message) {
		return new WebEndpointResponse<>(new Refusal(message), status);
	}

	/**
	 * Why nothing was done.
	 *
	 * @param message names what could have been asked for
	 */
	record Refusal(String message) implements OperationResponseBody {
	}

	/**
	 * All services.
	 *
	 * @param services the services by name, in the order they were added
	 */
	public record Services(Map<String, BackgroundServiceDescription> services) implements OperationResponseBody {
	}

}
