package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

/**
 * Learns what servers can be asked to do from their classes.
 *
 * @since 0.1.0
 */
public final class ReflectiveContracts implements Contracts {

	private final ReplyAdapters adapters;

	private final Map<Face, ContractProxies<?>> proxies = new ConcurrentHashMap<>();

	/**
	 * Create.
	 * @param adapters know the types that carry replies
	 */
	public ReflectiveContracts(ReplyAdapters adapters) {
		this.adapters = adapters;
	}

	@Override
	public List<Class<?>> contractsOf(Class<?> type) {
		return ContractInterfaces.of(type);
	}

	@Override
	public List<Operation> operationsOf(String name, Class<?> type) {
		List<MethodOperation> contracts = new ContractMethods(type, type, this.adapters).operations(contractsOf(type));
		List<Operation> operations = new ArrayList<>(contracts);
		operations.addAll(new MessageHandlers(type, this.adapters).operations(contracts));
		return operations;
	}

	@Override
	@SuppressWarnings("unchecked")
	public <C> C proxy(Class<C> contract, Server server, @Nullable String key) {
		ContractProxies<C> known = (ContractProxies<C>) this.proxies.computeIfAbsent(new Face(server, contract),
				(face) -> new ContractProxies<>(contract, server.definition().operations()));
		return known.to(new LocalTarget(server, key));
	}

	/**
	 * One contract of one server.
	 *
	 * @param server the server
	 * @param contract the contract
	 */
	private record Face(Server server, Class<?> contract) {
	}

	/**
	 * A server of this process.
	 *
	 * @param server the server
	 * @param key the key, {@code null} if it is not keyed
	 */
	private record LocalTarget(Server server, @Nullable String key) implements ContractTarget {

		@Override
		public @Nullable Object call(MethodOperation operation, @Nullable Object[] arguments) {
			return this.server.call(this.key, operation, operation.payload(arguments), 0, false);
		}

		@Override
		public CompletableFuture<@Nullable Object> callAsync(MethodOperation operation, @Nullable Object[] arguments) {
			return this.server.callAsync(this.key, operation, operation.payload(arguments), 0, false);
		}

		@Override
		public void cast(MethodOperation operation, @Nullable Object[] arguments) {
			this.server.cast(this.key, operation, operation.payload(arguments));
		}

		@Override
		public void stream(MethodOperation operation, @Nullable Object[] arguments,
				Flow.Subscriber<? super @Nullable Object> subscriber) {
			@SuppressWarnings("unchecked")
			Flow.Subscriber<@Nullable Object> items = (Flow.Subscriber<@Nullable Object>) subscriber;
			this.server.stream(this.key, operation, operation.payload(arguments), 0, null, items);
		}

		@Override
		public String toString() {
			return this.server + ((this.key != null) ? "/" + this.key : "");
		}

	}

}
