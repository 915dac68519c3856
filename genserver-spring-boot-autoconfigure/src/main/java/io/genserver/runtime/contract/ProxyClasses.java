package io.genserver.runtime.contract;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Function;

/**
 * Makes the classes of contract proxies.
 */
@FunctionalInterface
public interface ProxyClasses {

	/**
	 * The proxy classes of the JDK. They wrap checked exceptions that a method does not
	 * declare in an {@link java.lang.reflect.UndeclaredThrowableException}.
	 */
	ProxyClasses JDK = (contracts) -> {
		Class<?>[] interfaces = contracts.toArray(Class<?>[]::new);
		return (handler) -> Proxy.newProxyInstance(interfaces[0].getClassLoader(), interfaces, handler);
	};

	/**
	 * Make a class, or find one made before.
	 * @param contracts the interfaces it has, all visible from where the first one is
	 * @return makes instances that pass every invocation to a handler
	 */
	Function<InvocationHandler, Object> of(List<Class<?>> contracts);

}
