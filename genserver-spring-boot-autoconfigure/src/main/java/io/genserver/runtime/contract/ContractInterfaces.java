package io.genserver.runtime.contract;

import java.lang.reflect.Modifier;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.genserver.GenServer;
import org.jspecify.annotations.Nullable;

/**
 * Which of the interfaces a class implements are contracts: all but those of the
 * platform, the frameworks and this project.
 */
final class ContractInterfaces {

	private static final List<String> FOREIGN = List.of("java.", "javax.", "jakarta.", "org.springframework.",
			"reactor.", "org.reactivestreams.", "kotlin.", "groovy.lang.");

	/** The package of this library: all others are within it. */
	private static final String OWN = GenServer.class.getPackageName();

	private ContractInterfaces() {
	}

	/** The contracts of a class or interface, subtypes before their supertypes. */
	static List<Class<?>> of(Class<?> type) {
		Set<Class<?>> all = new LinkedHashSet<>();
		for (Class<?> each = type; each != null; each = each.getSuperclass()) {
			collect(each, all);
		}
		List<Class<?>> contracts = new ArrayList<>();
		for (Class<?> each : all) {
			if (isContract(each)) {
				checkProxyable(each);
				contracts.add(each);
			}
		}
		contracts.sort((a, b) -> Integer.compare(depth(b), depth(a)));
		return contracts;
	}

	private static void collect(Class<?> type, Set<Class<?>> all) {
		if (type.isInterface()) {
			all.add(type);
		}
		for (Class<?> each : type.getInterfaces()) {
			collect(each, all);
		}
	}

	private static int depth(Class<?> type) {
		int depth = 0;
		for (Class<?> each : type.getInterfaces()) {
			depth = Math.max(depth, depth(each) + 1);
		}
		return depth;
	}

	private static boolean isContract(Class<?> type) {
		String name = type.getName();
		return FOREIGN.stream().noneMatch(name::startsWith) && !isOwn(type);
	}

	/** Not by name alone: an application may have packages within the same one. */
	static boolean isOwn(Class<?> type) {
		return (type.getPackageName() + ".").startsWith(OWN + ".")
				&& Objects.equals(source(type), source(ContractInterfaces.class));
	}

	private static @Nullable Object source(Class<?> type) {
		CodeSource source = type.getProtectionDomain().getCodeSource();
		return (source != null) ? source.getLocation() : null;
	}

	private static void checkProxyable(Class<?> type) {
		if (type.isSealed()) {
			throw new InvalidOperationException("Interface " + type.getName(),
					"cannot be a contract because it is sealed: no proxy can implement it",
					"Make it non-sealed, or let the server implement another interface");
		}
		if (Modifier.isPrivate(type.getModifiers())) {
			throw new InvalidOperationException("Interface " + type.getName(),
					"cannot be a contract because it is private: no proxy can implement it",
					"Make it at least package-private");
		}
	}

}
