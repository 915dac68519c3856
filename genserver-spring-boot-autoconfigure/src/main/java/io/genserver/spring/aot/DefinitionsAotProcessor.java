package io.genserver.spring.aot;

import java.util.ArrayList;
import java.util.List;

import io.genserver.spring.DefinitionChanger;
import io.genserver.spring.ServerBean;
import io.genserver.spring.ServerBeanDefinitions;
import io.genserver.spring.remote.RemoteServerDefinitions;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.support.ClassHintUtils;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;

/**
 * Comes before the definitions of an application are written: lets those be written that
 * the application made, not the proxies that stand for them, and registers what the
 * servers and their proxies need in a native image.
 */
final class DefinitionsAotProcessor implements BeanFactoryInitializationAotProcessor, PriorityOrdered {

	/** There is an endpoint, so that messages come over connections. */
	private static final String ENDPOINT = "genServerRpcExposure";

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beanFactory) {
		List<ServerBean> servers = new ArrayList<>();
		List<Class<?>> remote = new ArrayList<>();
		List<Class<?>> proxyClasses = new ArrayList<>();
		for (DefinitionChanger each : beanFactory.getBeansOfType(DefinitionChanger.class, true, false).values()) {
			switch (each) {
				case ServerBeanDefinitions definitions -> {
					servers.addAll(definitions.servers());
					definitions.servers().forEach((server) -> proxyClasses.addAll(proxyClasses(beanFactory, server)));
				}
				case RemoteServerDefinitions definitions -> remote.addAll(definitions.contracts());
				default -> {
				}
			}
			each.changes().undo();
		}
		if (servers.isEmpty() && remote.isEmpty()) {
			return null;
		}
		boolean overTheWire = beanFactory.containsBeanDefinition(ENDPOINT);
		ClassLoader classLoader = beanFactory.getBeanClassLoader();
		return (generation, code) -> {
			RuntimeHints hints = generation.getRuntimeHints();
			proxyClasses.forEach((type) -> ClassHintUtils.registerProxyIfNecessary(type, hints));
			ServerHints serverHints = new ServerHints(hints, classLoader);
			servers.forEach((server) -> serverHints.register(server, overTheWire));
			remote.forEach(serverHints::registerRemote);
		};
	}

	/**
	 * The classes of the proxies that aspects put before an instance. They are made here
	 * and now, which lets the build keep them.
	 */
	private static List<Class<?>> proxyClasses(ConfigurableListableBeanFactory beanFactory, ServerBean server) {
		List<Class<?>> classes = new ArrayList<>();
		Class<?> known = server.serverClass();
		for (SmartInstantiationAwareBeanPostProcessor each : beanFactory
			.getBeansOfType(SmartInstantiationAwareBeanPostProcessor.class, true, false)
			.values()) {
			Class<?> determined = each.determineBeanType(known, server.instanceName());
			if (determined != known) {
				classes.add(determined);
				known = determined;
			}
		}
		return classes;
	}

}
