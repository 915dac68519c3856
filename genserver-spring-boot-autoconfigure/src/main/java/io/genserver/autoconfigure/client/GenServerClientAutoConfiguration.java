package io.genserver.autoconfigure.client;

import io.genserver.autoconfigure.rpc.GenServerCodecAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerProperties;
import io.genserver.autoconfigure.server.LifecyclePhases;
import io.genserver.autoconfigure.server.ServerSettingsConfiguration;
import io.genserver.autoconfigure.server.ServerSettingsMapping;
import io.genserver.rpc.client.ClientsStage;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.runtime.ShutdownTime;
import io.genserver.spring.StageLifecycle;
import io.genserver.spring.remote.RemoteServerDefinitions;
import reactor.core.publisher.Flux;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for clients: a {@link GenServerClient} for each name under
 * {@code genserver.clients}, and the servers it reaches as beans.
 */
@AutoConfiguration(after = GenServerCodecAutoConfiguration.class,
		afterName = { "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
				"org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration" })
@ConditionalOnClass({ HttpClient.class, Flux.class, JsonMapper.class })
@EnableConfigurationProperties(GenServerClientProperties.class)
@Import(ServerSettingsConfiguration.class)
public final class GenServerClientAutoConfiguration {

	@Bean
	static RemoteServerDefinitions genServerRemoteServers(Environment environment) {
		return ConfiguredClients.in(environment).definitions();
	}

	@Bean
	ClientsStage genServerClientsStage() {
		return new ClientsStage();
	}

	@Bean
	StageLifecycle genServerClientsLifecycle(ClientsStage clients, ObjectProvider<ShutdownTime> time,
			ServerSettingsMapping serverSettings, GenServerProperties servers) {
		ShutdownTime shared = time.getIfAvailable(() -> new ShutdownTime(serverSettings.runtime()));
		return new StageLifecycle(clients, shared, LifecyclePhases.clients(servers));
	}

}
