package io.genserver.runtime;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * Learns what servers can be asked to do from their classes.
 */
public final class ReflectiveContracts implements Contracts {

	private final ReplyAdapters adapters;

	private final UnaryOperator<String> placeholders;

	private final ProxyClasses classes;

	/**
	 * Create.
	 * @param adapters know the types that carry replies
	 */
	public ReflectiveContracts(ReplyAdapters adapters) {
		this(adapters, UnaryOperator.identity());
	}

	/**
	 * Create.
	 * @param adapters know the types that carry replies
	 * @param placeholders replaces placeholders in the text of annotations
	 */
	public ReflectiveContracts(ReplyAdapters adapters, UnaryOperator<String> placeholders) {
		this(adapters, placeholders, ProxyClasses.JDK);
	}

	/**
	 * Create.
	 * @param adapters know the types that carry replies
	 * @param placeholders replaces placeholders in the text of annotations
	 * @param classes makes the classes of proxies
	 */
	public ReflectiveContracts(ReplyAdapters adapters, UnaryOperator<String> placeholders, ProxyClasses classes) {
		this.adapters = adapters;
		this.placeholders = placeholders;
		this.classes = classes;
	}

	@Override
	public List<Class<?>> contractsOf(Class<?> type) {
		return ContractInterfaces.of(type);
	}

	@Override
	public List<Operation> operationsOf(String name, Class<?> type) {
		return operationsOf(type, type);
	}

	/**
	 * Return the operations of a class whose type variables stand for something.
	 * @param type the server's class
	 * @param generic the same with type arguments
	 * @return the operations; overloaded methods are several of one name
	 * @throws InvalidOperationException if a method cannot be an operation, saying why
	 */
	public List<Operation> operationsOf(Class<?> type, Type generic) {
		List<MethodOperation> contracts = new ContractMethods(generic, type, this.adapters)
			.operations(contractsOf(type));
		List<Operation> operations = new ArrayList<>(contracts);
		operations.addAll(new MessageHandlers(type, this.adapters).operations(contracts));
		return operations;
	}

	@Override
	public List<ServerTimer> timersOf(Class<?> type) {
		return new TimerMethods(contractsOf(type), this.placeholders).of(type);
	}

	@Override
	public <C> C proxy(Class<C> contract, Server server, @Nullable String key) {
		return contract.cast(proxy(List.of(contract), server, key));
	}

	/**
	 * Make a proxy that has several contracts of a server.
	 * @param contracts interfaces, contracts of the server
	 * @param server the server
	 * @param key the key, {@code null} if the server is not keyed
	 * @return the proxy
	 */
	public Object proxy(List<Class<?>> contracts, Server server, @Nullable String key) {
		ContractProxies known = server.proxies()
			.computeIfAbsent(contracts,
					(face) -> new ContractProxies(face, server.definition().operations(), this.classes));
		return known.to(new LocalTarget(server, key));
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
