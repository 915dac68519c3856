package io.genserver.autoconfigure.rpc;

import io.genserver.GenServerRegistry;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerProperties;
import io.genserver.autoconfigure.server.LifecyclePhases;
import io.genserver.autoconfigure.server.ServerSettingsConfiguration;
import io.genserver.autoconfigure.server.ServerSettingsMapping;
import io.genserver.remote.RpcAuthorization;
import io.genserver.remote.RpcInterceptor;
import io.genserver.rpc.ConnectionContext;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.rpc.inbound.ExposedOperations;
import io.genserver.rpc.inbound.Exposure;
import io.genserver.rpc.peer.PeerContext;
import io.genserver.rpc.server.BearerTokenFilter;
import io.genserver.rpc.server.BrokenRequests;
import io.genserver.rpc.server.EndpointStage;
import io.genserver.rpc.server.ErrorTexts;
import io.genserver.rpc.server.ErrorTexts.AuthenticatedPrincipals;
import io.genserver.rpc.server.EveryAuthorization;
import io.genserver.rpc.server.ExposurePatterns;
import io.genserver.rpc.server.HandshakeTimeout;
import io.genserver.rpc.server.RpcConnections;
import io.genserver.rpc.server.RpcHandlerMapping;
import io.genserver.rpc.server.RpcServerSettings;
import io.genserver.rpc.server.RpcWebHandler;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.ShutdownTime;
import io.genserver.spring.RemoteServerNames;
import io.genserver.spring.StageLifecycle;
import reactor.netty.http.server.HttpServer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.reactive.DispatcherHandler;

/**
 * Auto-configuration for the RPC endpoint: a WebSocket in a WebFlux application on
 * Reactor Netty. Nothing listens until {@code genserver.rpc.enabled} is set.
 */
@AutoConfiguration(after = { GenServerAutoConfiguration.class, GenServerCodecAutoConfiguration.class },
		afterName = "org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration")
@ConditionalOnWebApplication(type = Type.REACTIVE)
@ConditionalOnClass({ DispatcherHandler.class, HttpServer.class, NettyReactiveWebServerFactory.class })
@ConditionalOnBooleanProperty("genserver.rpc.enabled")
@ConditionalOnBean({ GenServerRuntime.class, NettyReactiveWebServerFactory.class })
@EnableConfigurationProperties(GenServerRpcProperties.class)
@Import(ServerSettingsConfiguration.class)
public final class GenServerRpcAutoConfiguration {

	@Bean
	RpcSettingsMapping genServerRpcSettingsMapping(GenServerRpcProperties properties) {
		return new RpcSettingsMapping(properties);
	}

	@Bean
	RpcServerSettings genServerRpcSettings(RpcSettingsMapping mapping) {
		return mapping.server();
	}

	@Bean
	RpcConnections genServerRpcConnections(RpcServerSettings settings, ApplicationEventPublisher events,
			GenServerRuntime runtime, ObjectProvider<RpcCodec> codecs, GenServerProperties servers,
			ObjectProvider<RpcInterceptor> interceptors) {
		return new RpcConnections(settings.maxConnections(), settings.maxPerPrincipal(), settings.maxPerAddress(),
				settings.totalBuffer(), events::publishEvent, runtime::execute,
				ContractsOfPeers.of(codecs, servers.getCallTimeout(), interceptors));
	}

	@Bean
	ExposurePatterns genServerRpcExposure(GenServerRpcProperties properties, ServerSettingsMapping serverSettings) {
		return new ExposurePatterns(properties.getExposed(), serverSettings::exposed);
	}

	@Bean
	EndpointOperations genServerRpcOperations(GenServerRuntime runtime, ExposurePatterns patterns,
			ObjectProvider<RpcCodec> codecs, ObjectProvider<RemoteServerNames> elsewhere, GenServerProperties servers) {
		return new EndpointOperations(runtime, patterns, codecs, elsewhere, servers.getUnknownServers());
	}

	@Bean
	RpcWebHandler genServerRpcWebHandler(RpcServerSettings settings, RpcSettingsMapping mapping,
			EndpointOperations operations, GenServerRuntime runtime, RpcConnections connections,
			ObjectProvider<RpcAuthorization> authorizations, GenServerRegistry registry,
			ObjectProvider<AuthenticatedPrincipals> principals, ApplicationContext context) {
		RpcAuthorization authorization = EveryAuthorization.of(authorizations.orderedStream().toList(),
				runtime::execute);
		ExposedOperations exposed = operations.offer(settings.path(), registry,
				mapping.describe(authorization != null));
		ErrorTexts texts = mapping.errorTexts(principals.getIfAvailable(() -> AuthenticatedPrincipals.ALL),
				context.getClassLoader());
		PeerContext peers = new PeerContext(
				new ConnectionContext(mapping.limits(), runtime::execute, System::nanoTime, runtime.failures()),
				mapping.extLimits(), new Exposure(exposed, authorization, texts, mapping.streamFailure()));
		return new RpcWebHandler(settings, peers, connections);
	}

	@Bean
	HandshakeTimeout genServerHandshakeTimeout(RpcSettingsMapping mapping) {
		return new HandshakeTimeout(mapping.handshakeTimeout());
	}

	/** Unlike a customizer of Netty it is not applied to Actuator's own port. */
	@Bean
	WebServerFactoryCustomizer<NettyReactiveWebServerFactory> genServerHandshakesCustomizer(HandshakeTimeout timeout,
			ObjectProvider<GenServerRuntime> runtime) {
		BrokenRequests broken = new BrokenRequests(() -> runtime.getObject().failures());
		return (factory) -> factory.addServerCustomizers(timeout::applyTo, broken::applyTo);
	}

	@Bean
	RpcHandlerMapping genServerRpcHandlerMapping(RpcServerSettings settings, RpcWebHandler handler) {
		return new RpcHandlerMapping(settings, handler);
	}

	@Bean
	BearerTokenFilter genServerBearerTokenFilter(RpcServerSettings settings) {
		return new BearerTokenFilter(settings);
	}

	@Bean
	StageLifecycle genServerRpcLifecycle(RpcConnections connections, ShutdownTime time, GenServerProperties servers,
			GenServerRpcProperties properties, GenServerRuntime runtime) {
		return new StageLifecycle(new EndpointStage(connections, runtime.failures()), time,
				LifecyclePhases.endpoint(servers, properties.getLifecycle().getPhase()));
	}

}
