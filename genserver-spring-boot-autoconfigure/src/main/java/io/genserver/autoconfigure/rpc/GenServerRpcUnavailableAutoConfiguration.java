package io.genserver.autoconfigure.rpc;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * Says why there is no RPC endpoint though one was asked for. Needs nothing whose absence
 * may be the reason.
 */
@AutoConfiguration(after = GenServerRpcAutoConfiguration.class)
@ConditionalOnBooleanProperty("genserver.rpc.enabled")
@ConditionalOnMissingBean(type = "io.genserver.rpc.server.RpcWebHandler")
public final class GenServerRpcUnavailableAutoConfiguration {

	@Bean
	SmartInitializingSingleton genServerRpcUnavailable(ApplicationContext context) {
		return new MissingEndpointWarning(context);
	}

}
