package io.genserver.autoconfigure.rpc;

import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.rpc.server.ErrorTexts.AuthenticatedPrincipals;
import io.genserver.rpc.server.security.PeerSecurityContext;
import io.genserver.rpc.server.security.SecurityPrincipals;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.annotation.Bean;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Auto-configuration for Spring Security behind the RPC endpoint: messages of peers are
 * handled as the user who connected, or without authentication where the connection has
 * no credentials.
 */
@AutoConfiguration(before = GenServerAutoConfiguration.class)
@ConditionalOnWebApplication(type = Type.REACTIVE)
@ConditionalOnClass(SecurityContextHolder.class)
@ConditionalOnBooleanProperty("genserver.rpc.enabled")
public final class GenServerRpcSecurityAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	PeerSecurityContext genServerPeerSecurityContext() {
		return new PeerSecurityContext();
	}

	@Bean
	@ConditionalOnMissingBean
	AuthenticatedPrincipals genServerAuthenticatedPrincipals() {
		return new SecurityPrincipals();
	}

}
