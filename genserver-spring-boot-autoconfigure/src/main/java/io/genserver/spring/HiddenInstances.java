package io.genserver.spring;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.Scope;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;

/**
 * Keeps the instances of servers to the runtime: their definitions are not found by type,
 * and a lookup by name is refused. They have a scope of their own, which makes a new
 * instance each time, as that of prototypes does, but only for the runtime.
 */
final class HiddenInstances implements Scope, SmartInstantiationAwareBeanPostProcessor, InstanceSource {

	static final String SCOPE = "genserver";

	private final ThreadLocal<@Nullable String> making = new ThreadLocal<>();

	private final ActualClasses classes = new ActualClasses();

	private final ConfigurableBeanFactory beanFactory;

	HiddenInstances(ConfigurableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public @Nullable Class<?> predictBeanType(Class<?> beanClass, String beanName) {
		return isInstance(beanName) ? Hidden.class : null;
	}

	@Override
	public Object get(String name, ObjectFactory<?> objectFactory) {
		if (!name.equals(this.making.get())) {
			throw new InvalidServerException(
					"Bean '" + name + "' is the instance of a server, which only its runtime makes.",
					"Inject a contract of the server or its GenServerRef.");
		}
		return objectFactory.getObject();
	}

	@Override
	public @Nullable Object remove(String name) {
		return null;
	}

	@Override
	public void registerDestructionCallback(String name, Runnable callback) {
		// The runtime says when, and destroy(...) does it, so that nothing is kept.
	}

	private static boolean isInstance(String beanName) {
		return beanName.startsWith(ServerBean.INSTANCE_PREFIX);
	}

	@Override
	public Object make(ServerBean server) {
		String before = this.making.get();
		this.making.set(server.instanceName());
		try {
			Object instance = this.beanFactory.getBean(server.instanceName());
			if (!server.serverClass().isInstance(instance)) {
				destroy(server, instance);
				throw new InvalidServerException(
						"The instance of server '" + server.name() + "' was replaced by a "
								+ instance.getClass().getName() + ", which is not a " + server.serverClass().getName()
								+ ": an aspect applies to it through a JDK proxy.",
						"Let aspects proxy classes (spring.aop.proxy-target-class=true, the default).");
			}
			try {
				this.classes.check(server, instance);
			}
			catch (RuntimeException ex) {
				destroy(server, instance);
				throw ex;
			}
			return instance;
		}
		finally {
			if (before != null) {
				this.making.set(before);
			}
			else {
				this.making.remove();
			}
		}
	}

	@Override
	public void destroy(ServerBean server, Object instance) {
		this.beanFactory.destroyBean(server.instanceName(), AdvisedInstance.target(instance));
	}

	/** What instances seem to be to those who look for beans by type. */
	private interface Hidden {

	}

}
