package io.genserver.autoconfigure.background;

import io.genserver.autoconfigure.server.ConfiguredServerNames;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerProperties;
import io.genserver.autoconfigure.server.LifecyclePhases;
import io.genserver.autoconfigure.server.ServerSettingsMapping;
import io.genserver.background.BackgroundServices;
import io.genserver.background.ServiceEnvironment;
import io.genserver.runtime.ShutdownTime;
import io.genserver.spring.StageLifecycle;
import io.genserver.spring.background.BackgroundBeans;
import io.genserver.spring.background.BackgroundEventPublisher;
import io.genserver.spring.background.BackgroundStage;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for the background services of an application: beans of type
 * {@link io.genserver.background.BackgroundService}.
 */
@AutoConfiguration(after = GenServerAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "genserver.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "genserver.background.enabled", matchIfMissing = true)
@EnableConfigurationProperties({ GenServerProperties.class, GenServerBackgroundProperties.class })
public final class GenServerBackgroundAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ServiceEnvironment genServerBackgroundEnvironment(ApplicationContext context) {
		return ServiceEnvironment.system(context.getClassLoader());
	}

	@Bean
	BackgroundEventPublisher genServerBackgroundEventPublisher(ApplicationContext context) {
		return new BackgroundEventPublisher(context);
	}

	@Bean(destroyMethod = "close")
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	BackgroundServices genServerBackgroundServices(ServiceEnvironment environment, BackgroundEventPublisher events,
			GenServerProperties serverProperties, GenServerBackgroundProperties properties) {
		BackgroundSettingsMapping settings = new BackgroundSettingsMapping(properties, serverProperties);
		return new BackgroundServices(environment, events, settings.shutdownTimeout(),
				settings.defaults().stepLimits());
	}

	@Bean
	BackgroundBeans genServerBackgroundBeans(ConfigurableListableBeanFactory beanFactory,
			GenServerProperties serverProperties, GenServerBackgroundProperties properties) {
		BackgroundSettingsMapping settings = new BackgroundSettingsMapping(properties, serverProperties);
		settings.defaults();
		BackgroundBeans beans = new BackgroundBeans(beanFactory, settings::of);
		ConfiguredServerNames.check("background service", "genserver.background.services",
				properties.getServices().keySet(), beans.names(), serverProperties.getUnknownServers());
		beans.names().forEach(settings::of);
		return beans;
	}

	@Bean
	StageLifecycle genServerBackgroundLifecycle(BackgroundServices services, BackgroundBeans beans,
			BackgroundEventPublisher events, ObjectProvider<ShutdownTime> time, GenServerProperties servers,
			GenServerBackgroundProperties properties, Environment environment) {
		ShutdownTime shared = time
			.getIfAvailable(() -> new ShutdownTime(new ServerSettingsMapping(servers).runtime(environment)));
		return new StageLifecycle(new BackgroundStage(services, beans, events), shared,
				LifecyclePhases.background(servers, properties.getLifecycle().getPhase()));
	}

}
