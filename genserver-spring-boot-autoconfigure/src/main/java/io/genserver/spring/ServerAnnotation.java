package io.genserver.spring;

import java.lang.reflect.Method;

import io.genserver.GenServer;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.type.MethodMetadata;

/**
 * Finds {@link GenServer} on what a bean is made from: its factory method, else its
 * class. Meta-annotations count.
 *
 * @param value the annotation
 * @param onMethod whether it is on the factory method
 */
record ServerAnnotation(GenServer value, boolean onMethod) {

	static @Nullable ServerAnnotation find(BeanDefinition definition, BeanDefinition merged, @Nullable Class<?> type) {
		MergedAnnotation<GenServer> onMethod = onFactoryMethod(definition, merged);
		if (onMethod.isPresent()) {
			return new ServerAnnotation(onMethod.synthesize(), true);
		}
		if (type == null) {
			return null;
		}
		MergedAnnotation<GenServer> onClass = MergedAnnotations.from(type, SearchStrategy.SUPERCLASS)
			.get(GenServer.class);
		return onClass.isPresent() ? new ServerAnnotation(onClass.synthesize(), false) : null;
	}

	private static MergedAnnotation<GenServer> onFactoryMethod(BeanDefinition definition, BeanDefinition merged) {
		if (definition instanceof AnnotatedBeanDefinition annotated) {
			MethodMetadata metadata = annotated.getFactoryMethodMetadata();
			if (metadata != null) {
				return metadata.getAnnotations().get(GenServer.class);
			}
		}
		Method method = (merged instanceof RootBeanDefinition root) ? root.getResolvedFactoryMethod() : null;
		return (method != null) ? MergedAnnotations.from(method).get(GenServer.class) : MergedAnnotation.missing();
	}

}
