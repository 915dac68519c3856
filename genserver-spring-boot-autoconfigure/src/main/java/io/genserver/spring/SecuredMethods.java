package io.genserver.spring;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds annotations by which methods are secured. They are known by name: the libraries
 * they belong to are optional.
 */
final class SecuredMethods {

	/** Package of all advice of Spring Security, that of authorization included. */
	static final String ADVICE = "org.springframework.security.";

	private static final Set<String> OTHERS = Set.of("jakarta.annotation.security.RolesAllowed",
			"jakarta.annotation.security.DenyAll", "javax.annotation.security.RolesAllowed",
			"javax.annotation.security.DenyAll");

	private SecuredMethods() {
	}

	/**
	 * Tell whether anything secures methods: looking at all of them is spared otherwise.
	 * @param classLoader where to look for Spring Security
	 * @return whether it is there
	 */
	static boolean canBeSecured(@Nullable ClassLoader classLoader) {
		return ClassUtils.isPresent("org.springframework.security.access.prepost.PreAuthorize", classLoader);
	}

	/**
	 * Find what secures a class or one of its methods.
	 * @param type the class; its superclasses and interfaces count too
	 * @return the annotation, as it is written in the source, or {@code null} for none
	 */
	static @Nullable String find(Class<?> type) {
		String found = find(MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY));
		for (Method method : ReflectionUtils.getUniqueDeclaredMethods(type)) {
			if (found == null && method.getDeclaringClass() != Object.class && !method.isSynthetic()) {
				found = find(MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY));
			}
		}
		for (Method method : type.getMethods()) {
			// Default methods of interfaces.
			if (found == null && method.getDeclaringClass().isInterface()) {
				found = find(MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY));
			}
		}
		return found;
	}

	private static @Nullable String find(MergedAnnotations annotations) {
		for (MergedAnnotation<Annotation> each : annotations) {
			String name = each.getType().getName();
			if (name.startsWith("org.springframework.security.access.")
					|| name.startsWith("org.springframework.security.authorization.") || OTHERS.contains(name)) {
				return "@" + each.getRoot().getType().getSimpleName();
			}
		}
		return null;
	}

}
