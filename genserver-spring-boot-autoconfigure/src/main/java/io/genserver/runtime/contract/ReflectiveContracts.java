package io.genserver.runtime.contract;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads contracts, operations and timers from classes by reflection.
 */
public final class ReflectiveContracts implements Contracts {

	private final ReplyAdapters adapters;

	private final AnnotationText text;

	private final ProxyClasses classes;

	/**
	 * Create, for use without an application context: placeholders in annotations stand
	 * for their defaults.
	 * @param adapters know the types that carry replies
	 */
	public ReflectiveContracts(ReplyAdapters adapters) {
		this(adapters, AnnotationText.DEFAULTS, ProxyClasses.JDK);
	}

	/**
	 * Create.
	 * @param adapters know the types that carry replies
	 * @param text reads the attributes of annotations
	 * @param classes makes the classes of proxies
	 */
	public ReflectiveContracts(ReplyAdapters adapters, AnnotationText text, ProxyClasses classes) {
		this.adapters = adapters;
		this.text = text;
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
		List<MethodOperation> contracts = new ContractMethods(generic, type, this.adapters, this.text)
			.operations(contractsOf(type));
		List<Operation> operations = new ArrayList<>(contracts);
		operations.addAll(new MessageHandlers(type, this.adapters, this.text).operations(contracts));
		return operations;
	}

	@Override
	public List<ServerTimer> timersOf(Class<?> type) {
		return new TimerMethods(contractsOf(type), this.text).of(type);
	}

	@Override
	public ContractProxies proxies(List<Class<?>> contracts, List<? extends Operation> operations) {
		return new ContractProxies(contracts, operations, this.classes);
	}

}
