package io.genserver.rpc.server.security;

import java.security.Principal;

import io.genserver.rpc.server.ErrorTexts.AuthenticatedPrincipals;

import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.Authentication;

/**
 * Tells users from what Spring Security has in place of one for requests without
 * credentials.
 */
public final class SecurityPrincipals implements AuthenticatedPrincipals {

	private final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();

	@Override
	public boolean isAuthenticated(Principal principal) {
		return !(principal instanceof Authentication authentication) || this.trust.isAuthenticated(authentication);
	}

}
