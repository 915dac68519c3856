package io.genserver.actuate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import io.genserver.rpc.client.ClientState;
import io.genserver.rpc.client.ClientStatus;
import io.genserver.rpc.client.GenServerClient;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Tells of each client whether it has a connection. A client without one is a detail, and
 * the status is UP all the same: another application that is away must not get this one
 * restarted. Only clients that are required make it DOWN.
 */
public class GenServerClientsHealthIndicator extends AbstractHealthIndicator {

	private final Supplier<Map<String, GenServerClient>> clients;

	private final Set<String> required;

	/**
	 * Create an indicator.
	 * @param clients returns the clients there are at present, by their names
	 * @param required names of those without which the status is DOWN
	 */
	public GenServerClientsHealthIndicator(Supplier<Map<String, GenServerClient>> clients, Set<String> required) {
		super("Health check of the clients failed");
		this.clients = clients;
		this.required = Set.copyOf(required);
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		boolean missed = false;
		Map<String, Map<String, Object>> details = new LinkedHashMap<>();
		for (Map.Entry<String, GenServerClient> each : this.clients.get().entrySet()) {
			ClientStatus status = each.getValue().status();
			missed |= status.state() != ClientState.OPEN && this.required.contains(each.getKey());
			details.put(each.getKey(), describe(status));
		}
		builder.status(missed ? Status.DOWN : Status.UP).withDetails(details);
	}

	private static Map<String, Object> describe(ClientStatus status) {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("address", status.address());
		details.put("state", status.state());
		details.put("since", status.since());
		if (status.reason() != null) {
			details.put("reason", status.reason());
		}
		if (status.nextAttempt() != null) {
			details.put("nextAttempt", status.nextAttempt());
		}
		return details;
	}

}
