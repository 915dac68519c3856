package io.genserver.autoconfigure.rpc;

import io.genserver.GenServer;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.rpc.server.RpcHandlerMapping;
import io.genserver.rpc.server.RpcServerSettings;
import io.genserver.rpc.server.RpcWebHandler;
import io.genserver.runtime.ShutdownTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.reactive.ReactiveWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.web.reactive.DispatcherHandler;

import static org.assertj.core.api.Assertions.assertThat;

/** Where the endpoint is, and where it is not and why. */
@ExtendWith(OutputCaptureExtension.class)
class GenServerRpcAutoConfigurationTest {

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(GenServerAutoConfiguration.class,
			GenServerCodecAutoConfiguration.class, GenServerRpcAutoConfiguration.class,
			GenServerRpcUnavailableAutoConfiguration.class, NettyReactiveWebServerAutoConfiguration.class);

	private final ReactiveWebApplicationContextRunner reactive = new ReactiveWebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS)
		.withUserConfiguration(Servers.class);

	private final ReactiveWebApplicationContextRunner enabled = this.reactive
		.withPropertyValues("genserver.rpc.enabled=true");

	@Test
	void thereIsNoEndpointUnlessAskedFor(CapturedOutput output) {
		this.reactive.run((context) -> {
			assertThat(context).hasNotFailed().doesNotHaveBean(RpcWebHandler.class);
			assertThat(output).doesNotContain("RPC endpoint");
		});
	}

	@Test
	void anExceptionThatIsPublicMustExist() {
		this.enabled.withPropertyValues("genserver.rpc.errors.public-exceptions=java.io.IOException, com.example.Nix")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("genserver.rpc.errors.public-exceptions")
				.hasMessageContaining("There is no class 'com.example.Nix'"));
		this.enabled.withPropertyValues("genserver.rpc.errors.public-exceptions=java.lang.String")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("'java.lang.String' is no exception"));
	}

	@Test
	void theEndpointTellsItsPathAndHowMuchItExposes(CapturedOutput output) {
		this.enabled.withPropertyValues("genserver.rpc.exposed=kv", "genserver.rpc.path=/rpc").run((context) -> {
			assertThat(context).hasSingleBean(RpcWebHandler.class).hasSingleBean(RpcHandlerMapping.class);
			assertThat(output).contains("RPC endpoint at path '/rpc' exposes 2 operations")
				.doesNotContain("There is no RPC endpoint");
		});
	}

	@Test
	void aServersOwnSettingExposesIt(CapturedOutput output) {
		this.enabled.withPropertyValues("genserver.servers.kv.rpc.exposed=true")
			.run((context) -> assertThat(output).contains("exposes 2 operations"));
	}

	@Test
	void theDrainTimeIsThatOfTheShutdown() {
		this.enabled.withPropertyValues("genserver.shutdown.drain-timeout=3s")
			.run((context) -> assertThat(context.getBean(ShutdownTime.class).leftToDrain()).hasSeconds(3));
	}

	@Test
	void anotherWebServerGetsNoneAndIsNamed(CapturedOutput output) {
		this.enabled.withUserConfiguration(OtherServer.class).run((context) -> {
			assertThat(context).hasNotFailed().doesNotHaveBean(RpcWebHandler.class);
			assertThat(output).contains("There is no RPC endpoint, though genserver.rpc.enabled is true: it needs"
					+ " Reactor Netty as web server (spring-boot-starter-reactor-netty), this application has"
					+ " OtherServerFactory");
		});
	}

	@Test
	void aServletApplicationGetsNoneAndIsToldWhy(CapturedOutput output) {
		new WebApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.withUserConfiguration(Servers.class)
			.withPropertyValues("genserver.rpc.enabled=true")
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean("genServerRpcWebHandler");
				assertThat(output).contains("it needs a WebFlux application with an embedded web server");
			});
	}

	@Test
	void anApplicationWithoutWebGetsNoneAndIsToldWhy(CapturedOutput output) {
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.withUserConfiguration(Servers.class)
			.withPropertyValues("genserver.rpc.enabled=true")
			.withClassLoader(new FilteredClassLoader(DispatcherHandler.class))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).contains("it needs WebFlux, add spring-boot-starter-webflux");
			});
	}

	@Test
	void withoutServersThereIsNone(CapturedOutput output) {
		this.enabled.withPropertyValues("genserver.enabled=false").run((context) -> {
			assertThat(context).hasNotFailed().doesNotHaveBean(RpcWebHandler.class);
			assertThat(output).contains("there is no GenServerRuntime, as when genserver.enabled is false");
		});
	}

	@Test
	void anUnknownServerAmongTheExposedFailsTheStartAndTheNearestIsNamed() {
		this.enabled.withPropertyValues("genserver.rpc.exposed=kw").run((context) -> {
			assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(UnmatchedExposureException.class)
				.hasMessage("Property 'genserver.rpc.exposed' lists 'kw', which matches nothing; there are [kv]");
			FailureAnalysis analysis = new UnmatchedExposureFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(analysis).isNotNull();
			assertThat(analysis.getDescription()).isEqualTo("The property 'genserver.rpc.exposed' lists 'kw', which"
					+ " matches no operation of any server. There are: kv.");
			assertThat(analysis.getAction()).isEqualTo(
					"Did you mean 'kv'? Otherwise remove the entry, or set" + " genserver.unknown-servers to 'warn'.");
		});
	}

	@Test
	void anUnknownOperationAmongTheExposedFailsTheStartAndTheNearestIsNamed() {
		this.enabled.withPropertyValues("genserver.rpc.exposed=kv.gett").run((context) -> {
			FailureAnalysis analysis = new UnmatchedExposureFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(analysis).isNotNull();
			assertThat(analysis.getDescription()).contains("There are: kv.").contains("kv.set");
			assertThat(analysis.getAction()).startsWith("Did you mean 'kv.get'?");
		});
	}

	@Test
	void unknownNamesCanBeLoggedInstead(CapturedOutput output) {
		this.enabled.withPropertyValues("genserver.rpc.exposed=kw,kv", "genserver.unknown-servers=WARN")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).contains("lists 'kw', which matches nothing").contains("exposes 2 operations");
			});
	}

	@Configuration(proxyBeanMethods = false)
	static class Servers {

		@Bean
		@GenServer
		Store kv() {
			return new Store();
		}

	}

	interface KeyValue {

		String get(String key);

		void set(String key, String value);

	}

	static class Store implements KeyValue {

		@Override
		public String get(String key) {
			return key;
		}

		@Override
		public void set(String key, String value) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OtherServer {

		@Bean
		OtherServerFactory otherServer() {
			return new OtherServerFactory();
		}

	}

	static class OtherServerFactory implements ReactiveWebServerFactory {

		@Override
		public WebServer getWebServer(HttpHandler handler) {
			throw new UnsupportedOperationException();
		}

	}

}
