package io.genserver.runtime;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What reflection knows of servers: which interfaces are their contracts, what they can
 * be asked to do, and how an interface becomes a proxy.
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
	 * Make a proxy whose every method becomes a message to a server.
	 * @param <C> the contract
	 * @param contract an interface, one of the server's contracts
	 * @param server the server
	 * @param key the key, {@code null} if the server is not keyed
	 * @return the proxy
	 */
	<C> C proxy(Class<C> contract, Server server, @Nullable String key);

}
