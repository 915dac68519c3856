package io.genserver.autoconfigure.actuate;

import io.genserver.actuate.RpcConnectionsEndpoint;
import io.genserver.autoconfigure.rpc.GenServerRpcAutoConfiguration;
import io.genserver.rpc.server.RpcConnections;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for the Actuator endpoint {@code genserverconnections}.
 */
@AutoConfiguration(after = GenServerRpcAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnAvailableEndpoint(RpcConnectionsEndpoint.class)
@ConditionalOnBean(RpcConnections.class)
public final class GenServerRpcActuatorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	RpcConnectionsEndpoint genserverconnectionsEndpoint(RpcConnections connections) {
		return new RpcConnectionsEndpoint(connections);
	}

}
