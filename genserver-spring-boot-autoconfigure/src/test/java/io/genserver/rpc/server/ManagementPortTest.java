package io.genserver.rpc.server;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

import io.genserver.testsupport.RawWebSocket;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import org.springframework.boot.security.autoconfigure.actuate.web.reactive.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.MediaType;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity.CsrfSpec;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Actuator on a port of its own: what of the endpoint is there, which is nothing, and who
 * may use Actuator's actions where there is Spring Security.
 */
@RealThreads
class ManagementPortTest {

	private static final String[] FILES = { BrowserClient.SCRIPT_PATH, BrowserClient.SOURCE_MAP_PATH,
			BrowserClient.TYPES_PATH, ApiDeclarations.PATH };

	private static final String SECURED = "--spring.autoconfigure.exclude=";

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	private static int managementPort(RpcApplication application) {
		return Integer.parseInt(application.context().getEnvironment().getRequiredProperty("local.management.port"));
	}

	private static int status(int port) {
		try (RawWebSocket webSocket = RawWebSocket.handshake(port, "/ws")) {
			return webSocket.status();
		}
	}

	private static HttpResponse<String> get(int port, String path) throws Exception {
		return HTTP.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
				BodyHandlers.ofString());
	}

	private static int act(int port, boolean signedIn) throws Exception {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("http://localhost:" + port + "/actuator/genservers/kv"))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString("{\"action\": \"suspend\"}"));
		if (signedIn) {
			request.header("Authorization",
					"Basic " + Base64.getEncoder().encodeToString("ada:pw".getBytes(StandardCharsets.UTF_8)));
		}
		return HTTP.send(request.build(), BodyHandlers.discarding()).statusCode();
	}

	@Test
	void nothingOfTheEndpointIsOnActuatorsPort() throws Exception {
		try (RpcApplication application = RpcApplication.start("management.server.port=0",
				"genserver.rpc.typescript.enabled=true")) {
			int management = managementPort(application);
			assertThat(management).isNotEqualTo(application.port());
			assertThat(status(application.port())).isEqualTo(101);
			assertThat(status(management)).isEqualTo(404);
			for (String file : FILES) {
				assertThat(get(application.port(), file).statusCode()).as(file).isEqualTo(200);
				assertThat(get(management, file).statusCode()).as(file).isEqualTo(404);
			}
			assertThat(get(management, "/actuator/health").statusCode()).isEqualTo(200);
		}
	}

	@Test
	void aRouterFunctionForEveryPathHidesNothing() throws Exception {
		try (RpcApplication application = RpcApplication.start("genserver.rpc.typescript.enabled=true",
				Everything.class)) {
			assertThat(get(application.port(), "/else").body()).isEqualTo("everything");
			for (String file : FILES) {
				assertThat(get(application.port(), file).body()).as(file).isNotEqualTo("everything");
			}
			assertThat(status(application.port())).isEqualTo(101);
		}
	}

	@Test
	void protectionAgainstCrossSiteRequestsRefusesActuatorsActionsUnlessItIsOffForThem() throws Exception {
		String[] properties = { "management.server.port=0", "management.endpoints.web.exposure.include=*",
				"management.endpoint.genservers.access=unrestricted" };
		try (RpcApplication application = RpcApplication.start(properties[0], properties[1], properties[2], SECURED,
				Users.class)) {
			int management = managementPort(application);
			assertThat(act(management, true)).as("as it is by default").isEqualTo(403);
		}
		try (RpcApplication application = RpcApplication.start(properties[0], properties[1], properties[2], SECURED,
				Users.class, Actuator.class)) {
			int management = managementPort(application);
			assertThat(act(management, false)).isEqualTo(401);
			assertThat(act(management, true)).isBetween(200, 204);
			assertThat(status(application.port())).as("the endpoint is protected as before").isEqualTo(401);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Everything {

		@Bean
		@Order(0)
		RouterFunction<ServerResponse> everything() {
			return RouterFunctions.route()
				.GET("/**", (request) -> ServerResponse.ok().contentType(MediaType.TEXT_PLAIN).bodyValue("everything"))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebFluxSecurity
	static class Users {

		@Bean
		@SuppressWarnings("deprecation")
		MapReactiveUserDetailsService users() {
			return new MapReactiveUserDetailsService(
					User.withDefaultPasswordEncoder().username("ada").password("pw").roles("ADMIN").build());
		}

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((requests) -> requests.anyExchange().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

	/** As the README has it. */
	@Configuration(proxyBeanMethods = false)
	static class Actuator {

		@Bean
		@Order(0)
		SecurityWebFilterChain actuator(ServerHttpSecurity http) {
			return http.securityMatcher(EndpointRequest.toAnyEndpoint())
				.authorizeExchange((requests) -> requests.anyExchange().hasRole("ADMIN"))
				.httpBasic(Customizer.withDefaults())
				.csrf(CsrfSpec::disable)
				.build();
		}

	}

}
