package io.genserver.autoconfigure.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServer;
import io.genserver.GenServerRegistry;
import io.genserver.GenServerUnavailableException;
import io.genserver.autoconfigure.client.GenServerClientAutoConfigurationTest.Counter;
import io.genserver.autoconfigure.client.GenServerClientAutoConfigurationTest.There;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.rpc.client.ClientState;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Clients stop with their application context, after its servers, and start again. */
class GenServerClientLifecycleTest {

	private static ConfigurableApplicationContext there;

	private final ApplicationContextRunner connected = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(GenServerAutoConfiguration.class,
				GenServerClientAutoConfiguration.class, SslAutoConfiguration.class))
		.withPropertyValues("genserver.clients.store.call-timeout=4m", "genserver.call-timeout=4m",
				"genserver.shutdown.drain-timeout=4m", "genserver.shutdown.timeout=5m",
				"genserver.clients.store.servers.counter=" + Counter.class.getName(),
				"genserver.clients.store.uri=ws://localhost:" + there.getEnvironment().getProperty("local.server.port")
						+ "/ws");

	@BeforeAll
	static void startTheOther() {
		there = new SpringApplicationBuilder(There.class).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "genserver.rpc.enabled=true", "genserver.rpc.exposed=*",
					"spring.main.banner-mode=off")
			.run();
	}

	@AfterAll
	static void stopTheOther() {
		there.close();
	}

	@Test
	void S15_afterAStopAndAStartOfTheContextClientsConnectAgain() {
		this.connected.run((context) -> {
			ConfigurableApplicationContext source = (ConfigurableApplicationContext) context
				.getSourceApplicationContext();
			Counter counter = context.getBean(Counter.class);
			GenServerClient client = context.getBean(GenServerClient.class);
			assertThat(counter.where()).isEqualTo("there");
			source.stop();
			assertThat(client.state()).isEqualTo(ClientState.STOPPED);
			assertThatExceptionOfType(GenServerUnavailableException.class).isThrownBy(counter::where)
				.matches(GenServerUnavailableException::notExecuted);
			source.start();
			assertThat(counter.where()).isEqualTo("there");
			assertThat(client.state()).isEqualTo(ClientState.OPEN);
			source.close();
			assertThat(client.state()).isIn(ClientState.STOPPED, ClientState.CLOSED);
		});
	}

	@Test
	void S15_handlersMayCallRemoteServersWhileTheyDrain() {
		this.connected.withUserConfiguration(RelayServer.class).run((context) -> {
			ConfigurableApplicationContext source = (ConfigurableApplicationContext) context
				.getSourceApplicationContext();
			Relay relay = context.getBean(Relay.class);
			RelayServer.entered = new CountDownLatch(1);
			RelayServer.gate = new CountDownLatch(1);
			CompletableFuture<String> reply = relay.whereIsCounter();
			assertThat(RelayServer.entered.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
			GenServerRegistry registry = context.getBean(GenServerRegistry.class);
			CompletableFuture<Void> closing = CompletableFuture.runAsync(source::close);
			HangGuard.await("the servers drain", () -> !registry.ref("relay").tryCast((server) -> {
			}));
			RelayServer.gate.countDown();
			assertThat(reply.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("there");
			closing.get(HangGuard.SECONDS, TimeUnit.SECONDS);
		});
	}

	interface Relay {

		CompletableFuture<String> whereIsCounter();

	}

	@GenServer("relay")
	static class RelayServer implements Relay {

		private static CountDownLatch entered;

		private static CountDownLatch gate;

		private final Counter counter;

		RelayServer(Counter counter) {
			this.counter = counter;
		}

		@Override
		public CompletableFuture<String> whereIsCounter() {
			entered.countDown();
			try {
				gate.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			return CompletableFuture.completedFuture(this.counter.where());
		}

	}

}
