package io.genserver.autoconfigure.client;

import java.util.function.UnaryOperator;

import io.genserver.remote.RpcInterceptor;
import io.genserver.rpc.client.ClientsStage;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.rpc.client.GenServerClientBuilder;
import io.genserver.rpc.client.GenServerClientCustomizer;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.spring.remote.RemoteServerDefinitions;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;

/**
 * The clients that properties configure. Reads the properties itself: bean definitions
 * are made of them, before there are beans such as {@link GenServerClientProperties}.
 */
final class ConfiguredClients {

	private final GenServerClientProperties properties;

	private final ClientSettingsMapping settings;

	private ConfiguredClients(GenServerClientProperties properties) {
		this.properties = properties;
		this.settings = new ClientSettingsMapping(properties);
	}

	static ConfiguredClients in(Environment environment) {
		return new ConfiguredClients(
				Binder.get(environment).bindOrCreate("genserver", GenServerClientProperties.class));
	}

	/** Definitions of beans for the clients and for the servers they reach. */
	RemoteServerDefinitions definitions() {
		return new RemoteServerDefinitions(this.properties.getClients().keySet(), this.settings.servers(),
				(beans, name) -> beans.getBean(ClientsStage.class).add(connect(beans, name)));
	}

	private GenServerClient connect(BeanFactory beans, String name) {
		UnaryOperator<GenServerClientBuilder> customizers = (builder) -> {
			builder.interceptors(() -> beans.getBeanProvider(RpcInterceptor.class).orderedStream().toList());
			beans.getBeanProvider(GenServerClientCustomizer.class)
				.orderedStream()
				.forEach((each) -> each.customize(name, builder));
			return builder;
		};
		return this.settings.connect(name, beans.getBeanProvider(JsonMapper.class).getIfAvailable(),
				beans.getBeanProvider(SslBundles.class).getIfAvailable(),
				beans.getBeanProvider(RpcCodec.class).orderedStream().toList(), customizers);
	}

}
