package io.genserver.spring;

import java.lang.reflect.Method;

import io.genserver.Every;
import io.genserver.runtime.contract.InvalidOperationException;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * Refuses {@link Every} on beans that are no servers: it would never tick.
 */
final class TimersOutsideServersCheck {

	private TimersOutsideServersCheck() {
	}

	/**
	 * Check the class of a bean that is no server.
	 * @param name the bean's name
	 * @param type its class
	 * @throws InvalidServerException naming the method and what to use instead
	 */
	static void check(String name, @Nullable Class<?> type) {
		for (Class<?> each = type; each != null && isOfApplication(each); each = each.getSuperclass()) {
			try {
				ReflectionUtils.doWithLocalMethods(each, (method) -> refuse(name, method));
			}
			catch (IllegalStateException ex) {
				if (ex instanceof InvalidServerException) {
					throw ex;
				}
				// A class that refers to others that are not there: not ours to report.
			}
		}
	}

	private static void refuse(String name, Method method) {
		if (method.isAnnotationPresent(Every.class)) {
			throw new InvalidServerException(
					"Method " + InvalidOperationException.describe(method) + " is annotated @Every, but bean '" + name
							+ "' is no server: nothing would call it.",
					"Annotate the class @GenServer, or use @Scheduled.");
		}
	}

	private static boolean isOfApplication(Class<?> type) {
		return !type.getName().startsWith("org.springframework.") && !type.getName().startsWith("java.");
	}

}
