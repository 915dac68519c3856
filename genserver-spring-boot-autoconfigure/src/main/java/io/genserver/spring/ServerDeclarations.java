package io.genserver.spring;

import java.lang.reflect.Modifier;

import io.genserver.GenServer;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Lookup;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ReflectionUtils;

/**
 * Checks that a bean can be a server, by how it is declared.
 */
final class ServerDeclarations {

	private ServerDeclarations() {
	}

	/**
	 * Check a bean definition that is annotated as a server.
	 * @param name the bean's name
	 * @param definition the definition
	 * @param annotation what makes it a server
	 * @param type the class, as far as it is declared
	 * @throws InvalidServerException naming the class and what to do
	 */
	static void check(String name, BeanDefinition definition, ServerAnnotation annotation, @Nullable Class<?> type) {
		if (type == null || type == Object.class) {
			throw new InvalidServerException("The class of server '" + name + "' is not known before it is made.",
					"Let its factory method declare what it returns.");
		}
		if (ScopedProxyUtils.isScopedTarget(name)) {
			String server = name.substring(ScopedProxyUtils.getTargetBeanName("").length());
			throw new InvalidServerException(
					"Server '" + server + "' (" + type.getName() + ") has the scope '" + definition.getScope()
							+ "' with a scoped proxy, but a server lives as long as its runtime.",
					"Remove @Scope, or what implies it, such as @RefreshScope or @SessionScope; for one instance per user"
							+ " or session, make it a keyed server.");
		}
		checkScope(name, definition, type);
		if (!annotation.onMethod() && type.isInterface()) {
			throw isInterface(type.getName());
		}
		if (definition.getFactoryMethodName() == null) {
			checkClass(type);
		}
	}

	/**
	 * Check a bean that is no server. A factory of beans that is annotated must not go
	 * unnoticed: what it makes would be an ordinary bean, which any thread calls at any
	 * time.
	 * @param definition the definition, merged
	 * @throws InvalidServerException if it is such a factory
	 */
	static void checkFactory(BeanDefinition definition) {
		Class<?> type = definition.getResolvableType().resolve();
		if (type != null && FactoryBean.class.isAssignableFrom(type)
				&& MergedAnnotations.from(type, SearchStrategy.SUPERCLASS).isPresent(GenServer.class)) {
			throw new InvalidServerException("Class " + type.getName()
					+ " implements FactoryBean and is annotated @GenServer, but what it makes is not, and would be an"
					+ " ordinary bean, which any thread calls at any time.",
					"Annotate the class of what the factory makes, or a @Bean method that returns the factory.");
		}
	}

	private static void checkScope(String name, BeanDefinition definition, Class<?> type) {
		String scope = definition.getScope();
		if (scope != null && !scope.equals(AbstractBeanDefinition.SCOPE_DEFAULT) && !definition.isSingleton()
				&& !definition.isPrototype()) {
			throw new InvalidServerException(
					"Server '" + name + "' has the scope '" + scope
							+ "', but a server lives as long as its runtime. Its" + " class is " + type.getName() + ".",
					"Remove the scope; for one instance per user or session, make it a keyed server.");
		}
	}

	private static void checkClass(Class<?> type) {
		if (type.isEnum()) {
			throw new InvalidServerException("Enum " + type.getName()
					+ " is annotated @GenServer, but its constants are"
					+ " all the instances it has: a new instance is made whenever a server starts and restarts.",
					"Make it a class.");
		}
		if (Modifier.isAbstract(type.getModifiers()) && !hasLookup(type)) {
			throw isAbstract(type.getName());
		}
		if (type.isMemberClass() && !Modifier.isStatic(type.getModifiers())) {
			throw isInner(type.getName());
		}
	}

	/** Such a class is made by the container although it is abstract. */
	private static boolean hasLookup(Class<?> type) {
		for (var method : ReflectionUtils.getUniqueDeclaredMethods(type)) {
			if (MergedAnnotations.from(method).isPresent(Lookup.class)) {
				return true;
			}
		}
		return false;
	}

	static InvalidServerException isInterface(String type) {
		return new InvalidServerException(
				"Interface " + type + " is annotated @GenServer, but there is nothing to make an instance of.",
				"Annotate the class that implements it; the interface is its contract.");
	}

	static InvalidServerException isAbstract(String type) {
		return new InvalidServerException(
				"Class " + type
						+ " is annotated @GenServer but is abstract, so there is nothing to make an instance of.",
				"Annotate its subclasses, or make it concrete.");
	}

	static InvalidServerException isInner(String type) {
		return new InvalidServerException("Class " + type
				+ " is annotated @GenServer but is an inner class: it cannot be made without an instance"
				+ " of the class around it.", "Make it static, or a class of its own.");
	}

}
