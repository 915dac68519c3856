package io.genserver.autoconfigure.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.Keyed;
import io.genserver.autoconfigure.rpc.GenServerCodecAutoConfiguration;
import io.genserver.autoconfigure.server.Analyses;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.rpc.client.ClientState;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.rpc.client.GenServerClientCustomizer;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.client.ReactorResourceFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Servers of another process, injected as if they were of this one. */
class GenServerClientAutoConfigurationTest {

	private static ConfigurableApplicationContext there;

	private final ApplicationContextRunner here = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(GenServerAutoConfiguration.class,
				GenServerClientAutoConfiguration.class, SslAutoConfiguration.class))
		.withPropertyValues("genserver.call-timeout=30s");

	private final ApplicationContextRunner connected = this.here
		.withPropertyValues("genserver.clients.store.uri=ws://localhost:"
				+ there.getEnvironment().getProperty("local.server.port") + "/ws");

	@BeforeAll
	static void startTheOther() {
		there = new SpringApplicationBuilder(There.class).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "genserver.rpc.enabled=true", "genserver.rpc.exposed=*",
					"spring.main.banner-mode=off", "genserver.servers.counter.call-timeout=30s")
			.run();
	}

	@AfterAll
	static void stopTheOther() {
		there.close();
	}

	@Test
	void thereIsNoClientUnlessConfigured() {
		this.here.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GenServerClient.class));
	}

	@Test
	void aClientIsInjectedByItsNameOrAsTheOnlyOne() {
		this.connected.withUserConfiguration(ClientUser.class).run((context) -> {
			GenServerClient client = context.getBean(GenServerClient.class);
			assertThat(context.getBean(ClientUser.class).client).isSameAs(client);
			assertThat(client.call("counter.add", int.class, 0)).isNotNegative();
			assertThat(client.state()).isEqualTo(ClientState.OPEN);
		});
	}

	@Test
	void aServerMovesByConfigurationOnly() {
		ApplicationContextRunner application = this.connected.withUserConfiguration(Here.class, Greeting.class);
		application.run((context) -> assertThat(context.getBean(Greeting.class).where()).isEqualTo("here"));
		application
			.withPropertyValues("genserver.clients.store.servers.counter=", "genserver.clients.store.servers.room=",
					// What was configured for it stays and does no harm.
					"genserver.servers.counter.mailbox.capacity=5")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				Greeting greeting = context.getBean(Greeting.class);
				assertThat(greeting.where()).isEqualTo("there");
				assertThat(greeting.counter.whereLater().get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("there");
				assertThat(greeting.rooms.get("a").key()).isEqualTo("there a");
				StepVerifier.create(greeting.counter.numbers(3)).expectNext(0, 1, 2).verifyComplete();
				assertThat(context.getBeansOfType(CounterServer.class)).isEmpty();
			});
	}

	@Test
	void theContractMayBeAllThisApplicationHas() {
		this.connected.withUserConfiguration(Greeting.class)
			.withPropertyValues("genserver.clients.store.servers.counter=" + Counter.class.getName(),
					"genserver.clients.store.servers.room.contract=" + Room.class.getName(),
					"genserver.clients.store.servers.room.keyed=true")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(Greeting.class).where()).isEqualTo("there");
				assertThat(context.getBean(Greeting.class).rooms.get("b").key()).isEqualTo("there b");
			});
	}

	@Test
	void aCustomizerHasTheLastWord() {
		List<String> customized = new ArrayList<>();
		this.connected.withBean(GenServerClientCustomizer.class, () -> (name, builder) -> customized.add(name))
			.run((context) -> assertThat(customized).containsExactly("store"));
	}

	@Test
	void theApplicationStartsThoughTheOtherDoesNotAnswer() {
		this.here.withUserConfiguration(Greeting.class)
			.withPropertyValues("genserver.clients.store.uri=ws://localhost:1/ws",
					"genserver.clients.store.servers.counter=" + Counter.class.getName(),
					"genserver.clients.store.servers.room.contract=" + Room.class.getName(),
					"genserver.clients.store.servers.room.keyed=true")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void mistakesAreExplained() {
		analysis(this.connected.withPropertyValues("genserver.clients.store.servers.counter="),
				"no server named 'counter'", "genserver.clients.store.servers.counter=");
		analysis(this.connected.withPropertyValues("genserver.clients.store.servers.counter=com.example.Nothing"),
				"com.example.Nothing, which cannot be loaded", "fully qualified");
		analysis(
				this.connected
					.withPropertyValues("genserver.clients.store.servers.counter=" + CounterServer.class.getName()),
				"which is no interface", "Name the contract");
		analysis(
				this.connected.withBean("counter", String.class, () -> "a bean of another kind")
					.withPropertyValues("genserver.clients.store.servers.counter=" + Counter.class.getName()),
				"Bean 'counter' has the name of a remote server", "Rename the bean");
	}

	@Test
	void wrongValuesNameTheirProperty() {
		failure(this.here.withPropertyValues("genserver.clients.store.max-calls=1"), "genserver.clients.store.uri",
				"needs the address");
		failure(this.here.withPropertyValues("genserver.clients.store.uri=http://localhost/ws"),
				"genserver.clients.store.uri", "ws://localhost");
		failure(this.connected.withPropertyValues("genserver.clients.store.max-calls=0"),
				"genserver.clients.store.max-calls", "positive");
		failure(this.connected.withPropertyValues("genserver.clients.store.max-waiting-calls=0"),
				"genserver.clients.store.max-waiting-calls", "positive");
		failure(this.connected.withPropertyValues("genserver.clients.store.reconnect.max=1ms"),
				"genserver.clients.store.reconnect.max", "reconnect.initial");
		failure(this.connected.withPropertyValues("genserver.clients.store.keep-alive.timeout=0s"),
				"genserver.clients.store.keep-alive.timeout", "positive");
		failure(this.connected.withPropertyValues("genserver.clients.store.ssl.bundle=none"), "none");
	}

	@ParameterizedTest
	@ValueSource(strings = { "call-timeout", "connect-timeout", "keep-alive.interval", "keep-alive.timeout",
			"reconnect.initial", "reconnect.max" })
	void aDurationThatIsOutOfRangeNamesItsProperty(String key) {
		String property = "genserver.clients.store." + key;
		failure(this.connected.withPropertyValues(property + "=500d"), property, "at most 365 days");
		failure(this.connected.withPropertyValues(property + "=" + Duration.ofSeconds(Long.MAX_VALUE)), property,
				"at most 365 days");
		failure(this.connected.withPropertyValues(property + "=0s"), property, "positive");
		failure(this.connected.withPropertyValues(property + "=-1s"), property, "positive");
	}

	@Test
	void modeAndEncodingAreChosenByName() {
		ApplicationContextRunner coded = this.connected
			.withConfiguration(AutoConfigurations.of(GenServerCodecAutoConfiguration.class));
		coded
			.withPropertyValues("genserver.clients.store.codec=cbor",
					"genserver.clients.store.servers.counter=" + Counter.class.getName())
			.run((context) -> {
				assertThat(context.getBean(Counter.class).where()).isEqualTo("there");
				// Bytes as the encoding writes them, not base64 in a text.
				assertThat(context.getBean(GenServerClient.class).call("counter.add", int.class, 0)).isNotNegative();
			});
		coded.withPropertyValues("genserver.clients.store.mode=base")
			.run((context) -> assertThat(context.getBean(GenServerClient.class).call("counter.add", int.class, 0))
				.isNotNegative());
		failure(coded.withPropertyValues("genserver.clients.store.codec=yaml"), "genserver.clients.store.codec",
				"only json, cbor");
		failure(coded.withPropertyValues("genserver.clients.store.codec=cbor", "genserver.clients.store.mode=base"),
				"genserver.clients.store.codec", "Base mode knows JSON only");
	}

	@Test
	void withoutReactorNettyThereAreNoClients() {
		this.connected.withClassLoader(new FilteredClassLoader("reactor.netty"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("storeGenServerClient"));
	}

	private static void analysis(ApplicationContextRunner runner, String description, String action) {
		FailureAnalysis analysis = Analyses.of(runner);
		assertThat(analysis.getDescription()).contains(description);
		assertThat(analysis.getAction()).contains(action);
	}

	private static void failure(ApplicationContextRunner runner, String... texts) {
		runner.run((AssertableApplicationContext context) -> {
			for (String text : texts) {
				assertThat(context).getFailure().rootCause().hasMessageContaining(text);
			}
		});
	}

	@EnableAutoConfiguration
	@Configuration(proxyBeanMethods = false)
	@Import({ CounterServer.class, RoomServer.class })
	static class There {

		@Bean
		String place() {
			return "there";
		}

		@Bean
		ReactorResourceFactory reactorResources() {
			ReactorResourceFactory own = new ReactorResourceFactory();
			own.setUseGlobalResources(false);
			return own;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ CounterServer.class, RoomServer.class })
	static class Here {

		@Bean
		String place() {
			return "here";
		}

	}

	interface Counter {

		int add(int number);

		String where();

		CompletableFuture<String> whereLater();

		Flux<Integer> numbers(int count);

	}

	@GenServer("counter")
	static class CounterServer implements Counter {

		private final String place;

		private int sum;

		CounterServer(String place) {
			this.place = place;
		}

		@Override
		public int add(int number) {
			this.sum += number;
			return this.sum;
		}

		@Override
		public String where() {
			return this.place;
		}

		@Override
		public CompletableFuture<String> whereLater() {
			return CompletableFuture.completedFuture(this.place);
		}

		@Override
		public Flux<Integer> numbers(int count) {
			return Flux.range(0, count);
		}

	}

	interface Room {

		String key();

	}

	@GenServer(name = "room", keyed = true)
	static class RoomServer implements Room {

		private final String place;

		private final GenServerContext context;

		RoomServer(String place, GenServerContext context) {
			this.place = place;
			this.context = context;
		}

		@Override
		public String key() {
			return this.place + " " + this.context.key();
		}

	}

	/** Knows contracts only. */
	static class Greeting {

		private final Counter counter;

		private final Keyed<Room> rooms;

		Greeting(Counter counter, Keyed<Room> rooms) {
			this.counter = counter;
			this.rooms = rooms;
		}

		String where() {
			return this.counter.where();
		}

	}

	static class ClientUser {

		@Autowired
		@Qualifier("store")
		private GenServerClient client;

	}

}
