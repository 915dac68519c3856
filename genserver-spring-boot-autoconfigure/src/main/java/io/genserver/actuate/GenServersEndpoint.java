package io.genserver.actuate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.genserver.GenServerRegistry;
import io.genserver.NoSuchServerException;
import io.genserver.ServerInfo;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Shows the servers, one server, or one instance of a keyed server. Reading disturbs no
 * server: everything is a snapshot, taken on the calling thread. Durations are
 * milliseconds and say so in their name; points in time are ISO 8601.
 * <p>
 * Where {@code management.endpoint.genservers.access} is {@code unrestricted}, which it
 * is not by default, servers and instances can be suspended, resumed and restarted. That
 * happens after the message they are handling; the request does not wait for it. A
 * restart interrupts a handler that still runs after {@code genserver.stop-grace}, or,
 * with {@code force}, at once; until the restart has happened it shows as pending.
 */
@Endpoint(id = "genservers", defaultAccess = Access.READ_ONLY)
public class GenServersEndpoint {

	/**
	 * Number of instances of a keyed server that are listed unless the request says
	 * otherwise.
	 */
	static final int DEFAULT_LIMIT = 100;

	/**
	 * Number of instances of a keyed server that are listed at most.
	 */
	static final int MAX_LIMIT = 1000;

	private final GenServerRegistry registry;

	private final ServerControl control;

	/**
	 * Create an endpoint.
	 * @param registry knows the servers
	 */
	public GenServersEndpoint(GenServerRegistry registry) {
		this.registry = registry;
		this.control = new ServerControl(registry);
	}

	/**
	 * Describe all servers. A keyed server is the sum of its instances.
	 * @return the servers by name, in the order they start
	 */
	@ReadOperation
	public Servers servers() {
		Map<String, ServerDescription> servers = new LinkedHashMap<>();
		for (String name : this.registry.names()) {
			ServerInfo info = find(name);
			if (info != null) {
				servers.put(name, ServerDescription.of(info, null));
			}
		}
		return new Servers(servers);
	}

	/**
	 * Describe one server, with a list of its instances if it is keyed.
	 * @param name the server's name
	 * @param limit how many instances to list at most, 0 to 1000; 100 if not given
	 * @return the server, or {@code null} if there is none
	 * @throws InvalidEndpointRequestException if the limit is out of range
	 */
	@ReadOperation
	public @Nullable ServerDescription server(@Selector String name, @Nullable Integer limit) {
		int listed = (limit != null) ? limit : DEFAULT_LIMIT;
		if (listed < 0 || listed > MAX_LIMIT) {
			throw new InvalidEndpointRequestException("limit was " + listed,
					"Parameter limit must be between 0 and " + MAX_LIMIT + ", not " + listed);
		}
		ServerInfo info = find(name);
		if (info == null) {
			return null;
		}
		if (!info.keyed()) {
			return ServerDescription.of(info, null);
		}
		List<ServerDescription> instances = this.registry.instances(name, listed)
			.stream()
			.map((instance) -> ServerDescription.of(instance, null))
			.toList();
		return ServerDescription.of(info, instances);
	}

	/**
	 * Describe one instance of a keyed server.
	 * @param name the server's name
	 * @param key the instance's key
	 * @return the instance, or {@code null} if there is no such server, it is not keyed,
	 * or no instance has that key now
	 */
	@ReadOperation
	public @Nullable ServerDescription instance(@Selector String name, @Selector String key) {
		ServerInfo info = find(name);
		if (info == null || !info.keyed()) {
			return null;
		}
		ServerInfo instance = this.registry.info(name, key);
		return (instance != null) ? ServerDescription.of(instance, null) : null;
	}

	/**
	 * Suspend, resume or restart a server, all instances of a keyed one.
	 * @param name the server's name
	 * @param action {@code suspend}, {@code resume} or {@code restart}
	 * @param force with {@code restart}: whether a handler that runs is interrupted at
	 * once; not, if not given
	 * @return no content; 400 or 404 with a message that names what there is, if the
	 * action or the server is unknown
	 * @see GenServerRegistry#suspend(String)
	 * @see GenServerRegistry#resume(String)
	 * @see GenServerRegistry#restart(String)
	 */
	@WriteOperation
	public WebEndpointResponse<?> controlServer(@Selector String name, @Nullable String action,
			@Nullable Boolean force) {
		return this.control.control(name, action, Boolean.TRUE.equals(force));
	}

	/**
	 * Suspend, resume or restart one instance of a keyed server.
	 * @param name the server's name
	 * @param key the instance's key
	 * @param action {@code suspend}, {@code resume} or {@code restart}
	 * @param force with {@code restart}: whether a handler that runs is interrupted at
	 * once; not, if not given
	 * @return no content; 400 or 404 with a message that names what there is, if the
	 * action, the server or the instance is unknown
	 */
	@WriteOperation
	public WebEndpointResponse<?> controlInstance(@Selector String name, @Selector String key, @Nullable String action,
			@Nullable Boolean force) {
		return this.control.control(name, key, action, Boolean.TRUE.equals(force));
	}

	private @Nullable ServerInfo find(String name) {
		try {
			return this.registry.info(name);
		}
		catch (NoSuchServerException ex) {
			return null;
		}
	}

	/**
	 * All servers.
	 *
	 * @param servers the servers by name, in the order they start
	 */
	public record Servers(Map<String, ServerDescription> servers) implements OperationResponseBody {
	}

}
