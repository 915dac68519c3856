package io.genserver.spring;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.LinkedHashSet;
import java.util.Set;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.Every;
import io.genserver.runtime.contract.InvalidOperationException;

import org.springframework.context.event.EventListener;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds the operations that a proxy which extends the server's class cannot override.
 * They would run on the proxy itself, whose fields are empty, and without advice.
 */
final class ProxiedOperations {

	private ProxiedOperations() {
	}

	/**
	 * Check a proxy.
	 * @param server the server
	 * @param proxy class of the proxy
	 * @param target class of what is behind it
	 * @throws InvalidServerException naming the method and what to do
	 */
	static void check(ServerBean server, Class<?> proxy, Class<?> target) {
		if (!target.isAssignableFrom(proxy)) {
			return;
		}
		for (Method method : methods(server, target)) {
			if (!method.getDeclaringClass().isInterface() && !isOverridden(proxy, target, method)) {
				boolean isFinal = Modifier.isFinal(method.getModifiers());
				throw new InvalidServerException("Method " + InvalidOperationException.describe(method) + " of server '"
						+ server.name() + "' is " + (isFinal ? "final" : "not visible to its proxy")
						+ ": the proxy that an aspect puts before the server cannot override it, and would run it"
						+ " without advice and with empty fields.",
						isFinal ? "Remove final from the method." : "Make the method public or protected.");
			}
		}
	}

	/** The methods of a class that run in a server's turn. */
	private static Set<Method> methods(ServerBean server, Class<?> target) {
		Set<Method> methods = new LinkedHashSet<>();
		for (Class<?> contract : server.contracts()) {
			for (Method method : contract.getMethods()) {
				if (!Modifier.isStatic(method.getModifiers())) {
					methods
						.add(BridgeMethodResolver.findBridgedMethod(ClassUtils.getMostSpecificMethod(method, target)));
				}
			}
		}
		for (Method method : ReflectionUtils.getUniqueDeclaredMethods(target)) {
			MergedAnnotations annotations = MergedAnnotations.from(method, SearchStrategy.DIRECT);
			if (annotations.isPresent(Call.class) || annotations.isPresent(Cast.class)
					|| annotations.isPresent(Every.class) || annotations.isPresent(EventListener.class)) {
				methods.add(method);
			}
		}
		return methods;
	}

	private static boolean isOverridden(Class<?> proxy, Class<?> target, Method method) {
		for (Class<?> each = proxy; each != null && each != target; each = each.getSuperclass()) {
			try {
				each.getDeclaredMethod(method.getName(), method.getParameterTypes());
				return true;
			}
			catch (NoSuchMethodException ex) {
				// Perhaps the class behind it has it.
			}
		}
		return false;
	}

}
