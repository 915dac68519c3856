package io.genserver.runtime.contract;

import java.util.List;

/**
 * Reads the classes of servers: which interfaces are their contracts, which operations
 * and timers they have. Makes the proxies of contracts.
 */
public interface Contracts {

	/**
	 * Return the contracts of a class: the interfaces whose methods are operations.
	 * @param type the server's class
	 * @return the interfaces
	 */
	List<Class<?>> contractsOf(Class<?> type);

	/**
	 * Return the operations of a class.
	 * @param name the server's name, for messages
	 * @param type the server's class
	 * @return the operations; overloaded methods are several of one name
	 * @throws IllegalArgumentException if a method cannot be an operation, saying why
	 */
	List<Operation> operationsOf(String name, Class<?> type);

	/**
	 * Return the timers that instances of a class have from their start on.
	 * @param type the server's class
	 * @return the timers
	 * @throws IllegalArgumentException if a method cannot be a timer, saying why
	 */
	default List<ServerTimer> timersOf(Class<?> type) {
		return List.of();
	}

	/**
	 * Return a factory of proxies whose every method becomes a message.
	 * @param contracts the interfaces that a proxy has
	 * @param operations what their methods mean
	 * @return the factory
	 */
	ContractProxies proxies(List<Class<?>> contracts, List<? extends Operation> operations);

}
