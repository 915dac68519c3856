package io.genserver.runtime.contract;

import java.lang.reflect.Type;
import java.util.List;

/**
 * The operations of an interface that no class of this process implements: those of a
 * server at the other end of a connection.
 *
 * @param <C> the interface
 */
public final class Contract<C> {

	private final Class<C> type;

	private final List<MethodOperation> operations;

	private final ContractProxies proxies;

	private Contract(Class<C> type, List<MethodOperation> operations) {
		this.type = type;
		this.operations = List.copyOf(operations);
		this.proxies = new ContractProxies(List.of(type), operations, ProxyClasses.JDK);
	}

	/**
	 * Read a contract.
	 * @param <C> the interface
	 * @param type the interface
	 * @param adapters know the types that carry replies
	 * @return the contract
	 * @throws InvalidOperationException if it cannot be one, saying why
	 */
	public static <C> Contract<C> of(Class<C> type, ReplyAdapters adapters) {
		return of(type, type, adapters);
	}

	/**
	 * Read a contract that has type arguments.
	 * @param <C> the interface
	 * @param type the interface
	 * @param generic the same with type arguments
	 * @param adapters know the types that carry replies
	 * @return the contract
	 * @throws InvalidOperationException if it cannot be one, saying why
	 */
	public static <C> Contract<C> of(Class<C> type, Type generic, ReplyAdapters adapters) {
		List<Class<?>> interfaces = ContractInterfaces.of(type);
		if (!type.isInterface() || !interfaces.contains(type)) {
			throw new InvalidOperationException(type.getName(), "cannot be a contract",
					"A contract is an interface of the application");
		}
		return new Contract<>(type,
				new ContractMethods(generic, null, adapters, AnnotationText.DEFAULTS).operations(interfaces));
	}

	/**
	 * Return the interface.
	 * @return the interface
	 */
	public Class<C> type() {
		return this.type;
	}

	/**
	 * Return the operations. Overloaded methods are several operations of one name.
	 * @return the operations, those of supertypes included
	 */
	public List<MethodOperation> operations() {
		return this.operations;
	}

	/**
	 * Make a proxy.
	 * @param target gets its messages
	 * @return the proxy
	 */
	public C proxy(ContractTarget target) {
		return this.type.cast(this.proxies.to(target));
	}

	@Override
	public String toString() {
		return "contract " + this.type.getName();
	}

}
