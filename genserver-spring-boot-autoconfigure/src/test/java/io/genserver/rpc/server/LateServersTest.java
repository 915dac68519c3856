package io.genserver.rpc.server;

import java.net.URI;
import java.util.List;

import io.genserver.GenServerContext;
import io.genserver.GenServerRegistry;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.rpc.client.GenServerClientBuilder;
import io.genserver.rpc.inbound.ExposureException;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Servers started at run time can be called by peers for as long as they do not stop. */
@ExtendWith(BufferLeaks.class)
@RealThreads
class LateServersTest {

	private static GenServerClient connect(RpcApplication application, String mode) {
		GenServerClientBuilder builder = mode.equals("base") ? GenServerClient.builder().baseMode()
				: GenServerClient.builder();
		return builder.connect(URI.create("ws://localhost:" + application.port() + "/ws"));
	}

	private static void assertNotFound(GenServerClient client, String operation) {
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> client.call(operation, String.class))
			.satisfies((failure) -> assertThat(failure.status()).isEqualTo(Status.METHOD_NOT_FOUND));
	}

	@ParameterizedTest
	@ValueSource(strings = { "base", "ext" })
	void peersCallThemUntilTheyStopAndAgainWhenTheirNameIsUsedAgain(String mode) {
		try (RpcApplication application = RpcApplication.start(); GenServerClient client = connect(application, mode)) {
			GenServerRegistry registry = application.bean(GenServerRegistry.class);
			assertNotFound(client, "later.greet");
			registry.start("later", GreeterServer.class, GreeterServer::new);
			assertThat(client.<String>call("later.greet", String.class)).isEqualTo("hello");
			registry.stop("later").join();
			assertNotFound(client, "later.greet");
			registry.start("later", GreeterServer.class, GreeterServer::new);
			assertThat(client.<String>call("later.greet", String.class)).isEqualTo("hello");
		}
	}

	@Test
	void theyObeyTheRuleThatBeansObey() {
		try (RpcApplication application = RpcApplication.start("genserver.rpc.exposed=kv,later*.greet",
				"genserver.servers.shown_later.rpc.exposed=true", "genserver.servers.later-not.rpc.exposed=false",
				"genserver.unknown-servers=warn"); GenServerClient client = connect(application, "ext")) {
			GenServerRegistry registry = application.bean(GenServerRegistry.class);
			for (String name : List.of("later", "other", "shown-later", "laterNot")) {
				registry.start(name, GreeterServer.class, GreeterServer::new);
			}
			assertThat(client.<String>call("later.greet", String.class)).isEqualTo("hello");
			assertNotFound(client, "later.leave");
			assertNotFound(client, "other.greet");
			assertThat(client.<String>call("shown-later.greet", String.class)).isEqualTo("hello");
			client.call("shown-later.leave", void.class);
			assertNotFound(client, "laterNot.greet");
		}
	}

	@Test
	void oneThatStopsItselfIsNoLongerThere() {
		try (RpcApplication application = RpcApplication.start();
				GenServerClient client = connect(application, "ext")) {
			application.bean(GenServerRegistry.class).start("later", GreeterServer.class, GreeterServer::new);
			client.call("later.leave", void.class);
			RpcApplication.await(() -> !exposed(client).contains("later"));
			assertNotFound(client, "later.greet");
			assertThat(exposed(client)).contains("kv");
		}
	}

	@SuppressWarnings("unchecked")
	private static java.util.Set<String> exposed(GenServerClient client) {
		return ((java.util.Map<String, Object>) client.<java.util.Map<String, Object>>call("$rpc.health",
				java.util.Map.class)
			.get("servers")).keySet();
	}

	@Test
	void oneThatCannotBeExposedDoesNotStart() {
		try (RpcApplication application = RpcApplication.start();
				GenServerClient client = connect(application, "ext")) {
			GenServerRegistry registry = application.bean(GenServerRegistry.class);
			assertThatExceptionOfType(ExposureException.class)
				.isThrownBy(() -> registry.start("later", OverloadedServer.class, OverloadedServer::new));
			assertThat(registry.names()).doesNotContain("later");
			registry.start("later", GreeterServer.class, GreeterServer::new);
			assertThat(client.<String>call("later.greet", String.class)).isEqualTo("hello");
		}
	}

	@Test
	void oneThatDoesNotStartIsNotExposed() {
		try (RpcApplication application = RpcApplication.start();
				GenServerClient client = connect(application, "ext")) {
			GenServerRegistry registry = application.bean(GenServerRegistry.class);
			assertThatExceptionOfType(RuntimeException.class)
				.isThrownBy(() -> registry.start("later", GreeterServer.class, () -> {
					throw new IllegalStateException("no luck");
				}));
			assertNotFound(client, "later.greet");
		}
	}

	interface Greeter {

		String greet();

		void leave();

	}

	static class GreeterServer implements Greeter {

		@Override
		public String greet() {
			return "hello";
		}

		@Override
		public void leave() {
			GenServerContext.current().stop();
		}

	}

	interface Overloaded {

		String say(String what);

		String say(int what);

	}

	static class OverloadedServer implements Overloaded {

		@Override
		public String say(String what) {
			return what;
		}

		@Override
		public String say(int what) {
			return "number";
		}

	}

}
