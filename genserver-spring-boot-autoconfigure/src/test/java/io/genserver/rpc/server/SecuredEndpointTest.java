package io.genserver.rpc.server;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.genserver.Call;
import io.genserver.Caller;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRegistry;
import io.genserver.ServerState;
import io.genserver.remote.RpcAuthorization;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.MuxioClient;
import io.genserver.testsupport.RawWebSocket;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.authentication.HttpStatusServerEntryPoint;
import org.springframework.security.web.server.authentication.ServerAuthenticationEntryPointFailureHandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Who gets in where there is Spring Security, as whom, and what they may. */
@ExtendWith({ BufferLeaks.class, OutputCaptureExtension.class })
@RealThreads
class SecuredEndpointTest {

	private static final String SECURED = "--spring.autoconfigure.exclude=";

	private RpcApplication application;

	private void start(Object... propertiesAndBeans) {
		Object[] all = new Object[propertiesAndBeans.length + 1];
		all[0] = SECURED;
		System.arraycopy(propertiesAndBeans, 0, all, 1, propertiesAndBeans.length);
		this.application = RpcApplication.start(all);
	}

	@AfterEach
	void stop() {
		this.application.close();
	}

	private int status(String... headers) {
		try (RawWebSocket webSocket = RawWebSocket.handshake(this.application.port(), "/ws", headers)) {
			return webSocket.status();
		}
	}

	private static String basic(String user) {
		return "Authorization: Basic "
				+ Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
	}

	private static String offer(String token) {
		return "bearer."
				+ Base64.getUrlEncoder().withoutPadding().encodeToString(token.getBytes(StandardCharsets.UTF_8));
	}

	private static String protocols(String... offers) {
		return "Sec-WebSocket-Protocol: " + String.join(", ", offers);
	}

	private MuxioClient connect(String token) {
		return new MuxioClient(RawWebSocket.connect(this.application.port(), protocols("muxio", offer(token))));
	}

	private GenServerClient client(String token) {
		return GenServerClient.builder()
			.header("Authorization", "Bearer " + token)
			.connect(java.net.URI.create("ws://localhost:" + this.application.port() + "/ws"));
	}

	@Test
	void theStarterAloneLetsNobodyInWithoutCredentials() {
		start("spring.security.user.name=alice", "spring.security.user.password=secret");
		assertThat(status()).isEqualTo(401);
		assertThat(status(basic("mallory"))).isEqualTo(401);
		assertThat(status(basic("alice"))).isEqualTo(101);
		assertThat(this.application.connections().list()).allMatch((each) -> each.peer().principal() != null);
	}

	@Test
	void whoIsKnownButMayNotIsForbidden() {
		start(Tokens.class);
		assertThat(status()).isEqualTo(401);
		assertThat(status("Authorization: Bearer nobody-token")).isEqualTo(401);
		assertThat(status("Authorization: Bearer guest-token")).isEqualTo(403);
		assertThat(status("Authorization: Bearer alice-token")).isEqualTo(101);
	}

	@Test
	void aTokenAmongTheProtocolsIsABearerTokenAndIsNeitherEchoedNorLogged(CapturedOutput output) {
		start(Tokens.class, "logging.level.web=DEBUG", "logging.level.io.genserver=DEBUG",
				"logging.level.io.netty=TRACE");
		assertThat(status(protocols("muxio", offer("nobody-token")))).isEqualTo(401);
		assertThat(status(protocols("muxio", offer("guest-token")))).isEqualTo(403);
		try (MuxioClient client = connect("alice-token")) {
			assertThat(client.webSocket().header("Sec-WebSocket-Protocol")).isEqualTo("muxio");
			assertThat(client.webSocket().headers()).noneMatch((line) -> line.contains("bearer"));
			assertThat(client.call("who.am", "")).isEqualTo("0 \"alice alice\"");
		}
		for (String token : List.of("nobody-token", "guest-token", "alice-token")) {
			assertThat(output.getAll()).doesNotContain(token, offer(token).substring("bearer.".length()));
		}
	}

	@Test
	void anAuthorizationHeaderOutweighsTheTokenAmongTheProtocols() {
		start(Tokens.class);
		assertThat(status("Authorization: Bearer guest-token", protocols("muxio", offer("alice-token"))))
			.isEqualTo(403);
		assertThat(status(basic("alice"), protocols("muxio", offer("alice-token")))).isEqualTo(401);
	}

	@ParameterizedTest
	@ValueSource(strings = { "bearer.", "bearer.%%%", "bearer.YQ0KWC1Fdmls", "bearer.w6Q" })
	void whatIsNoTokenAuthenticatesNobody(String offered) {
		start(Tokens.class);
		assertThat(status(protocols("muxio", offered))).isEqualTo(401);
		assertThat(status(protocols("muxio", offered, offer("alice-token")))).isEqualTo(401);
	}

	@Test
	void severalTokensAuthenticateNobody() {
		start(Tokens.class);
		assertThat(status(protocols("muxio", offer("alice-token"), offer("alice-token")))).isEqualTo(401);
	}

	@Test
	void aTokenAmongTheProtocolsIsGoodForTheEndpointOnly() {
		start(Tokens.class);
		try (RawWebSocket elsewhere = RawWebSocket.handshake(this.application.port(), "/elsewhere",
				protocols("muxio", offer("alice-token")))) {
			assertThat(elsewhere.status()).isEqualTo(401);
		}
	}

	@Test
	void methodSecurityHoldsForPeers() {
		start(Tokens.class);
		try (GenServerClient alice = client("alice-token"); GenServerClient root = client("root-token")) {
			assertThat(root.call("who.admin", String.class)).isEqualTo("root");
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> alice.call("who.admin", String.class))
				.satisfies((denied) -> assertThat(denied.status()).isEqualTo(Status.PERMISSION_DENIED));
			assertThat(alice.call("who.am", String.class)).isEqualTo("alice alice");
			assertThat(root.call("who.am", String.class)).isEqualTo("root root");
		}
	}

	@Test
	void whatMethodSecurityRefusesAPeerCostsTheServerNothing() {
		start(Tokens.class, "genserver.servers.who.supervision.strategy=stop");
		GenServerRegistry registry = this.application.bean(GenServerRegistry.class);
		try (GenServerClient alice = client("alice-token"); GenServerClient root = client("root-token")) {
			for (String refused : List.of("who.admin", "who.adminLater", "who.adminBeside")) {
				assertThatExceptionOfType(RpcException.class).isThrownBy(() -> alice.call(refused, String.class))
					.satisfies((denied) -> assertThat(denied.status()).isEqualTo(Status.PERMISSION_DENIED));
			}
			assertThat(root.<String>call("who.admin", String.class)).isEqualTo("root");
			assertThat(root.<String>call("who.adminLater", String.class)).isEqualTo("root");
			assertThat(registry.info("who").failed()).isZero();
			assertThat(registry.info("who").failures()).isEmpty();
			assertThat(registry.info("who").state()).isEqualTo(ServerState.RUNNING);
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> alice.call("who.bug", String.class));
			RpcApplication.await(() -> registry.info("who").state() == ServerState.STOPPED);
			assertThat(registry.info("who").failed()).isOne();
		}
	}

	@Test
	void S19_theUserFollowsAMessageToTheServersItsHandlerCallsAndIsGoneAfterIt() {
		start(Tokens.class);
		try (GenServerClient alice = client("alice-token"); GenServerClient root = client("root-token")) {
			assertThat(alice.call("front.ask", String.class)).isEqualTo("alice");
			assertThat(root.call("front.ask", String.class)).isEqualTo("root");
			Who local = this.application.bean(Who.class);
			assertThat(local.am()).isEqualTo("null null");
		}
	}

	@Test
	void whatIsNotAuthorizedIsRefusedAndSaidInTheLog(CapturedOutput output) {
		start(Tokens.class, Rules.class);
		try (GenServerClient alice = client("alice-token"); GenServerClient root = client("root-token")) {
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> alice.call("kv.set", void.class, "a", "1"))
				.satisfies((denied) -> {
					assertThat(denied.status()).isEqualTo(Status.PERMISSION_DENIED);
					assertThat(denied.notExecuted()).isTrue();
					assertThat(denied).hasMessageContaining("kv.set");
				});
			root.call("kv.set", void.class, "a", "2");
			assertThat(alice.call("kv.get", String.class, "a")).isEqualTo("2");
		}
		assertThat(output.getAll()).contains("was refused kv.set");
		try (MuxioClient base = connect("alice-token")) {
			assertThat(base.call("kv.set", "[\"a\", \"3\"]")).isEqualTo("1 kv.set: permission denied");
			assertThat(base.call("kv.get", "\"a\"")).isEqualTo("0 \"2\"");
		}
	}

	@Test
	void whoseAuthenticationIsNoLongerGoodIsToldSoAndLosesTheConnection() {
		start(Tokens.class, Rules.class);
		try (MuxioClient base = connect("alice-token")) {
			assertThat(base.call("kv.get", "\"expired\"")).isEqualTo("0 null");
			assertThat(base.call("gate.hold", "")).isEqualTo("1 the token has expired");
			assertThat(base.webSocket().closed()).isEqualTo("4001 not authenticated");
		}
	}

	interface Who {

		String am();

		String admin();

		CompletableFuture<String> adminLater();

		@Call(concurrent = 2)
		String adminBeside();

		String bug();

	}

	@GenServer("who")
	static class WhoServer implements Who {

		private final GenServerContext context;

		WhoServer(GenServerContext context) {
			this.context = context;
		}

		@Override
		public String am() {
			Authentication user = SecurityContextHolder.getContext().getAuthentication();
			String caller = (this.context.caller() instanceof Caller.Remote peer && peer.principal() != null)
					? peer.principal().getName() : null;
			return caller + " " + ((user != null) ? user.getName() : null);
		}

		@Override
		@PreAuthorize("hasRole('ADMIN')")
		public String admin() {
			return SecurityContextHolder.getContext().getAuthentication().getName();
		}

		@Override
		public CompletableFuture<String> adminLater() {
			Authentication user = SecurityContextHolder.getContext().getAuthentication();
			return CompletableFuture.supplyAsync(() -> {
				if (user.getAuthorities().stream().noneMatch((each) -> "ROLE_ADMIN".equals(each.getAuthority()))) {
					throw new AccessDeniedException("not for " + user.getName());
				}
				return user.getName();
			});
		}

		@Override
		@PreAuthorize("hasRole('ADMIN')")
		public String adminBeside() {
			return SecurityContextHolder.getContext().getAuthentication().getName();
		}

		@Override
		public String bug() {
			throw new IllegalStateException("a bug");
		}

	}

	interface Front {

		String ask();

	}

	@GenServer("front")
	static class FrontServer implements Front {

		private final Who who;

		FrontServer(Who who) {
			this.who = who;
		}

		@Override
		public String ask() {
			return this.who.am().split(" ")[1];
		}

	}

	/** Lets in who has a token, and a role. */
	@Configuration(proxyBeanMethods = false)
	@EnableWebFluxSecurity
	@EnableMethodSecurity
	static class Tokens {

		private static final Map<String, String> ROLES = Map.of("alice-token", "ROLE_USER", "root-token",
				"ROLE_USER,ROLE_ADMIN", "guest-token", "ROLE_GUEST");

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			ReactiveAuthenticationManager users = (given) -> {
				String roles = ROLES.get(given.getName());
				return (roles == null) ? Mono.error(new BadCredentialsException("no such token"))
						: Mono.just(new UsernamePasswordAuthenticationToken(
								given.getName().substring(0, given.getName().indexOf('-')), null,
								AuthorityUtils.commaSeparatedStringToAuthorityList(roles)));
			};
			HttpStatusServerEntryPoint refusal = new HttpStatusServerEntryPoint(
					org.springframework.http.HttpStatus.UNAUTHORIZED);
			AuthenticationWebFilter bearer = new AuthenticationWebFilter(users);
			bearer.setAuthenticationFailureHandler(new ServerAuthenticationEntryPointFailureHandler(refusal));
			bearer.setServerAuthenticationConverter((exchange) -> Mono
				.justOrEmpty(exchange.getRequest().getHeaders().getFirst(HttpHeaders.AUTHORIZATION))
				.filter((header) -> header.startsWith("Bearer "))
				.map((header) -> new UsernamePasswordAuthenticationToken(header.substring("Bearer ".length()), null)));
			return http.addFilterAt(bearer, SecurityWebFiltersOrder.AUTHENTICATION)
				.exceptionHandling((handling) -> handling.authenticationEntryPoint(refusal))
				.authorizeExchange(
						(requests) -> requests.pathMatchers("/ws").hasRole("USER").anyExchange().authenticated())
				.build();
		}

		@Bean
		@GenServer("who")
		WhoServer who(GenServerContext context) {
			return new WhoServer(context);
		}

		@Bean
		@GenServer("front")
		FrontServer front(Who who) {
			return new FrontServer(who);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Rules {

		@Bean
		@Order(1)
		RpcAuthorization onlyAdminsSet() {
			return (caller, target) -> CompletableFuture.supplyAsync(
					() -> !target.operation().equals("set") || ((Authentication) caller.principal()).getAuthorities()
						.stream()
						.anyMatch((each) -> each.getAuthority().equals("ROLE_ADMIN")));
		}

		@Bean
		@Order(2)
		RpcAuthorization tokensExpire() {
			return (caller, target) -> {
				if (target.operation().equals("hold")) {
					throw new RpcException(Status.UNAUTHENTICATED, "the token has expired", true);
				}
				return CompletableFuture.completedFuture(true);
			};
		}

	}

}
