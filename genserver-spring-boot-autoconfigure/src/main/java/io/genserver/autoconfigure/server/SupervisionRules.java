package io.genserver.autoconfigure.server;

import java.util.LinkedHashMap;
import java.util.Map;

import io.genserver.GenServer;
import io.genserver.SupervisionStrategy;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.ClassUtils;

/**
 * Strategies for types of exceptions, from properties, which name the types, and from
 * annotations.
 */
public final class SupervisionRules {

	private static final String IN_BRACKETS = "; one with characters other than letters, digits, dots and dashes goes"
			+ " in brackets: \"[com.example.Order$Rejected]\"";

	private SupervisionRules() {
	}

	/**
	 * Turn the names of types into types.
	 * @param key the property the names are under
	 * @param named strategies by name
	 * @param classLoader where the types are
	 * @return strategies by type
	 */
	static Map<Class<? extends Throwable>, SupervisionStrategy> of(String key, Map<String, SupervisionStrategy> named,
			@Nullable ClassLoader classLoader) {
		Map<Class<? extends Throwable>, SupervisionStrategy> rules = new LinkedHashMap<>();
		named.forEach((name, strategy) -> rules.put(type(key + "." + name, strategy, name, IN_BRACKETS, classLoader),
				strategy));
		return rules;
	}

	/**
	 * Turn the name of a type into the type.
	 * @param key the property that has the name
	 * @param value its value
	 * @param name the name
	 * @param hint what else to know of names, or empty
	 * @param classLoader where the type is
	 * @return the type
	 */
	public static Class<? extends Throwable> type(String key, Object value, String name, String hint,
			@Nullable ClassLoader classLoader) {
		Class<?> type;
		try {
			type = ClassUtils.forName(name, classLoader);
		}
		catch (ClassNotFoundException | LinkageError ex) {
			throw new InvalidConfigurationPropertyValueException(key, value,
					"There is no class '" + name + "'. Write the full name of an exception class" + hint);
		}
		if (!Throwable.class.isAssignableFrom(type)) {
			throw new InvalidConfigurationPropertyValueException(key, value,
					"Class '" + type.getName() + "' is no exception: handlers cannot throw it");
		}
		return type.asSubclass(Throwable.class);
	}

	/**
	 * Return what an annotation says.
	 * @param annotation the annotation
	 * @return strategies by type
	 * @throws IllegalArgumentException if a type has two, naming it
	 */
	static Map<Class<? extends Throwable>, SupervisionStrategy> of(GenServer annotation) {
		Map<Class<? extends Throwable>, SupervisionStrategy> rules = new LinkedHashMap<>();
		add(rules, annotation.resumeOn(), SupervisionStrategy.RESUME);
		add(rules, annotation.restartOn(), SupervisionStrategy.RESTART);
		add(rules, annotation.stopOn(), SupervisionStrategy.STOP);
		return rules;
	}

	private static void add(Map<Class<? extends Throwable>, SupervisionStrategy> rules,
			Class<? extends Throwable>[] types, SupervisionStrategy strategy) {
		for (Class<? extends Throwable> type : types) {
			SupervisionStrategy other = rules.put(type, strategy);
			if (other != null && other != strategy) {
				throw new IllegalArgumentException(
						type.getName() + " is named for " + other + " and for " + strategy + ": keep one of the two");
			}
		}
	}

}
