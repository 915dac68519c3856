package io.genserver.rpc.server.security;

import java.security.Principal;

import org.junit.jupiter.api.Test;

import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;

import static org.assertj.core.api.Assertions.assertThat;

/** Who of those that Spring Security knows is authenticated. */
class SecurityPrincipalsTest {

	private final SecurityPrincipals principals = new SecurityPrincipals();

	@Test
	void whatStandsForNobodyIsNobody() {
		assertThat(this.principals.isAuthenticated(
				new AnonymousAuthenticationToken("key", "nobody", AuthorityUtils.createAuthorityList("ROLE_NONE"))))
			.isFalse();
		assertThat(this.principals.isAuthenticated(UsernamePasswordAuthenticationToken.unauthenticated("ada", "pw")))
			.isFalse();
		assertThat(this.principals.isAuthenticated(
				UsernamePasswordAuthenticationToken.authenticated("ada", "pw", AuthorityUtils.NO_AUTHORITIES)))
			.isTrue();
		Principal other = () -> "ada";
		assertThat(this.principals.isAuthenticated(other)).isTrue();
	}

}
