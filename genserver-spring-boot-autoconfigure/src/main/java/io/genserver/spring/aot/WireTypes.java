package io.genserver.spring.aot;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonSubTypes;

import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Registers types that are read from and written to messages, and all they consist of:
 * what Spring finds for one type, and besides the classes that a sealed or annotated type
 * permits, and the elements of arrays.
 */
final class WireTypes {

	private static final boolean JACKSON = ClassUtils.isPresent("com.fasterxml.jackson.annotation.JsonSubTypes",
			WireTypes.class.getClassLoader());

	private final RuntimeHints hints;

	private final BindingReflectionHintsRegistrar registrar = new BindingReflectionHintsRegistrar();

	private final Set<Class<?>> seen = new HashSet<>();

	WireTypes(RuntimeHints hints) {
		this.hints = hints;
	}

	/**
	 * Register types.
	 * @param types the types of values
	 */
	void register(Collection<? extends Type> types) {
		types.forEach((type) -> register(ResolvableType.forType(type)));
	}

	private void register(ResolvableType type) {
		if (type.isArray()) {
			register(type.getComponentType());
		}
		for (ResolvableType argument : type.getGenerics()) {
			register(argument);
		}
		Class<?> resolved = type.resolve();
		if (resolved == null || resolved.isPrimitive() || resolved == Object.class || !this.seen.add(resolved)) {
			return;
		}
		this.registrar.registerReflectionHints(this.hints.reflection(), resolved);
		if (!resolved.isArray() && !resolved.getName().startsWith("java.")) {
			registerMembers(type, resolved);
			registerSubtypes(resolved);
		}
	}

	private void registerMembers(ResolvableType type, Class<?> resolved) {
		for (Field field : resolved.getDeclaredFields()) {
			if (!Modifier.isStatic(field.getModifiers())) {
				register(ResolvableType.forField(field, type));
			}
		}
		for (Method method : resolved.getMethods()) {
			boolean getter = method.getParameterCount() == 0
					&& (method.getName().startsWith("get") || method.getName().startsWith("is"));
			if (getter && method.getDeclaringClass() != Object.class && !Modifier.isStatic(method.getModifiers())) {
				register(ResolvableType.forMethodReturnType(method, resolved));
			}
		}
		if (resolved.getSuperclass() != null) {
			register(type.getSuperType());
		}
	}

	private void registerSubtypes(Class<?> type) {
		if (type.isSealed()) {
			for (Class<?> permitted : type.getPermittedSubclasses()) {
				register(ResolvableType.forClass(permitted));
			}
		}
		if (JACKSON) {
			for (Class<?> subtype : Jackson.subtypes(type)) {
				register(ResolvableType.forClass(subtype));
			}
		}
	}

	/** Used only with Jackson. */
	private static final class Jackson {

		static Set<Class<?>> subtypes(Class<?> type) {
			Set<Class<?>> subtypes = new HashSet<>();
			JsonSubTypes annotation = type.getAnnotation(JsonSubTypes.class);
			if (annotation != null) {
				for (JsonSubTypes.Type each : annotation.value()) {
					subtypes.add(each.value());
				}
			}
			return subtypes;
		}

	}

}
