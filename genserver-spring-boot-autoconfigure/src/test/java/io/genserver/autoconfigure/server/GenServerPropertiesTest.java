package io.genserver.autoconfigure.server;

import java.time.Duration;
import java.util.Map;

import io.genserver.GenServer;
import io.genserver.Overflow;
import io.genserver.SupervisionStrategy;
import io.genserver.autoconfigure.background.GenServerBackgroundAutoConfiguration;
import io.genserver.autoconfigure.client.GenServerClientAutoConfiguration;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.RuntimeSettings;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.ServerSettings.StartFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

class GenServerPropertiesTest {

	@Test
	void theDefaultsAreThoseOfTheEngine() {
		ServerSettingsMapping mapping = new ServerSettingsMapping(new GenServerProperties(), null, null);
		assertThat(mapping.defaults()).isEqualTo(ServerSettings.DEFAULTS);
		assertThat(mapping.runtime()).isEqualTo(RuntimeSettings.DEFAULTS);
	}

	@Test
	void whatIsSetForAllServersIsReadOnce() {
		Analyses.runner(PlainServer.class)
			.withConfiguration(AutoConfigurations.of(GenServerBackgroundAutoConfiguration.class,
					GenServerClientAutoConfiguration.class))
			.run((context) -> {
				assertThat(context).hasSingleBean(ServerSettingsMapping.class);
				ServerSettingsMapping mapping = context.getBean(ServerSettingsMapping.class);
				assertThat(mapping.defaults()).isSameAs(mapping.defaults());
				assertThat(mapping.runtime()).isSameAs(mapping.runtime());
			});
	}

	@Test
	void whatIsSetForAllServersReachesThem() {
		Analyses.runner(PlainServer.class)
			.withPropertyValues("genserver.call-timeout=2s", "genserver.mailbox.capacity=7",
					"genserver.mailbox.overflow=reject", "genserver.supervision.strategy=stop",
					"genserver.supervision.max-restarts=5", "genserver.supervision.window=7s",
					"genserver.supervision.backoff.initial=1ms", "genserver.supervision.backoff.max=2ms",
					"genserver.start-failure=mark-failed", "genserver.shutdown.drain-timeout=1s",
					"genserver.shutdown.timeout=3s", "genserver.slow-handler-threshold=4s",
					"genserver.stuck-handler-limit=6s", "genserver.handler-timeout=8s", "genserver.stop-grace=0s")
			.run((context) -> {
				ServerSettings settings = settings(context, "plain");
				assertThat(settings.callTimeout()).isEqualTo(Duration.ofSeconds(2));
				assertThat(settings.capacity()).isEqualTo(7);
				assertThat(settings.overflow()).isEqualTo(Overflow.REJECT);
				assertThat(settings.supervision().onException()).isEqualTo(SupervisionStrategy.STOP);
				assertThat(settings.supervision().onError()).isEqualTo(SupervisionStrategy.STOP);
				assertThat(settings.supervision().maxRestarts()).isEqualTo(5);
				assertThat(settings.supervision().window()).isEqualTo(Duration.ofSeconds(7));
				assertThat(settings.supervision().initialBackoff()).isEqualTo(Duration.ofMillis(1));
				assertThat(settings.supervision().maxBackoff()).isEqualTo(Duration.ofMillis(2));
				assertThat(settings.startFailure()).isEqualTo(StartFailure.MARK_FAILED);
				assertThat(settings.handlerTimeout()).isEqualTo(Duration.ofSeconds(8));
				assertThat(settings.stopGrace()).isZero();
				assertThat(context.getBean(GenServerRuntime.class).settings())
					.isEqualTo(new RuntimeSettings(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(4),
							Duration.ofSeconds(6), context.getClassLoader()));
			});
	}

	@Test
	void theAnnotationComesBeforeWhatIsSetForAllServers() {
		Analyses.runner(TunedServer.class)
			.withPropertyValues("genserver.call-timeout=2s", "genserver.mailbox.capacity=7")
			.run((context) -> {
				ServerSettings settings = settings(context, "tuned");
				assertThat(settings.capacity()).isEqualTo(3);
				assertThat(settings.overflow()).isEqualTo(Overflow.REJECT);
				assertThat(settings.callTimeout()).isEqualTo(Duration.ofMillis(250));
				assertThat(settings.supervision().onException()).isEqualTo(SupervisionStrategy.STOP);
			});
	}

	@Test
	void whatIsSetForTheServerComesBeforeItsAnnotation() {
		Analyses.runner(TunedServer.class)
			.withPropertyValues("genserver.servers.tuned.mailbox.capacity=9",
					"genserver.servers.tuned.mailbox.overflow=block", "genserver.servers.tuned.call-timeout=1m",
					"genserver.servers.tuned.supervision.strategy=resume",
					"genserver.servers.tuned.start-failure=mark-failed", "genserver.handler-timeout=8s",
					"genserver.servers.tuned.handler-timeout=9s", "genserver.servers.tuned.stop-grace=10s")
			.run((context) -> {
				ServerSettings settings = settings(context, "tuned");
				assertThat(settings.capacity()).isEqualTo(9);
				assertThat(settings.overflow()).isEqualTo(Overflow.BLOCK);
				assertThat(settings.callTimeout()).isEqualTo(Duration.ofMinutes(1));
				assertThat(settings.supervision().onException()).isEqualTo(SupervisionStrategy.RESUME);
				assertThat(settings.supervision().onError()).isEqualTo(SupervisionStrategy.RESTART);
				assertThat(settings.startFailure()).isEqualTo(StartFailure.MARK_FAILED);
				assertThat(settings.handlerTimeout()).isEqualTo(Duration.ofSeconds(9));
				assertThat(settings.stopGrace()).isEqualTo(Duration.ofSeconds(10));
			});
	}

	@Test
	void aKeyedServerHasABoundAndAnIdleTime() {
		Analyses.runner(KeyedServer.class)
			.withPropertyValues("genserver.servers.room.max-instances=2", "genserver.servers.room.idle-timeout=5m")
			.run((context) -> {
				assertThat(settings(context, "room").maxInstances()).isEqualTo(2);
				assertThat(settings(context, "room").idleTimeout()).isEqualTo(Duration.ofMinutes(5));
			});
	}

	@Test
	void aKeyedServerThatSaysNothingIsBoundedAndLetsIdleInstancesGo() {
		Analyses.runner(KeyedServer.class).run((context) -> {
			assertThat(settings(context, "room").maxInstances()).isEqualTo(100_000);
			assertThat(settings(context, "room").idleTimeout()).isEqualTo(Duration.ofMinutes(10));
		});
	}

	@Test
	void bothCanBeSwitchedOffInPropertiesAndInTheAnnotation() {
		Analyses.runner(KeyedServer.class)
			.withPropertyValues("genserver.servers.room.max-instances=-1", "genserver.servers.room.idle-timeout=0s")
			.run((context) -> {
				assertThat(settings(context, "room").maxInstances()).isEqualTo(Integer.MAX_VALUE);
				assertThat(settings(context, "room").idleTimeout()).isNull();
			});
		Analyses.runner(UnboundedServer.class).run((context) -> {
			assertThat(settings(context, "unbounded").maxInstances()).isEqualTo(Integer.MAX_VALUE);
			assertThat(settings(context, "unbounded").idleTimeout()).isNull();
		});
		Analyses.runner(UnboundedServer.class)
			.withPropertyValues("genserver.servers.unbounded.max-instances=7",
					"genserver.servers.unbounded.idle-timeout=7m")
			.run((context) -> {
				assertThat(settings(context, "unbounded").maxInstances()).isEqualTo(7);
				assertThat(settings(context, "unbounded").idleTimeout()).isEqualTo(Duration.ofMinutes(7));
			});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			SingleWithIdleTimeout | idleTimeout = "30m" | not keyed
			SingleWithInstances   | maxInstances = 5    | not keyed
			NegativeInstances     | maxInstances = -2   | -1 for no limit
			""")
	void theAnnotationIsCheckedToo(String type, String attribute, String reason) throws Exception {
		Class<?> server = Class.forName(GenServerPropertiesTest.class.getName() + "$" + type);
		assertThat(Analyses.of(Analyses.runner(server)).getDescription())
			.contains("is annotated @GenServer with " + attribute)
			.containsIgnoringCase(reason);
	}

	@Test
	void theAnnotationCanSetBoth() {
		Analyses.runner(BoundedServer.class).run((context) -> {
			assertThat(settings(context, "bounded").maxInstances()).isEqualTo(3);
			assertThat(settings(context, "bounded").idleTimeout()).isEqualTo(Duration.ofMinutes(30));
		});
	}

	@Test
	void namesMatchWithoutCaseDashAndUnderscore() {
		Analyses.runner(DashedServer.class)
			.withPropertyValues("genserver.servers.chatroom.mailbox.capacity=9",
					"genserver.servers.chat-room.call-timeout=1m")
			.run((context) -> {
				assertThat(settings(context, "chat-Room").capacity()).isEqualTo(9);
				assertThat(settings(context, "chat-Room").callTimeout()).isEqualTo(Duration.ofMinutes(1));
			});
	}

	@Test
	void exposureIsSaidPerServer() {
		Analyses.runner(PlainServer.class)
			.withPropertyValues("genserver.servers.plain.rpc.exposed=true")
			.run((context) -> {
				ServerSettingsMapping mapping = context.getBean(ServerSettingsMapping.class);
				assertThat(mapping.exposed("plain")).isTrue();
				assertThat(mapping.exposed("other")).isNull();
			});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					genserver.mailbox.capacity=0                 | genserver.mailbox.capacity                | at least 1
					genserver.servers.plain.mailbox.capacity=-1  | genserver.servers.plain.mailbox.capacity  | at least 1
					genserver.servers.plain.max-instances=0      | genserver.servers.plain.max-instances     | at least 1
					genserver.servers.plain.max-instances=-2     | genserver.servers.plain.max-instances     | -1 for no limit
					genserver.servers.plain.call-timeout=0s      | genserver.servers.plain.call-timeout      | positive
					genserver.servers.plain.handler-timeout=0s   | genserver.servers.plain.handler-timeout   | positive
					genserver.servers.plain.stop-grace=-1s       | genserver.servers.plain.stop-grace        | negative
					genserver.handler-timeout=0s                 | genserver.handler-timeout                 | positive
					genserver.stop-grace=-1s                     | genserver.stop-grace                      | negative
					genserver.servers.plain.idle-timeout=-1s     | genserver.servers.plain.idle-timeout      | positive
					genserver.servers.plain.idle-timeout=1s      | genserver.servers.plain.idle-timeout      | not keyed
					genserver.servers.plain.max-instances=5      | genserver.servers.plain.max-instances     | not keyed
					genserver.call-timeout=0s                    | genserver.call-timeout                    | positive
					genserver.call-timeout=4000d                 | genserver.call-timeout                    | at most 365 days
					genserver.shutdown.drain-timeout=-1s         | genserver.shutdown.drain-timeout          | not be negative
					genserver.shutdown.timeout=9s                | genserver.shutdown.timeout                | at least genserver.shutdown.drain-timeout, which is 10s
					genserver.slow-handler-threshold=-1s         | genserver.slow-handler-threshold          | not be negative
					genserver.stuck-handler-limit=0s             | genserver.stuck-handler-limit             | positive
					genserver.supervision.max-restarts=-1        | genserver.supervision.max-restarts        | not be negative
					genserver.supervision.window=0s              | genserver.supervision.window              | positive
					genserver.supervision.backoff.max=1ms        | genserver.supervision.backoff.max         | at least genserver.supervision.backoff.initial
					""")
	void aBadValueFailsTheStartNamingItsProperty(String property, String name, String reason) {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(PlainServer.class)
			.withClassLoader(new FilteredClassLoader("org.hibernate.validator", "jakarta.validation"))
			.withPropertyValues(property));
		assertThat(analysis.getDescription()).contains("'" + name + "'").contains(reason);
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void anApplicationSaysWhichPropertyIsBadHoweverItIsSpelled(CapturedOutput output) {
		SpringApplication application = new SpringApplication(EnvironmentApplication.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.addInitializers((context) -> context.getEnvironment()
			.getPropertySources()
			.addFirst(new SystemEnvironmentPropertySource(
					"test-" + StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
					Map.of("GENSERVER_SERVERS_CHATROOM_MAILBOX_CAPACITY", "0"))));
		assertThatException().isThrownBy(application::run);
		assertThat(output).contains("APPLICATION FAILED TO START").contains("mailbox.capacity").contains("at least 1");
	}

	@Test
	void aBadAnnotationFailsTheStart() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(BadTimeoutServer.class));
		assertThat(analysis.getDescription())
			.contains("Server 'bad' is annotated @GenServer with callTimeout = \"soon\"")
			.contains("is not a duration");
		assertThat(Analyses.of(Analyses.runner(BadCapacityServer.class)).getDescription()).contains("capacity = -1")
			.contains("at least 1");
		assertThat(Analyses.of(Analyses.runner(TwoPoliciesServer.class)).getDescription())
			.contains("overflow with 2 values");
	}

	@Test
	void anUnknownServerFailsTheStartNamingTheNearest() {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(DashedServer.class, PlainServer.class)
			.withPropertyValues("genserver.servers.chat-rom.mailbox.capacity=9"));
		assertThat(analysis.getDescription())
			.contains("properties under 'genserver.servers.chat-rom', but no server named 'chat-rom'")
			.contains("The servers are: chat-Room, plain.");
		assertThat(analysis.getAction()).startsWith("Did you mean 'genserver.servers.chat-Room'?")
			.contains("genserver.unknown-servers to 'warn'");
	}

	@Test
	void anUnknownServerLikeNoOtherNamesNoNearest() {
		FailureAnalysis analysis = Analyses
			.of(Analyses.runner(PlainServer.class).withPropertyValues("genserver.servers.zebra.mailbox.capacity=9"));
		assertThat(analysis.getAction()).startsWith("Correct the name, remove the properties");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void anUnknownServerMayBeAWarning(CapturedOutput output) {
		Analyses.runner(PlainServer.class)
			.withPropertyValues("genserver.unknown-servers=warn", "genserver.servers.plan.mailbox.capacity=9")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("Property 'genserver.servers.plan' names a server that does not exist");
	}

	private static ServerSettings settings(ApplicationContext context, String name) {
		return context.getBean(GenServerRuntime.class).server(name).settings();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(DashedServer.class)
	static class EnvironmentApplication {

	}

	@GenServer("plain")
	static class PlainServer {

	}

	@GenServer(name = "tuned", keyed = true, capacity = 3, overflow = Overflow.REJECT, callTimeout = "250ms",
			strategy = SupervisionStrategy.STOP)
	static class TunedServer {

	}

	@GenServer("chat-Room")
	static class DashedServer {

	}

	@GenServer(name = "bad", callTimeout = "soon")
	static class BadTimeoutServer {

	}

	@GenServer(name = "bad", capacity = -1)
	static class BadCapacityServer {

	}

	@GenServer(name = "bad", overflow = { Overflow.REJECT, Overflow.BLOCK })
	static class TwoPoliciesServer {

	}

	@GenServer(name = "room", keyed = true)
	static class KeyedServer {

	}

	@GenServer(name = "unbounded", keyed = true, idleTimeout = "0s", maxInstances = -1)
	static class UnboundedServer {

	}

	@GenServer(name = "bounded", keyed = true, idleTimeout = "30m", maxInstances = 3)
	static class BoundedServer {

	}

	@GenServer(name = "single", idleTimeout = "30m")
	static class SingleWithIdleTimeout {

	}

	@GenServer(name = "single", maxInstances = 5)
	static class SingleWithInstances {

	}

	@GenServer(name = "negative", keyed = true, maxInstances = -2)
	static class NegativeInstances {

	}

}
