package io.genserver.spring;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.Every;
import io.genserver.runtime.contract.InvalidOperationException;

import org.springframework.aop.support.AopUtils;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Looks at instances whose class is another than their factory method declares: what
 * their methods say could not be seen before, and must not be passed over in silence, nor
 * let a container call them.
 */
final class ActualClasses {

	private final Set<Class<?>> checked = ConcurrentHashMap.newKeySet();

	/**
	 * Check an instance of a server.
	 * @param server the server
	 * @param instance the instance, or the proxy of an aspect before it
	 * @throws InvalidServerException if its class has methods to be called that the
	 * declared class does not have
	 */
	void check(ServerBean server, Object instance) {
		Class<?> actual = ClassUtils.getUserClass(AopUtils.getTargetClass(instance));
		if (actual == server.serverClass() || this.checked.contains(actual)) {
			return;
		}
		ContainerAnnotations.check(server.name(), actual, server.annotation().keyed());
		for (Method method : ReflectionUtils.getUniqueDeclaredMethods(actual)) {
			if (!method.getDeclaringClass().isAssignableFrom(server.serverClass())) {
				refuseUnseen(server, method);
			}
		}
		this.checked.add(actual);
	}

	private static void refuseUnseen(ServerBean server, Method method) {
		MergedAnnotations annotations = MergedAnnotations.from(method, SearchStrategy.DIRECT);
		boolean handler = annotations.isPresent(Call.class) || annotations.isPresent(Cast.class);
		boolean inherited = server.contracts()
			.stream()
			.anyMatch((each) -> ReflectionUtils.findMethod(each, method.getName(), method.getParameterTypes()) != null);
		if (annotations.isPresent(Every.class) || annotations.isPresent(EventListener.class)
				|| (handler && !inherited)) {
			throw new InvalidServerException(
					"Method " + InvalidOperationException.describe(method)
							+ " is a timer, listener or message handler of the server '" + server.name()
							+ "', but its factory method declares a " + server.serverClass().getName()
							+ ", which does not have it.",
					"Let the factory method declare that it returns a " + method.getDeclaringClass().getSimpleName()
							+ ".");
		}
	}

}
