package io.genserver.spring;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import io.genserver.CurrentContext;
import io.genserver.GenServerContext;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.ServerNames;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.runtime.contract.ReplyAdapters;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanDefinitionStoreException;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.CannotLoadBeanClassException;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.ObjectFactory;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.ResolvableType;
import org.springframework.core.type.MethodMetadata;

/**
 * Finds the bean definitions that are servers, however they were registered, checks them
 * and puts proxies in their place. Runs once all definitions are there and before
 * anything is made from them, first among the post-processors that change definitions, so
 * that the others see the proxies.
 */
public final class ServerBeanDefinitions
		implements BeanFactoryPostProcessor, PriorityOrdered, DefinitionChanger, RemoteServerNames {

	/** Beans of our auto-configuration that belong to a runtime. */
	private static final List<String> OF_A_RUNTIME = List.of("genServerRuntime", "genServerRegistry",
			"genServerLifecycle", "genServerTimersLifecycle", "genServerFaces", "genServerEventListeners");

	private final ReflectiveContracts contracts = new ReflectiveContracts(ReplyAdapters.JDK);

	private final List<ServerBean> servers = new ArrayList<>();

	/** The methods of each server that listen to application events. */
	private final Map<String, List<Method>> listening = new HashMap<>();

	private @Nullable HiddenInstances instances;

	private @Nullable DefinitionChanges changes;

	private @Nullable ConfigurableListableBeanFactory beanFactory;

	private @Nullable Set<String> replaced;

	/** The names so far, by the form in which they are compared. */
	private final Map<String, String> names = new HashMap<>();

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	/**
	 * Return the servers, in the order their definitions were registered. A server whose
	 * bean has been replaced meanwhile, as a test does with {@code @MockitoBean} or
	 * {@code @TestBean}, is none of them: it is never made.
	 * @return the servers
	 */
	public List<ServerBean> servers() {
		return this.servers.stream().filter((each) -> !replaced().contains(each.name())).toList();
	}

	/**
	 * Return the servers whose beans have been replaced. Configuration may go on speaking
	 * of them.
	 * @return their names
	 */
	@Override
	public List<String> names() {
		return List.copyOf(replaced());
	}

	/**
	 * Found out at the first use, which is when the runtime is made, and so before any
	 * proxy: until then what is there under a server's name is a replacement.
	 */
	private synchronized Set<String> replaced() {
		Set<String> known = this.replaced;
		if (known == null) {
			ConfigurableListableBeanFactory beans = Objects.requireNonNull(this.beanFactory,
					"not part of a bean factory");
			known = this.servers.stream()
				.filter((each) -> beans.containsSingleton(each.name()) || !beans.containsBeanDefinition(each.name())
						|| ServerBean.of(beans.getBeanDefinition(each.name())) != each)
				.map(ServerBean::name)
				.collect(Collectors.toCollection(LinkedHashSet::new));
			this.replaced = known;
		}
		return known;
	}

	@Override
	public DefinitionChanges changes() {
		return Objects.requireNonNull(this.changes, "not part of a bean factory");
	}

	/** The methods of a server that listen to application events. */
	List<Method> listening(ServerBean server) {
		return this.listening.getOrDefault(server.name(), List.of());
	}

	/** Finds out which servers depend on which. */
	ServerDependencies dependencies() {
		DefaultListableBeanFactory beans = (DefaultListableBeanFactory) Objects.requireNonNull(this.beanFactory,
				"not part of a bean factory");
		return new ServerDependencies(servers(), beans);
	}

	/** Makes the instances of the servers. */
	HiddenInstances instances() {
		return Objects.requireNonNull(this.instances, "not part of a bean factory");
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		ObjectFactory<GenServerContext> context = ServerBeanDefinitions::context;
		beanFactory.registerResolvableDependency(GenServerContext.class, context);
		HiddenInstances hidden = new HiddenInstances(beanFactory);
		beanFactory.registerScope(HiddenInstances.SCOPE, hidden);
		beanFactory.addBeanPostProcessor(hidden);
		this.instances = hidden;
		this.beanFactory = beanFactory;
		DefaultListableBeanFactory definitions = (DefaultListableBeanFactory) beanFactory;
		DefinitionChanges made = new DefinitionChanges(definitions);
		this.changes = made;
		ServerBeanRegistration registration = new ServerBeanRegistration(definitions, made);
		for (String name : beanFactory.getBeanDefinitionNames()) {
			BeanDefinition definition = beanFactory.getBeanDefinition(name);
			ServerBean server = (definition.isAbstract() || isOfFramework(definition)) ? null
					: server(beanFactory, name, definition);
			if (server != null) {
				BeanDefinition merged = beanFactory.getMergedBeanDefinition(name);
				registration.register(server, definition,
						(merged instanceof RootBeanDefinition root) ? root.getResolvedFactoryMethod() : null);
				this.servers.add(server);
			}
		}
		if (beanFactory.getSingleton(ScannedDeclarations.BEAN_NAME) instanceof ScannedDeclarations scanned) {
			scanned.check(this.servers.stream().map(ServerBean::serverClass).toList());
		}
		if (this.servers.isEmpty()) {
			useParents(definitions);
		}
	}

	/** A context without servers has no runtime of its own if a parent has one. */
	private static void useParents(DefaultListableBeanFactory beanFactory) {
		if (beanFactory.getParentBeanFactory() instanceof ListableBeanFactory parent && BeanFactoryUtils
			.beanNamesForTypeIncludingAncestors(parent, GenServerRuntime.class, true, false).length > 0) {
			for (String name : OF_A_RUNTIME) {
				if (beanFactory.containsBeanDefinition(name) && isOfFramework(beanFactory.getBeanDefinition(name))) {
					beanFactory.removeBeanDefinition(name);
				}
			}
		}
	}

	/**
	 * Fails as beans that are missing do, so that the message says where it was wanted.
	 */
	private static GenServerContext context() {
		GenServerContext context = CurrentContext.get();
		if (context == null) {
			throw new NoSuchBeanDefinitionException(GenServerContext.class, "only servers are given one");
		}
		return context;
	}

	/**
	 * Whether a bean is a class of Spring's own or of our auto-configurations, or is made
	 * by a method of theirs. There are hundreds and none is a server: finding out their
	 * types and looking at those is most of what this would cost.
	 */
	private static boolean isOfFramework(BeanDefinition definition) {
		MethodMetadata method = (definition instanceof AnnotatedBeanDefinition annotated)
				? annotated.getFactoryMethodMetadata() : null;
		Method known = (definition instanceof RootBeanDefinition root) ? root.getResolvedFactoryMethod() : null;
		String source = (method != null) ? method.getDeclaringClassName()
				: (known != null) ? known.getDeclaringClass().getName() : definition.getBeanClassName();
		if (source == null || (method == null && known == null && definition.getFactoryMethodName() != null)) {
			return false;
		}
		return source.startsWith("org.springframework.")
				|| (source.startsWith("io.genserver.autoconfigure.") && source.endsWith("AutoConfiguration"));
	}

	private @Nullable ServerBean server(ConfigurableListableBeanFactory beanFactory, String name,
			BeanDefinition definition) {
		Class<?> known = typeOf(beanFactory, name);
		BeanDefinition merged = beanFactory.getMergedBeanDefinition(name);
		ServerAnnotation annotation = ServerAnnotation.find(definition, merged, known);
		if (annotation == null) {
			ServerDeclarations.checkFactory(merged);
			TimersOutsideServersCheck.check(name, known);
			return null;
		}
		ResolvableType type = merged.getResolvableType();
		if (type.resolve() != known) {
			type = ResolvableType.forClass(known);
		}
		ServerDeclarations.check(name, definition, annotation, type.resolve());
		checkName(name, annotation);
		this.listening.put(name, ContainerAnnotations.check(name, type.toClass(), annotation.value().keyed()));
		return new ServerBean(name, type, this.contracts.contractsOf(type.toClass()), annotation.value());
	}

	private static @Nullable Class<?> typeOf(ConfigurableListableBeanFactory beanFactory, String name) {
		try {
			return beanFactory.getType(name, false);
		}
		catch (CannotLoadBeanClassException | BeanDefinitionStoreException ex) {
			// Perhaps a placeholder that is not resolved yet; not ours to report.
			return null;
		}
	}

	private void checkName(String name, ServerAnnotation annotation) {
		try {
			ServerNames.check(name);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidServerException(ex.getMessage() + ".",
					"Name the server: @GenServer(\"NAME\") on its class, or @Bean(\"NAME\") on its factory method.");
		}
		String annotated = annotation.value().name();
		if (annotation.onMethod() && !annotated.isEmpty() && !annotated.equals(name)) {
			throw new InvalidServerException(
					"The factory method of bean '" + name + "' is annotated @GenServer(\"" + annotated
							+ "\"), but a server is named as its bean is.",
					"Name the bean: @Bean(\"" + annotated + "\"), and leave the name out of @GenServer.");
		}
		String other = this.names.put(ServerNames.uniform(name), name);
		if (other != null) {
			throw new InvalidServerException(
					"Two servers claim one name: '" + other + "' and '" + name
							+ "' are the same to configuration properties, which ignore case, dashes and underscores.",
					"Rename one of the two beans.");
		}
	}

}
