package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Supplier;

import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import io.genserver.NoSuchServerException;
import io.genserver.Request;
import io.genserver.ServerInfo;
import io.genserver.runtime.cell.Commands;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.contract.Contracts;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.scheduling.TurnExecutor;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * The registry of one runtime.
 */
public final class LocalRegistry implements GenServerRegistry {

	private final GenServerRuntime runtime;

	private final Contracts contracts;

	private final BiFunction<String, Class<?>, ServerSettings> settings;

	private final BiFunction<String, Class<?>, @Nullable TurnExecutor> executors;

	private final InstanceFactories instances;

	/**
	 * Create a registry.
	 * @param runtime where the servers are
	 * @param contracts what reflection knows of them
	 * @param settings settings of all servers added at run time
	 */
	public LocalRegistry(GenServerRuntime runtime, Contracts contracts, ServerSettings settings) {
		this(runtime, contracts, (name, type) -> settings);
	}

	/**
	 * Create a registry.
	 * @param runtime where the servers are
	 * @param contracts what reflection knows of them
	 * @param settings settings of a server added at run time, by its name and class
	 */
	public LocalRegistry(GenServerRuntime runtime, Contracts contracts,
			BiFunction<String, Class<?>, ServerSettings> settings) {
		this(runtime, contracts, settings, (name, type) -> null, InstanceFactories.PLAIN);
	}

	/**
	 * Create a registry.
	 * @param runtime where the servers are
	 * @param contracts what reflection knows of them
	 * @param settings settings of a server added at run time, by its name and class
	 * @param executors what runs its turns, {@code null} for the engine's workers
	 * @param instances makes its instances
	 */
	public LocalRegistry(GenServerRuntime runtime, Contracts contracts,
			BiFunction<String, Class<?>, ServerSettings> settings,
			BiFunction<String, Class<?>, @Nullable TurnExecutor> executors, InstanceFactories instances) {
		this.instances = instances;
		this.runtime = runtime;
		this.contracts = contracts;
		this.settings = settings;
		this.executors = executors;
	}

	@Override
	public Set<String> names() {
		return new LinkedHashSet<>(this.runtime.names());
	}

	@Override
	public <S> GenServerRef<S> ref(String name) {
		return new LocalRef<>(single(this.runtime.server(name)), null);
	}

	@Override
	public <S> GenServerRef<S> ref(String name, String key) {
		return new LocalRef<>(keyed(this.runtime.server(name)), ServerNames.checkKey(name, key));
	}

	@Override
	public <S> GenServerRef<S> ref(Class<S> type) {
		return new LocalRef<>(single(only(type)), null);
	}

	@Override
	public <S> GenServerRef<S> ref(Class<S> type, String key) {
		Server server = only(type);
		return new LocalRef<>(keyed(server), ServerNames.checkKey(server.name(), key));
	}

	@Override
	public <C> C contract(String name, Class<C> contract) {
		Server server = single(this.runtime.server(name));
		checkContract(server, contract);
		return contract.cast(server.proxy(this.contracts, List.of(contract), null));
	}

	@Override
	public <S> Keyed<S> keyed(String name, Class<S> type) {
		Server server = keyed(this.runtime.server(name));
		if (!type.isAssignableFrom(server.definition().type())) {
			throw new IllegalArgumentException("Server " + name + " is not a " + type.getName() + " but a "
					+ server.definition().type().getName());
		}
		return new LocalKeyed<>(server, type, this.contracts);
	}

	@Override
	public <R extends @Nullable Object> R call(String name, Request<R> message) {
		return this.<Object>ref(name).call(message);
	}

	@Override
	public @Nullable Object call(String name, Object message) {
		Server server = single(this.runtime.server(name));
		Operation operation = LocalRef.answering(server, message);
		return server.call(null, operation, operation.payload(message), 0, false);
	}

	@Override
	public CompletableFuture<@Nullable Object> callAsync(String name, Object message) {
		Server server = single(this.runtime.server(name));
		Operation operation = LocalRef.answering(server, message);
		return server.callAsync(null, operation, operation.payload(message), 0, false);
	}

	@Override
	public <R extends @Nullable Object> CompletableFuture<R> callAsync(String name, Request<R> message) {
		return this.<Object>ref(name).callAsync(message);
	}

	@Override
	public <R extends @Nullable Object> CompletableFuture<R> callAsync(String name, String key, Request<R> message) {
		return this.<Object>ref(name, key).callAsync(message);
	}

	@Override
	public <R extends @Nullable Object> R call(String name, String key, Request<R> message) {
		return this.<Object>ref(name, key).call(message);
	}

	@Override
	public void cast(String name, Object message) {
		cast(single(this.runtime.server(name)), null, message);
	}

	@Override
	public void cast(String name, String key, Object message) {
		cast(keyed(this.runtime.server(name)), ServerNames.checkKey(name, key), message);
	}

	private static void cast(Server server, @Nullable String key, Object message) {
		Operation operation = server.operationFor(message);
		server.cast(key, operation, operation.payload(message));
	}

	@Override
	public <S> GenServerRef<S> start(String name, Class<S> type, Supplier<? extends S> factory) {
		ServerNames.check(name);
		Server server = this.runtime.add(new ServerDefinition(name, type, this.contracts.contractsOf(type), false,
				this.contracts.operationsOf(name, type), this.instances.of(name, type, factory),
				this.settings.apply(name, type), this.contracts.timersOf(type), this.executors.apply(name, type)));
		this.runtime.start(server);
		return new LocalRef<>(server, null);
	}

	@Override
	public CompletableFuture<@Nullable Void> stop(String name) {
		return this.runtime.server(name).stop(null);
	}

	@Override
	public void restart(String name) {
		Server server = this.runtime.server(name);
		restart(name, server.settings().stopGrace());
	}

	@Override
	public void restart(String name, Duration grace) {
		Server server = this.runtime.server(name);
		for (ServerCell cell : server.instances().all()) {
			server.instances().restart(cell.key(), nanos(grace));
		}
	}

	@Override
	public void restart(String name, String key, Duration grace) {
		keyed(this.runtime.server(name)).instances().restart(ServerNames.checkKey(name, key), nanos(grace));
	}

	private static long nanos(Duration grace) {
		if (grace.isNegative()) {
			throw new IllegalArgumentException("The grace must not be negative, but is " + grace);
		}
		return Durations.nanos(grace);
	}

	@Override
	public void restart(String name, String key) {
		keyed(this.runtime.server(name)).instances().restart(ServerNames.checkKey(name, key));
	}

	@Override
	public void suspend(String name) {
		this.runtime.server(name).instances().all().forEach((cell) -> cell.command(Commands.SUSPEND));
	}

	@Override
	public void suspend(String name, String key) {
		command(name, key, Commands.SUSPEND);
	}

	@Override
	public void resume(String name, String key) {
		command(name, key, Commands.RESUME);
	}

	private void command(String name, String key, int command) {
		ServerCell cell = keyed(this.runtime.server(name)).instances().find(ServerNames.checkKey(name, key));
		if (cell != null) {
			cell.command(command);
		}
	}

	@Override
	public void resume(String name) {
		this.runtime.server(name).instances().all().forEach((cell) -> cell.command(Commands.RESUME));
	}

	@Override
	public ServerInfo info(String name) {
		return ServerInfos.of(this.runtime.server(name));
	}

	@Override
	public @Nullable ServerInfo info(String name, String key) {
		ServerCell cell = keyed(this.runtime.server(name)).instances().find(ServerNames.checkKey(name, key));
		return (cell != null) ? ServerInfos.of(cell) : null;
	}

	@Override
	public List<ServerInfo> instances(String name, int limit) {
		List<ServerInfo> infos = new ArrayList<>();
		for (ServerCell cell : keyed(this.runtime.server(name)).instances().all()) {
			if (infos.size() >= limit) {
				break;
			}
			infos.add(ServerInfos.of(cell));
		}
		return infos;
	}

	private Server only(Class<?> type) {
		Server found = null;
		for (Server server : this.runtime.servers()) {
			if (type.isAssignableFrom(server.definition().type())) {
				if (found != null) {
					throw new NoSuchServerException("Several servers are a " + type.getName() + ": " + found.name()
							+ " and " + server.name() + ". Ask for one by name");
				}
				found = server;
			}
		}
		if (found == null) {
			throw new NoSuchServerException("No server is a " + type.getName() + "; " + this.runtime.knownNames());
		}
		return found;
	}

	private static Server single(Server server) {
		if (server.definition().keyed()) {
			throw new NoSuchServerException(
					"Server " + server.name() + " is keyed: name the instance with ref(..., key) or keyed(...)");
		}
		return server;
	}

	private static Server keyed(Server server) {
		if (!server.definition().keyed()) {
			throw new NoSuchServerException("Server " + server.name() + " is not keyed: it takes no key");
		}
		return server;
	}

	private static void checkContract(Server server, Class<?> contract) {
		if (!server.definition().contracts().contains(contract)) {
			throw new IllegalArgumentException(contract.getName() + " is not a contract of server " + server.name()
					+ "; its contracts are " + server.definition().contracts());
		}
	}

}
