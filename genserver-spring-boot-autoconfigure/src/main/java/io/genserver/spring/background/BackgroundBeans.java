package io.genserver.spring.background;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.genserver.background.BackgroundService;
import io.genserver.background.ItemConsumer;
import io.genserver.background.ItemsOf;
import io.genserver.background.ServiceDefinition;
import io.genserver.runtime.ServerNames;
import io.genserver.spring.InvalidServerException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/**
 * Finds the beans that are background services and those that take their items. A
 * singleton is one instance, which runs again with the state it has when it is restarted;
 * of a prototype each run gets an instance of its own, which is destroyed when the run is
 * over.
 */
public final class BackgroundBeans {

	private final ConfigurableListableBeanFactory beanFactory;

	private final Function<String, ServiceSettings> settings;

	/**
	 * Create.
	 * @param beanFactory has the beans
	 * @param settings the settings of a service, by its name
	 */
	public BackgroundBeans(ConfigurableListableBeanFactory beanFactory, Function<String, ServiceSettings> settings) {
		this.beanFactory = beanFactory;
		this.settings = settings;
	}

	/**
	 * Return the names of the services.
	 * @return the names, in the order the beans were registered
	 */
	public List<String> names() {
		return List.of(this.beanFactory.getBeanNamesForType(BackgroundService.class, true, false));
	}

	/**
	 * Return whether a service starts with the application.
	 * @param name its name
	 * @return {@code false} if it waits until it is started
	 */
	public boolean startsByItself(String name) {
		return settings(name).autostart();
	}

	ServiceSettings settings(String name) {
		return this.settings.apply(name);
	}

	/**
	 * Define the services. Makes the consumers, but no service.
	 * @throws InvalidServerException if a bean cannot be what it claims to be
	 */
	List<ServiceDefinition<?, ?>> definitions() {
		List<String> names = names();
		checkNames(names);
		Map<String, String> consumers = consumers(names);
		List<ServiceDefinition<?, ?>> definitions = new ArrayList<>();
		for (String name : names) {
			definitions.add(define(name, consumers.get(name)));
		}
		return definitions;
	}

	@SuppressWarnings("unchecked")
	private ServiceDefinition<?, ?> define(String name, @Nullable String consumer) {
		ServiceSettings said = settings(name);
		ServiceDefinition<Object, ?> definition = instances(name).withRestarts(said.restarts())
			.withInterruptAfter(said.interruptAfter())
			.withStepLimits(said.stepLimits());
		return (consumer != null)
				? definition.withConsumer((ItemConsumer<Object>) this.beanFactory.getBean(consumer, ItemConsumer.class))
				: definition;
	}

	private ServiceDefinition<Object, ?> instances(String name) {
		if (this.beanFactory.isSingleton(name)) {
			return ServiceDefinition.of(name, bean(name));
		}
		if (this.beanFactory.isPrototype(name)) {
			return ServiceDefinition.ofEach(name, () -> bean(name),
					(instance) -> this.beanFactory.destroyBean(name, instance));
		}
		throw new InvalidServerException(
				"Background service '" + name + "' has a scope, but a background service lives as long as it runs.",
				"Remove the scope, or make it 'prototype': then each restart gets an instance of its own.");
	}

	@SuppressWarnings("unchecked")
	private BackgroundService<Object> bean(String name) {
		return (BackgroundService<Object>) this.beanFactory.getBean(name, BackgroundService.class);
	}

	private static void checkNames(List<String> names) {
		Map<String, String> uniform = new HashMap<>();
		for (String name : names) {
			if (!ServiceDefinition.isName(name)) {
				throw new InvalidServerException(
						"'" + name + "' cannot be the name of a background service: it must begin with a letter and"
								+ " consist of letters, digits, dashes and underscores.",
						"Name the bean: @Component(\"NAME\") on its class, or @Bean(\"NAME\") on its factory method.");
			}
			String other = uniform.put(ServerNames.uniform(name), name);
			if (other != null) {
				throw new InvalidServerException("Two background services claim one name: '" + other + "' and '" + name
						+ "' are the same to configuration properties, which ignore case, dashes and underscores.",
						"Rename one of the two beans.");
			}
		}
	}

	/** Names of consumers by those of their services. */
	private Map<String, String> consumers(List<String> services) {
		Map<String, String> consumers = new HashMap<>();
		// An application without services need not pay for a look at all its beans.
		String[] candidates = services.isEmpty() ? this.beanFactory.getBeanNamesForType(ItemConsumer.class, true, false)
				: this.beanFactory.getBeanNamesForAnnotation(ItemsOf.class);
		for (String name : candidates) {
			ItemsOf annotation = this.beanFactory.findAnnotationOnBean(name, ItemsOf.class);
			if (annotation == null) {
				continue;
			}
			if (!this.beanFactory.isTypeMatch(name, ItemConsumer.class)) {
				throw new InvalidServerException(
						"Bean '" + name + "' is annotated @ItemsOf(\"" + annotation.value()
								+ "\"), but takes no items.",
						"Let it implement " + ItemConsumer.class.getName() + ", or remove the annotation.");
			}
			String service = service(name, annotation.value(), services);
			checkTypes(name, service);
			String other = consumers.put(service, name);
			if (other != null) {
				throw new InvalidServerException(
						"Background service '" + service + "' has two consumers: beans '" + other + "' and '" + name
								+ "' are both annotated @ItemsOf(\"" + annotation.value() + "\").",
						"Keep one of them, and let it pass the items on to other beans.");
			}
		}
		return consumers;
	}

	private static String service(String consumer, String wanted, List<String> services) {
		return services.stream()
			.filter((each) -> ServerNames.uniform(each).equals(ServerNames.uniform(wanted)))
			.findFirst()
			.orElseThrow(() -> new InvalidServerException(
					"Bean '" + consumer + "' is annotated @ItemsOf(\"" + wanted
							+ "\"), but there is no background service of that name. "
							+ (services.isEmpty() ? "There is none."
									: "The background services are: " + String.join(", ", services) + "."),
					"Correct the name in the annotation: it is the name of the service's bean."));
	}

	private void checkTypes(String consumer, String service) {
		ResolvableType taken = type(consumer).as(ItemConsumer.class).getGeneric(0);
		ResolvableType produced = type(service).as(BackgroundService.class).getGeneric(0);
		Class<?> takes = taken.resolve();
		Class<?> produces = produced.resolve();
		if (takes != null && produces != null && !takes.isAssignableFrom(produces)) {
			throw new InvalidServerException(
					"Bean '" + consumer + "' takes items of type " + takes.getName() + ", but background service '"
							+ service + "', which it names in @ItemsOf, produces " + produces.getName() + ".",
					"Let it implement ItemConsumer<" + produces.getSimpleName() + ">.");
		}
	}

	private ResolvableType type(String name) {
		if (this.beanFactory.containsBeanDefinition(name)) {
			BeanDefinition definition = this.beanFactory.getMergedBeanDefinition(name);
			if (definition.getResolvableType() != ResolvableType.NONE) {
				return definition.getResolvableType();
			}
		}
		Class<?> type = this.beanFactory.getType(name, false);
		return (type != null) ? ResolvableType.forClass(type) : ResolvableType.NONE;
	}

}
