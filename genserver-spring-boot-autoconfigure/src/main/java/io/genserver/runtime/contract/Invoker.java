package io.genserver.runtime.contract;

import org.jspecify.annotations.Nullable;

/**
 * Invokes one method without reflection. Public because implementations are made in the
 * package of the method they invoke.
 */
@FunctionalInterface
public interface Invoker {

	/**
	 * Invoke the method.
	 * @param instance the object it belongs to
	 * @param payload {@code null} for a method without parameters, the argument for one
	 * with a single parameter, otherwise the array of the arguments
	 * @return what the method returns
	 * @throws Throwable what the method throws
	 */
	@Nullable Object invoke(Object instance, @Nullable Object payload) throws Throwable;

}
