package io.genserver.spring;

import java.util.List;

import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.runtime.contract.ReplyAdapters;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * What a bean definition says of a server, whether it becomes one here or not.
 *
 * @param serverClass the class
 * @param leaves its contracts that no other of its contracts extends
 * @param keyed whether it has an instance per key
 */
public record ServerContracts(Class<?> serverClass, List<Class<?>> leaves, boolean keyed) {

	public ServerContracts {
		leaves = List.copyOf(leaves);
	}

	/**
	 * Read a bean definition.
	 * @param beanFactory where it is
	 * @param name name of the bean
	 * @return what it says, or {@code null} if the bean would be no server
	 */
	public static @Nullable ServerContracts find(ConfigurableListableBeanFactory beanFactory, String name) {
		BeanDefinition definition = beanFactory.getBeanDefinition(name);
		Class<?> type = beanFactory.getType(name, false);
		ServerAnnotation annotation = ServerAnnotation.find(definition, beanFactory.getMergedBeanDefinition(name),
				type);
		if (annotation == null || type == null) {
			return null;
		}
		List<Class<?>> all = new ReflectiveContracts(ReplyAdapters.JDK).contractsOf(type);
		List<Class<?>> leaves = all.stream()
			.filter((each) -> all.stream().noneMatch((other) -> other != each && each.isAssignableFrom(other)))
			.toList();
		return new ServerContracts(type, leaves, annotation.value().keyed());
	}

}
