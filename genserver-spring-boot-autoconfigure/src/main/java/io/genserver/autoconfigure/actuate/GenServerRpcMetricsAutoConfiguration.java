package io.genserver.autoconfigure.actuate;

import io.genserver.actuate.RpcMeters;
import io.genserver.autoconfigure.rpc.GenServerRpcAutoConfiguration;
import io.genserver.rpc.server.HandshakeTimeout;
import io.genserver.rpc.server.RpcConnections;
import io.genserver.rpc.server.RpcWebHandler;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for the meters of the RPC endpoint.
 */
@AutoConfiguration(after = { GenServerRpcAutoConfiguration.class, GenServerMetricsAutoConfiguration.class })
@ConditionalOnClass({ MeterRegistry.class, RpcConnections.class })
@ConditionalOnBean(RpcConnections.class)
@ConditionalOnBooleanProperty(name = "genserver.metrics.enabled", matchIfMissing = true)
public final class GenServerRpcMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	RpcMeters genServerRpcMeters(RpcConnections connections, RpcWebHandler endpoint, HandshakeTimeout handshakes) {
		return new RpcMeters(connections, endpoint, handshakes);
	}

}
