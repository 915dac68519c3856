package io.genserver.rpc.server;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import io.genserver.GenServer;
import io.genserver.GenServerUnavailableException;
import io.genserver.remote.RpcAuthorization;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.RealThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.web.server.SecurityWebFilterChain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** The code of docs/security.md does what that page says. */
@ExtendWith(BufferLeaks.class)
@RealThreads
class SecurityDocumentTest {

	private static final Path ROOT = Path.of("").toAbsolutePath().endsWith("genserver-spring-boot-autoconfigure")
			? Path.of("..") : Path.of("");

	private static RpcApplication application;

	@BeforeAll
	static void start() {
		application = RpcApplication.start("--spring.autoconfigure.exclude=", Security.class);
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	private static GenServerClient client(String user) {
		String credentials = Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
		return GenServerClient.builder()
			.header("Authorization", "Basic " + credentials)
			.connect(URI.create("ws://localhost:" + application.port() + "/ws"));
	}

	@Test
	void itsCodeIsThatOfThisTestAndOfTheOneOfActuator() throws IOException {
		String page = Files.readString(ROOT.resolve("docs/security.md"));
		String here = squeezed(source(SecurityDocumentTest.class) + source(ManagementPortTest.class));
		assertThat(Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(page).results().map(MatchResult::group))
			.hasSize(4)
			.allSatisfy((code) -> assertThat(here).contains(squeezed(code.replaceAll("```(java)?", ""))));
	}

	private static String source(Class<?> test) throws IOException {
		return Files.readString(ROOT.resolve("genserver-spring-boot-autoconfigure/src/test/java")
			.resolve(test.getName().replace('.', '/') + ".java"));
	}

	/** The code without its looks, and nested classes as if they were not. */
	private static String squeezed(String code) {
		return code.replace("static class", "class").replaceAll("\\s+", "");
	}

	@Test
	void whoMayNotConnectDoesNot() {
		for (String user : new String[] { "guest", "nobody" }) {
			assertThatExceptionOfType(GenServerUnavailableException.class).isThrownBy(() -> client(user).close())
				.withMessageContaining(user.equals("guest") ? "403" : "401");
		}
	}

	@Test
	void onlyAdministratorsWrite() {
		try (GenServerClient alice = client("alice"); GenServerClient root = client("root")) {
			root.call("kv.set", void.class, "a", "1");
			assertThat(alice.<String>call("kv.get", String.class, "a")).isEqualTo("1");
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> alice.call("kv.set", void.class, "a", "2"))
				.satisfies((denied) -> assertThat(denied.status()).isEqualTo(Status.PERMISSION_DENIED));
		}
	}

	@Test
	void methodSecurityHolds() {
		try (GenServerClient alice = client("alice"); GenServerClient root = client("root")) {
			assertThat(root.<String>call("who.admin", String.class)).isEqualTo("root");
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> alice.call("who.admin", String.class))
				.satisfies((denied) -> assertThat(denied.status()).isEqualTo(Status.PERMISSION_DENIED));
		}
	}

	private static boolean hasRole(@Nullable Principal principal, String role) {
		return principal instanceof Authentication user
				&& user.getAuthorities().stream().anyMatch((each) -> role.equals(each.getAuthority()));
	}

	interface Who {

		String admin();

	}

	@GenServer("who")
	static class WhoServer implements Who {

		@Override
		@PreAuthorize("hasRole('ADMIN')")
		public String admin() {
			return SecurityContextHolder.getContext().getAuthentication().getName();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity
	static class Security {

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http
				.authorizeExchange(
						(requests) -> requests.pathMatchers("/ws").hasRole("USER").anyExchange().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

		@Bean
		RpcAuthorization onlyAdminsWrite() {
			return (caller, target) -> CompletableFuture
				.completedFuture(!target.operation().equals("set") || hasRole(caller.principal(), "ROLE_ADMIN"));
		}

		@Bean
		@GenServer("who")
		WhoServer who() {
			return new WhoServer();
		}

		@Bean
		MapReactiveUserDetailsService users() {
			return new MapReactiveUserDetailsService(user("alice", "USER"), user("root", "USER", "ADMIN"),
					user("guest", "GUEST"));
		}

		private static UserDetails user(String name, String... roles) {
			return User.withUsername(name).password("{noop}secret").roles(roles).build();
		}

	}

}
