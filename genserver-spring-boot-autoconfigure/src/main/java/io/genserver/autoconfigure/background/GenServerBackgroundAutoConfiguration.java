package io.genserver.autoconfigure.background;

import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerProperties;
import io.genserver.autoconfigure.server.LifecyclePhases;
import io.genserver.autoconfigure.server.ServerSettingsConfiguration;
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
import org.springframework.context.annotation.Import;

/**
 * Auto-configuration for the background services of an application: beans of type
 * {@link io.genserver.background.BackgroundService}.
 */
@AutoConfiguration(after = GenServerAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "genserver.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "genserver.background.enabled", matchIfMissing = true)
@EnableConfigurationProperties(GenServerBackgroundProperties.class)
@Import(ServerSettingsConfiguration.class)
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

	@Bean
	BackgroundSettingsMapping genServerBackgroundSettings(GenServerBackgroundProperties properties,
			GenServerProperties serverProperties) {
		return new BackgroundSettingsMapping(properties, serverProperties);
	}

	@Bean(destroyMethod = "close")
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	BackgroundServices genServerBackgroundServices(ServiceEnvironment environment, BackgroundEventPublisher events,
			BackgroundSettingsMapping settings) {
		return new BackgroundServices(environment, events, settings.shutdownTimeout(),
				settings.defaults().stepLimits());
	}

	@Bean
	BackgroundBeans genServerBackgroundBeans(ConfigurableListableBeanFactory beanFactory,
			BackgroundSettingsMapping settings) {
		settings.defaults();
		BackgroundBeans beans = new BackgroundBeans(beanFactory, settings::of);
		settings.check(beans.names());
		return beans;
	}

	@Bean
	StageLifecycle genServerBackgroundLifecycle(BackgroundServices services, BackgroundBeans beans,
			BackgroundEventPublisher events, ObjectProvider<ShutdownTime> time, ServerSettingsMapping serverSettings,
			GenServerProperties servers, GenServerBackgroundProperties properties) {
		ShutdownTime shared = time.getIfAvailable(() -> new ShutdownTime(serverSettings.runtime()));
		return new StageLifecycle(new BackgroundStage(services, beans, events), shared,
				LifecyclePhases.background(servers, properties.getLifecycle().getPhase()));
	}

}
