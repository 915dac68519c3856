package io.genserver.autoconfigure.client;

import java.util.function.UnaryOperator;

import io.genserver.RpcInterceptor;
import io.genserver.autoconfigure.rpc.GenServerCodecAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerProperties;
import io.genserver.autoconfigure.server.LifecyclePhases;
import io.genserver.autoconfigure.server.ServerSettingsMapping;
import io.genserver.rpc.client.ClientsStage;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.rpc.client.GenServerClientBuilder;
import io.genserver.rpc.client.GenServerClientCustomizer;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.runtime.ShutdownTime;
import io.genserver.spring.StageLifecycle;
import io.genserver.spring.remote.RemoteServerDefinitions;
import reactor.core.publisher.Flux;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for clients: a {@link GenServerClient} for each name under
 * {@code genserver.clients}, and the servers it reaches as beans.
 */
@AutoConfiguration(after = GenServerCodecAutoConfiguration.class,
		afterName = { "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
				"org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration" })
@ConditionalOnClass({ HttpClient.class, Flux.class, JsonMapper.class })
@EnableConfigurationProperties({ GenServerClientProperties.class, GenServerProperties.class })
public final class GenServerClientAutoConfiguration {

	@Bean
	static RemoteServerDefinitions genServerRemoteServers(Environment environment) {
		// Definitions are made before there are beans, properties among them.
		GenServerClientProperties properties = Binder.get(environment)
			.bindOrCreate("genserver", GenServerClientProperties.class);
		ClientSettingsMapping settings = new ClientSettingsMapping(properties);
		return new RemoteServerDefinitions(properties.getClients().keySet(), settings.servers(),
				(beans, name) -> beans.getBean(ClientsStage.class).add(connect(settings, beans, name)));
	}

	@Bean
	ClientsStage genServerClientsStage() {
		return new ClientsStage();
	}

	@Bean
	StageLifecycle genServerClientsLifecycle(ClientsStage clients, ObjectProvider<ShutdownTime> time,
			GenServerProperties servers, Environment environment) {
		ShutdownTime shared = time
			.getIfAvailable(() -> new ShutdownTime(new ServerSettingsMapping(servers).runtime(environment)));
		return new StageLifecycle(clients, shared, LifecyclePhases.clients(servers));
	}

	private static GenServerClient connect(ClientSettingsMapping settings, BeanFactory beans, String name) {
		UnaryOperator<GenServerClientBuilder> customizers = (builder) -> {
			builder.interceptors(() -> beans.getBeanProvider(RpcInterceptor.class).orderedStream().toList());
			beans.getBeanProvider(GenServerClientCustomizer.class)
				.orderedStream()
				.forEach((each) -> each.customize(name, builder));
			return builder;
		};
		return settings.connect(name, beans.getBeanProvider(JsonMapper.class).getIfAvailable(),
				beans.getBeanProvider(SslBundles.class).getIfAvailable(),
				beans.getBeanProvider(RpcCodec.class).orderedStream().toList(), customizers);
	}

}
