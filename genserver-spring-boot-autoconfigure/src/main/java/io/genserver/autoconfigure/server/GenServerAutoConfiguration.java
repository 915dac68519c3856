package io.genserver.autoconfigure.server;

import java.time.InstantSource;

import io.genserver.DeadLetterListener;
import io.genserver.GenServerInterceptor;
import io.genserver.GenServerRegistry;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.LocalRegistry;
import io.genserver.runtime.ShutdownTime;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.spring.CallContext;
import io.genserver.spring.GenServerRuntimeFactory;
import io.genserver.spring.GeneratedProxyClasses;
import io.genserver.spring.HandlerContext;
import io.genserver.spring.LateInterceptors;
import io.genserver.spring.ReactiveReplyAdapters;
import io.genserver.spring.RemoteServerNames;
import io.genserver.spring.ServerBeanDefinitions;
import io.genserver.spring.ServerEventListeners;
import io.genserver.spring.ServerEventPublisher;
import io.genserver.spring.ServerExecutors;
import io.genserver.spring.ServerFaces;
import io.genserver.spring.ServersStage;
import io.genserver.spring.StageLifecycle;
import io.genserver.spring.SuppliedInstances;
import io.genserver.spring.TimeOfDay;
import io.genserver.spring.TimersLifecycle;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;

/**
 * Auto-configuration for the servers of an application: beans annotated
 * {@link io.genserver.GenServer}.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "genserver.enabled", matchIfMissing = true)
@Import(ServerSettingsConfiguration.class)
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
				ServerSettingsMapping.text(context.getEnvironment()), GeneratedProxyClasses.whereSupported());
	}

	@Bean
	ServerEventPublisher genServerEventPublisher(ApplicationContext context) {
		return new ServerEventPublisher(context);
	}

	@Bean
	ServerExecutors genServerExecutors(ApplicationContext context, GenServerProperties properties) {
		return new ServerExecutors(context, LifecyclePhases.servers(properties),
				ServerSettingsMapping.text(context.getEnvironment()));
	}

	/** The time of day that servers see, which in a test may be virtual. */
	@Bean
	@Fallback
	@ConditionalOnMissingBean
	InstantSource genServerInstantSource(ObjectProvider<Scheduler> scheduler) {
		return new TimeOfDay(scheduler.getIfAvailable());
	}

	@Bean(destroyMethod = "shutdown")
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	GenServerRuntime genServerRuntime(GenServerProperties properties, ServerSettingsMapping settings,
			ServerBeanDefinitions definitions, ReflectiveContracts contracts, ServerEventPublisher events,
			ServerExecutors executors, ObjectProvider<GenServerInterceptor> interceptors,
			ObjectProvider<DeadLetterListener> deadLetterListeners, ObjectProvider<RemoteServerNames> serversElsewhere,
			ObjectProvider<Scheduler> scheduler, ApplicationContext context) {
		ConfiguredServerNames.check(properties, definitions, serversElsewhere, context);
		settings.defaults();
		return new GenServerRuntimeFactory(definitions, contracts, events, executors).create(settings.runtime(),
				settings::of, LateInterceptors.of(interceptors, context), deadLetterListeners,
				scheduler.getIfAvailable(), context.getClassLoader());
	}

	@Bean
	@ConditionalOnMissingBean(value = GenServerRegistry.class, search = SearchStrategy.CURRENT)
	LocalRegistry genServerRegistry(GenServerRuntime runtime, ReflectiveContracts contracts,
			ServerSettingsMapping settings, ServerExecutors executors, ApplicationContext context) {
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
		return own ? runtime.shutdownTime() : runtime.newShutdownTime();
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
