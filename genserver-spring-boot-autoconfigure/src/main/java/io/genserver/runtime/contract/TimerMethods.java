package io.genserver.runtime.contract;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

import io.genserver.Every;
import io.genserver.time.DurationText;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * Finds the methods of a class that are timers: those annotated {@link Every}. Of a
 * method that is overridden, only the overriding one counts.
 */
final class TimerMethods {

	private final List<Class<?>> contracts;

	private final AnnotationText text;

	/**
	 * Create.
	 * @param contracts the contracts of the class
	 * @param text reads the attributes of annotations
	 */
	TimerMethods(List<Class<?>> contracts, AnnotationText text) {
		this.contracts = contracts;
		this.text = text;
	}

	/**
	 * Return the timers.
	 * @param type the server's class
	 * @return the timers, in the order of their names
	 */
	List<ServerTimer> of(Class<?> type) {
		this.contracts.forEach(TimerMethods::refuseTimers);
		List<Method> methods = new ArrayList<>();
		Set<String> seen = new HashSet<>();
		for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
			for (Method method : each.getDeclaredMethods()) {
				if (!method.isSynthetic() && (method.getParameterCount() != 0 || seen.add(method.getName()))
						&& method.isAnnotationPresent(Every.class)) {
					methods.add(method);
				}
			}
		}
		methods.sort(Comparator.comparing(InvalidOperationException::describe));
		return methods.stream().map(this::timer).toList();
	}

	private static void refuseTimers(Class<?> contract) {
		for (Method method : contract.getDeclaredMethods()) {
			if (method.isAnnotationPresent(Every.class)) {
				throw new InvalidOperationException(method, "is annotated @Every in an interface: it is an operation",
						"Let a method of the class that is in no contract be the timer");
			}
		}
	}

	private ServerTimer timer(Method method) {
		if (method.getParameterCount() != 0) {
			throw new InvalidOperationException(method,
					"is annotated @Every but has " + method.getParameterCount() + " parameter(s)",
					"Remove them: a tick has nothing to pass");
		}
		for (Class<?> contract : this.contracts) {
			if (Arrays.stream(contract.getMethods())
				.anyMatch((each) -> each.getName().equals(method.getName()) && each.getParameterCount() == 0)) {
				throw new InvalidOperationException(method,
						"is annotated @Every but is an operation of the contract " + contract.getName() + " too",
						"Let a method of its own be the timer, and call the other from it");
			}
		}
		HandlerMethod operation = new HandlerMethod(method);
		Every every = method.getAnnotation(Every.class);
		Duration period = read(method, "period", "value", every.value(), DurationText::parse);
		if (period == null) {
			throw invalid(method, "period", "value = \"" + every.value() + "\"", "it is empty");
		}
		Duration delay = read(method, "initial delay", "initialDelay", every.initialDelay(), DurationText::parseDelay);
		return new ServerTimer(operation, Durations.nanos((delay != null) ? delay : period), Durations.nanos(period));
	}

	private @Nullable Duration read(Method method, String what, String attribute, String written,
			Function<String, Duration> reader) {
		return this.text.read(attribute, written, reader, (said, reason) -> invalid(method, what, said, reason));
	}

	private static InvalidOperationException invalid(Method method, String what, String attribute, String reason) {
		return new InvalidOperationException(method,
				"is annotated @Every with a bad " + what + ": " + reason + " (" + attribute + ")",
				"Write @Every(\"10s\"), for example, or set the property that it names");
	}

}
