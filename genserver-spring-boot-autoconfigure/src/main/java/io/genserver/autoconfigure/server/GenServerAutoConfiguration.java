package io.genserver.autoconfigure.server;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.genserver.DeadLetterListener;
import io.genserver.GenServerInterceptor;
import io.genserver.GenServerRegistry;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.LocalRegistry;
import io.genserver.runtime.ReflectiveContracts;
import io.genserver.runtime.Scheduler;
import io.genserver.runtime.Server;
import io.genserver.runtime.ShutdownTime;
import io.genserver.spring.CallContext;
import io.genserver.spring.GenServerRuntimeFactory;
import io.genserver.spring.GeneratedProxyClasses;
import io.genserver.spring.HandlerContext;
import io.genserver.spring.ReactiveReplyAdapters;
import io.genserver.spring.ServerBean;
import io.genserver.spring.ServerBeanDefinitions;
import io.genserver.spring.ServerEventListeners;
import io.genserver.spring.ServerEventPublisher;
import io.genserver.spring.ServerExecutors;
import io.genserver.spring.ServerFaces;
import io.genserver.spring.ServersElsewhere;
import io.genserver.spring.ServersStage;
import io.genserver.spring.StageLifecycle;
import io.genserver.spring.SuppliedInstances;
import io.genserver.spring.TimersLifecycle;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/**
 * Auto-configuration for the servers of an application: beans annotated
 * {@link io.genserver.GenServer}.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "genserver.enabled", matchIfMissing = true)
@EnableConfigurationProperties(GenServerProperties.class)
public final class GenServerAutoConfiguration {

	@Bean
	static ServerBeanDefinitions genServerBeanDefinitions() {
		return new ServerBeanDefinitions();
	}

	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	ReflectiveContracts genServerContracts(ApplicationContext context) {
		return new ReflectiveContracts(
				ReactiveReplyAdapters.create(context.getClassLoader(),
						() -> context.getBeanProvider(CallContext.class).getIfAvailable(() -> CallContext.OF_THREAD),
						() -> context.getBeanProvider(HandlerContext.class).orderedStream().toList()),
				context.getEnvironment()::resolveRequiredPlaceholders, GeneratedProxyClasses.whereSupported());
	}

	@Bean
	ServerEventPublisher genServerEventPublisher(ApplicationContext context) {
		return new ServerEventPublisher(context);
	}

	@Bean
	ServerExecutors genServerExecutors(ApplicationContext context) {
		return new ServerExecutors(context);
	}

	@Bean(destroyMethod = "shutdown")
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	GenServerRuntime genServerRuntime(GenServerProperties properties, ServerBeanDefinitions definitions,
			ReflectiveContracts contracts, ServerEventPublisher events, ServerExecutors executors,
			ObjectProvider<GenServerInterceptor> interceptors, ObjectProvider<DeadLetterListener> deadLetterListeners,
			ObjectProvider<ServersElsewhere> serversElsewhere, ObjectProvider<Scheduler> scheduler,
			ApplicationContext context) {
		Stream<String> here = definitions.servers().stream().map(ServerBean::name);
		Stream<String> elsewhere = serversElsewhere.stream().flatMap((each) -> each.names().stream());
		Stream<String> all = Stream.concat(here, Stream.concat(elsewhere, above(context.getParent())));
		ConfiguredServerNames.check(properties, all.toList());
		ServerSettingsMapping settings = new ServerSettingsMapping(properties, context.getClassLoader());
		settings.defaults();
		return new GenServerRuntimeFactory(definitions, contracts, events, executors).create(
				settings.runtime(context.getEnvironment()), settings::of, interceptors(interceptors, context),
				deadLetterListeners, scheduler.getIfAvailable(), context.getClassLoader());
	}

	/** Names of servers of parent contexts, whose properties this context inherits. */
	private static Stream<String> above(@Nullable ApplicationContext parent) {
		return (parent == null) ? Stream.empty()
				: Stream.concat(parent.getBeanProvider(GenServerRuntime.class)
					.stream()
					.flatMap((each) -> each.servers().stream())
					.map(Server::name), above(parent.getParent()));
	}

	/** Made late, since they may use servers; that there are any is known before. */
	private static @Nullable Supplier<List<GenServerInterceptor>> interceptors(
			ObjectProvider<GenServerInterceptor> provider, ApplicationContext context) {
		boolean none = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(context, GenServerInterceptor.class, true,
				false).length == 0;
		return none ? null : () -> provider.orderedStream().toList();
	}

	@Bean
	@ConditionalOnMissingBean(value = GenServerRegistry.class, search = SearchStrategy.CURRENT)
	LocalRegistry genServerRegistry(GenServerRuntime runtime, ReflectiveContracts contracts,
			GenServerProperties properties, ServerExecutors executors, ApplicationContext context) {
		ServerSettingsMapping settings = new ServerSettingsMapping(properties, context.getClassLoader());
		return new LocalRegistry(runtime, contracts, settings::of, executors::of,
				new SuppliedInstances(contracts, context.getClassLoader()));
	}

	@Bean
	ServerFaces genServerFaces(GenServerRuntime runtime, ReflectiveContracts contracts, GenServerRegistry registry) {
		return new ServerFaces(runtime, contracts, registry);
	}

	@Bean
	@Lazy(false)
	ServerEventListeners genServerEventListeners(ServerBeanDefinitions definitions, GenServerRuntime runtime,
			ConfigurableApplicationContext context) {
		return new ServerEventListeners(definitions, runtime, context);
	}

	@Bean
	ShutdownTime genServerShutdownTime(GenServerRuntime runtime, ApplicationContext context) {
		boolean own = context.getBeanNamesForType(GenServerRuntime.class, true, false).length > 0;
		return own ? runtime.shutdownTime() : new ShutdownTime(runtime);
	}

	@Bean
	StageLifecycle genServerLifecycle(GenServerRuntime runtime, ServerEventPublisher events, ShutdownTime time,
			GenServerProperties properties) {
		return new StageLifecycle(new ServersStage(runtime, events), time, LifecyclePhases.servers(properties));
	}

	@Bean
	TimersLifecycle genServerTimersLifecycle(GenServerRuntime runtime, GenServerProperties properties) {
		return new TimersLifecycle(runtime, LifecyclePhases.belowServers(properties));
	}

}
