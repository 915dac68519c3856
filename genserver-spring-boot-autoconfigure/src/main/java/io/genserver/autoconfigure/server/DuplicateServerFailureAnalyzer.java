package io.genserver.autoconfigure.server;

import io.genserver.GenServer;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionOverrideException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.annotation.Order;
import org.springframework.core.type.MethodMetadata;
import org.springframework.util.ClassUtils;

/**
 * Says which two definitions claim the name of a server.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class DuplicateServerFailureAnalyzer extends AbstractFailureAnalyzer<BeanDefinitionOverrideException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BeanDefinitionOverrideException cause) {
		BeanDefinition one = cause.getExistingDefinition();
		BeanDefinition other = cause.getBeanDefinition();
		if (!isServer(one) && !isServer(other)) {
			return null;
		}
		return new FailureAnalysis(
				"Two beans claim the name '" + cause.getBeanName() + "', which is that of a server: " + describe(one)
						+ " and " + describe(other) + ".",
				"Rename one of them: a server is named by its bean, @GenServer(\"NAME\") on its class or"
						+ " @Bean(\"NAME\") on its factory method.",
				cause);
	}

	private static boolean isServer(BeanDefinition definition) {
		if (definition instanceof AnnotatedBeanDefinition annotated) {
			MethodMetadata method = annotated.getFactoryMethodMetadata();
			if (method != null) {
				return method.isAnnotated(GenServer.class.getName()) || isServer(method.getReturnTypeName());
			}
			return annotated.getMetadata().isAnnotated(GenServer.class.getName());
		}
		if (definition instanceof AbstractBeanDefinition known && known.hasBeanClass()) {
			return isServer(known.getBeanClass());
		}
		return definition.getBeanClassName() != null && isServer(definition.getBeanClassName());
	}

	private static boolean isServer(String className) {
		try {
			return isServer(ClassUtils.forName(className, null));
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

	private static boolean isServer(Class<?> type) {
		return MergedAnnotations.from(type, SearchStrategy.SUPERCLASS).isPresent(GenServer.class);
	}

	private static String describe(BeanDefinition definition) {
		if (definition instanceof AnnotatedBeanDefinition annotated) {
			MethodMetadata method = annotated.getFactoryMethodMetadata();
			if (method != null) {
				return "method " + method.getDeclaringClassName() + "." + method.getMethodName();
			}
		}
		return (definition.getBeanClassName() != null) ? "class " + definition.getBeanClassName()
				: String.valueOf(definition.getResourceDescription());
	}

}
