package io.genserver.spring;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Supplier;

import io.genserver.GenServerRef;
import io.genserver.Keyed;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.NativeDetector;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.OrderUtils;

/**
 * Replaces the definition of a server by what applications get to see. Under the server's
 * name stands a proxy with all contracts, or for a keyed server its {@link Keyed}, or a
 * {@link GenServerRef} if there is no contract; and, under names that applications do not
 * use, the refs by the class and by each contract, which have the server's name as their
 * qualifier.
 */
final class ServerBeanRegistration {

	private final DefaultListableBeanFactory beanFactory;

	private final DefinitionChanges changes;

	ServerBeanRegistration(DefaultListableBeanFactory beanFactory, DefinitionChanges changes) {
		this.beanFactory = beanFactory;
		this.changes = changes;
	}

	void register(ServerBean server, BeanDefinition definition, @Nullable Method factoryMethod) {
		RootBeanDefinition main = face(definition, mainType(server),
				() -> this.beanFactory.getBean(ServerFaces.class).main(server));
		// A contract proxy can be spied on; its class keeps aspects off by itself.
		main.setSynthetic(
				server.annotation().keyed() || server.contracts().isEmpty() || NativeDetector.inNativeImage());
		AnnotatedElement source = source(server, factoryMethod);
		main.setQualifiedElement(source);
		if (definition.getAttribute(AbstractBeanDefinition.ORDER_ATTRIBUTE) == null) {
			main.setAttribute(AbstractBeanDefinition.ORDER_ATTRIBUTE, order(server, factoryMethod));
		}
		if (mainType(server).toClass() == server.serverClass()) {
			// Who looks for annotated methods is to find those of the proxy only.
			main.setAttribute(AutoProxyUtils.ORIGINAL_TARGET_CLASS_ATTRIBUTE, mainFace(server));
		}
		server.mark(main);
		this.changes.remove(server.name());
		this.changes.modify(definition, ServerBeanRegistration::hide);
		this.changes.register(server.instanceName(), definition);
		this.changes.register(server.name(), main);
		registerRefs(server, main);
	}

	private void registerRefs(ServerBean server, RootBeanDefinition main) {
		Class<?> mainFace = mainFace(server);
		for (Class<?> each : server.faces()) {
			if (each == mainFace && (server.annotation().keyed() || server.contracts().isEmpty())) {
				continue;
			}
			RootBeanDefinition ref = face(main, wrapped(server, each),
					() -> this.beanFactory.getBean(ServerFaces.class).face(server, each));
			ref.setLazyInit(true);
			// Where any ref will do, the one by class is meant.
			ref.setFallback(each != server.serverClass() || main.isFallback());
			ref.addQualifier(new AutowireCandidateQualifier(Qualifier.class, server.name()));
			ref.addQualifier(new AutowireCandidateQualifier("jakarta.inject.Named", server.name()));
			this.changes.register(server.refName(each), ref);
		}
	}

	private static RootBeanDefinition face(BeanDefinition definition, ResolvableType type, Supplier<Object> supplier) {
		RootBeanDefinition face = new RootBeanDefinition();
		face.setTargetType(type);
		face.setInstanceSupplier(supplier);
		// Aspects apply to the instance, not a second time to the proxy before it.
		face.setSynthetic(true);
		face.setDestroyMethodName("");
		face.setPrimary(definition.isPrimary());
		face.setFallback(definition.isFallback());
		face.setAutowireCandidate(definition.isAutowireCandidate());
		face.setDescription(definition.getDescription());
		face.setResourceDescription(definition.getResourceDescription());
		face.setAttribute(AbstractBeanDefinition.ORDER_ATTRIBUTE,
				definition.getAttribute(AbstractBeanDefinition.ORDER_ATTRIBUTE));
		if (definition instanceof AbstractBeanDefinition original) {
			face.setDefaultCandidate(original.isDefaultCandidate());
			face.copyQualifiersFrom(original);
		}
		if (definition instanceof RootBeanDefinition root) {
			face.setQualifiedElement(root.getQualifiedElement());
		}
		return face;
	}

	/** What carries the qualifiers. */
	private static AnnotatedElement source(ServerBean server, @Nullable Method factoryMethod) {
		boolean qualified = factoryMethod != null && MergedAnnotations.from(factoryMethod).isPresent(Qualifier.class);
		return (factoryMethod != null && qualified) ? factoryMethod : server.serverClass();
	}

	private static @Nullable Integer order(ServerBean server, @Nullable Method factoryMethod) {
		Integer order = (factoryMethod != null) ? OrderUtils.getOrder(factoryMethod) : null;
		return (order != null) ? order : OrderUtils.getOrder(server.serverClass());
	}

	private static void hide(BeanDefinition definition) {
		definition.setScope(HiddenInstances.SCOPE);
		definition.setAutowireCandidate(false);
		definition.setPrimary(false);
		definition.setFallback(false);
		definition.setLazyInit(true);
	}

	private static Class<?> mainFace(ServerBean server) {
		List<Class<?>> leaves = server.leafContracts();
		return leaves.isEmpty() ? server.serverClass() : leaves.getFirst();
	}

	private static ResolvableType mainType(ServerBean server) {
		List<Class<?>> leaves = server.leafContracts();
		if (server.annotation().keyed() || leaves.isEmpty()) {
			return wrapped(server, mainFace(server));
		}
		if (leaves.size() == 1) {
			return server.face(leaves.getFirst());
		}
		if (leaves.stream().anyMatch((each) -> ResolvableType.forClass(each).hasGenerics())) {
			// No class has these interfaces and their type arguments but the server's.
			return server.type();
		}
		return ResolvableType.forClass(
				Proxy
					.newProxyInstance(leaves.getFirst().getClassLoader(), leaves.toArray(Class<?>[]::new),
							(proxy, method, arguments) -> null)
					.getClass());
	}

	private static ResolvableType wrapped(ServerBean server, Class<?> face) {
		return ResolvableType.forClassWithGenerics(server.annotation().keyed() ? Keyed.class : GenServerRef.class,
				server.face(face));
	}

}
