package io.genserver.autoconfigure.rpc;

import java.util.Comparator;
import java.util.List;

import io.genserver.GenServerRegistry;
import io.genserver.MissingLibraryException;
import io.genserver.RpcAuthorization;
import io.genserver.RpcInterceptor;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerProperties;
import io.genserver.autoconfigure.server.LifecyclePhases;
import io.genserver.autoconfigure.server.ServerSettingsMapping;
import io.genserver.rpc.ExposedOperations;
import io.genserver.rpc.PeerContext;
import io.genserver.rpc.RemoteContracts;
import io.genserver.rpc.RpcInterceptors;
import io.genserver.rpc.codec.JsonCodec;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.rpc.server.BearerTokenFilter;
import io.genserver.rpc.server.BuiltInMethods;
import io.genserver.rpc.server.EndpointStage;
import io.genserver.rpc.server.ErrorTexts.AuthenticatedPrincipals;
import io.genserver.rpc.server.EveryAuthorization;
import io.genserver.rpc.server.ExposurePatterns;
import io.genserver.rpc.server.HandshakeTimeout;
import io.genserver.rpc.server.RpcConnections;
import io.genserver.rpc.server.RpcHandlerMapping;
import io.genserver.rpc.server.RpcServerSettings;
import io.genserver.rpc.server.RpcWebHandler;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.SafeLogger;
import io.genserver.runtime.ShutdownTime;
import io.genserver.spring.ReactiveReplyAdapters;
import io.genserver.spring.ServersElsewhere;
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
public final class GenServerRpcAutoConfiguration {

	private static final SafeLogger logger = SafeLogger.of(GenServerRpcAutoConfiguration.class);

	@Bean
	RpcServerSettings genServerRpcSettings(GenServerRpcProperties properties) {
		return new RpcSettingsMapping(properties).server();
	}

	@Bean
	RpcConnections genServerRpcConnections(RpcServerSettings settings, ApplicationEventPublisher events,
			GenServerRuntime runtime, ObjectProvider<RpcCodec> codecs, GenServerProperties servers,
			ObjectProvider<RpcInterceptor> interceptors) {
		RemoteContracts contracts = codecs.orderedStream()
			.sorted(Comparator.comparing((codec) -> !(codec instanceof JsonCodec)))
			.findFirst()
			.map((codec) -> new RemoteContracts(codec, servers.getCallTimeout(),
					new RpcInterceptors(() -> interceptors.orderedStream().toList()),
					ReactiveReplyAdapters.create(RemoteContracts.class.getClassLoader(), null)))
			.orElse(null);
		return new RpcConnections(settings.maxConnections(), settings.maxPerPrincipal(), settings.maxPerAddress(),
				settings.totalBuffer(), events::publishEvent, runtime::execute, contracts);
	}

	@Bean
	ExposurePatterns genServerRpcExposure(GenServerRpcProperties properties, GenServerProperties servers) {
		return new ExposurePatterns(properties.getExposed(), new ServerSettingsMapping(servers)::exposed);
	}

	@Bean
	RpcWebHandler genServerRpcWebHandler(RpcServerSettings settings, GenServerRpcProperties properties,
			GenServerProperties servers, GenServerRuntime runtime, ExposurePatterns patterns,
			ObjectProvider<RpcCodec> codecs, RpcConnections connections, ObjectProvider<ServersElsewhere> elsewhere,
			ObjectProvider<RpcAuthorization> authorizations, GenServerRegistry registry,
			ObjectProvider<AuthenticatedPrincipals> principals, ApplicationContext context) {
		RpcSettingsMapping mapping = new RpcSettingsMapping(properties);
		ExposureCheck.check(patterns, runtime.servers(),
				elsewhere.stream().flatMap((each) -> each.names().stream()).toList(), servers.getUnknownServers());
		List<RpcCodec> known = codecs.orderedStream().toList();
		if (known.isEmpty()) {
			throw new MissingLibraryException(
					"The RPC endpoint (genserver.rpc.enabled) has no RpcCodec bean to decode"
							+ " arguments with; the one for JSON",
					List.of("org.springframework.boot:spring-boot-starter-jackson"));
		}
		ExposedOperations exposed = ExposedOperations.following(runtime, patterns, known);
		logger.info("RPC endpoint at path '{}' exposes {} operations", settings.path(), exposed.wireNames().size());
		RpcAuthorization authorization = EveryAuthorization.of(authorizations.orderedStream().toList(),
				runtime::execute);
		BuiltInMethods.offer(exposed, registry, runtime.settings().stuckHandlerLimit(),
				mapping.describe(authorization != null), System::nanoTime);
		PeerContext peers = new PeerContext(
				mapping.limits(), mapping.extLimits(), properties.getBase().getStreamFailure(), exposed,
				runtime::execute, System::nanoTime, authorization, mapping
					.errorTexts(principals.getIfAvailable(() -> AuthenticatedPrincipals.ALL), context.getClassLoader()),
				runtime.failures());
		return new RpcWebHandler(settings, peers, connections);
	}

	@Bean
	HandshakeTimeout genServerHandshakeTimeout(GenServerRpcProperties properties) {
		return new HandshakeTimeout(new RpcSettingsMapping(properties).handshakeTimeout());
	}

	/** Unlike a customizer of Netty it is not applied to Actuator's own port. */
	@Bean
	WebServerFactoryCustomizer<NettyReactiveWebServerFactory> genServerHandshakeTimeoutCustomizer(
			HandshakeTimeout timeout) {
		return (factory) -> factory.addServerCustomizers(timeout::applyTo);
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
