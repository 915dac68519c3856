package io.genserver.runtime;

import java.util.function.Supplier;

import io.genserver.runtime.cell.InstanceFactory;

/**
 * Makes the instances of servers that are started at run time.
 */
@FunctionalInterface
public interface InstanceFactories {

	/** Instances are as they were supplied. */
	InstanceFactories PLAIN = (name, type, supplier) -> supplier::get;

	/**
	 * Return what makes the instances of a server.
	 * @param name the server's name
	 * @param type the server's class
	 * @param supplier supplies instances
	 * @return the factory
	 */
	InstanceFactory of(String name, Class<?> type, Supplier<?> supplier);

}
