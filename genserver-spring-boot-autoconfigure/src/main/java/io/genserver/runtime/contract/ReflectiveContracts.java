package io.genserver.runtime.contract;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Reads contracts, operations and timers from classes by reflection.
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
		this(adapters, UnaryOperator.identity(), ProxyClasses.JDK);
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
	 * Return the operations of a class that has type arguments.
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
	public ContractProxies proxies(List<Class<?>> contracts, List<? extends Operation> operations) {
		return new ContractProxies(contracts, operations, this.classes);
	}

}
