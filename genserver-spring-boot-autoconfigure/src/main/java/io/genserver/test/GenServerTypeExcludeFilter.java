package io.genserver.test;

import java.util.Set;

import io.genserver.GenServer;

import org.springframework.boot.test.context.filter.annotation.StandardAnnotationCustomizableTypeExcludeFilter;

/**
 * Lets servers through, all or those that are named.
 */
final class GenServerTypeExcludeFilter extends StandardAnnotationCustomizableTypeExcludeFilter<GenServerTest> {

	private final Set<Class<?>> servers;

	GenServerTypeExcludeFilter(Class<?> testClass) {
		super(testClass);
		this.servers = Set.of(getAnnotation().getValue("servers", Class[].class).orElse(new Class<?>[0]));
	}

	@Override
	protected Set<Class<?>> getKnownIncludes() {
		return this.servers.isEmpty() ? Set.of(GenServer.class) : Set.of();
	}

	@Override
	protected Set<Class<?>> getComponentIncludes() {
		return this.servers;
	}

}
