package io.genserver.spring;

import java.util.List;

import io.genserver.GenServerRegistry;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.contract.ReflectiveContracts;

/**
 * Makes what applications have injected for a server.
 */
public final class ServerFaces {

	private final GenServerRuntime runtime;

	private final ReflectiveContracts contracts;

	private final GenServerRegistry registry;

	/**
	 * Create.
	 * @param runtime where the servers are
	 * @param contracts makes proxies
	 * @param registry makes refs
	 */
	public ServerFaces(GenServerRuntime runtime, ReflectiveContracts contracts, GenServerRegistry registry) {
		this.runtime = runtime;
		this.contracts = contracts;
		this.registry = registry;
	}

	/** What stands under the server's name. */
	Object main(ServerBean server) {
		List<Class<?>> leaves = server.leafContracts();
		if (server.annotation().keyed() || leaves.isEmpty()) {
			return face(server, leaves.isEmpty() ? server.serverClass() : leaves.getFirst());
		}
		return this.runtime.server(server.name()).proxy(this.contracts, leaves, null);
	}

	/** A ref, or for a keyed server its instances, seen as the class or a contract. */
	Object face(ServerBean server, Class<?> face) {
		if (this.runtime.servers().stream().noneMatch((each) -> each.name().equals(server.name()))) {
			throw new InvalidServerException(
					"Bean '" + server.name() + "', which is server " + server.serverClass().getName()
							+ ", was replaced, as tests do, so there is no server for a "
							+ (server.annotation().keyed() ? "Keyed" : "GenServerRef") + " of it.",
					"Replace the " + (server.annotation().keyed() ? "Keyed" : "GenServerRef")
							+ " as well, or let what is tested use the contract.");
		}
		if (this.runtime.server(server.name()).definition().factory() instanceof BeanInstanceFactory factory) {
			factory.referenced();
		}
		return server.annotation().keyed() ? this.registry.keyed(server.name(), face)
				: this.registry.ref(server.name());
	}

}
