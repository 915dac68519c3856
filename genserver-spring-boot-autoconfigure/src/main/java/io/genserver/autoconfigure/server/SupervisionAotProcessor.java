package io.genserver.autoconfigure.server;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Registers the exceptions that properties name, so that a native image finds their
 * classes.
 */
final class SupervisionAotProcessor implements BeanFactoryInitializationAotProcessor {

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beanFactory) {
		Environment environment = beanFactory.getBeanProvider(Environment.class).getIfAvailable();
		if (environment == null
				|| beanFactory.getBeanNamesForType(GenServerProperties.class, true, false).length == 0) {
			return null;
		}
		GenServerProperties properties = Binder.get(environment).bindOrCreate("genserver", GenServerProperties.class);
		Set<String> names = new LinkedHashSet<>(properties.getSupervision().getExceptions().keySet());
		properties.getServers()
			.values()
			.forEach((each) -> names.addAll(each.getSupervision().getExceptions().keySet()));
		names.addAll(Binder.get(environment)
			.bind("genserver.rpc.errors.public-exceptions", Bindable.listOf(String.class))
			.orElse(List.of()));
		if (names.isEmpty()) {
			return null;
		}
		return (generation,
				code) -> names.forEach((name) -> generation.getRuntimeHints()
					.reflection()
					.registerTypeIfPresent(beanFactory.getBeanClassLoader(), name));
	}

}
