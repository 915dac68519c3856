package io.genserver.autoconfigure.client;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServer;
import io.genserver.GenServerTimeoutException;
import io.genserver.autoconfigure.rpc.GenServerCodecAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.rpc.client.GenServerClientCustomizer;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** TLS at both ends, by SSL bundles only. */
class SecureClientTest {

	@TempDir
	private static Path folder;

	private static ConfigurableApplicationContext there;

	private final ApplicationContextRunner here = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(GenServerAutoConfiguration.class, GenServerCodecAutoConfiguration.class,
						GenServerClientAutoConfiguration.class, SslAutoConfiguration.class))
		.withPropertyValues("spring.ssl.bundle.jks.own.truststore.location=file:" + folder.resolve("own.p12"),
				"spring.ssl.bundle.jks.own.truststore.password=secret",
				"spring.ssl.bundle.jks.other.truststore.location=file:" + folder.resolve("other.p12"),
				"spring.ssl.bundle.jks.other.truststore.password=secret", "genserver.clients.store.uri=wss://localhost:"
						+ there.getEnvironment().getProperty("local.server.port") + "/ws");

	@BeforeAll
	static void startTheOther() throws Exception {
		keyStore("own", "dns:localhost");
		keyStore("other", "dns:localhost");
		there = new SpringApplicationBuilder(There.class).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "genserver.rpc.enabled=true", "genserver.rpc.exposed=*",
					"spring.main.banner-mode=off", "server.ssl.bundle=own",
					"spring.ssl.bundle.jks.own.keystore.location=file:" + folder.resolve("own.p12"),
					"spring.ssl.bundle.jks.own.keystore.password=secret")
			.run();
	}

	@AfterAll
	static void stopTheOther() {
		there.close();
	}

	/** A key pair with a certificate of its own. */
	private static void keyStore(String name, String subject) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair"));
		command.addAll(List.of("-alias", name, "-keyalg", "EC", "-validity", "2", "-dname", "CN=" + name));
		command.addAll(List.of("-ext", "san=" + subject, "-storetype", "PKCS12", "-storepass", "secret"));
		command.addAll(List.of("-keystore", folder.resolve(name + ".p12").toString()));
		Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(keytool.getInputStream().readAllBytes());
		assertThat(keytool.waitFor(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		assertThat(keytool.exitValue()).as(output).isZero();
	}

	@Test
	void aBundleIsAllItTakes() {
		this.here.withPropertyValues("genserver.clients.store.ssl.bundle=own")
			.run((context) -> assertThat(
					context.getBean(GenServerClient.class).call("greeter.greet", String.class, "you"))
				.isEqualTo("hello you"));
	}

	@Test
	void aCertificateThatIsNotTrustedIsWhyThereIsNoConnection() {
		for (String bundle : List.of("genserver.clients.store.ssl.bundle=other", "any=thing")) {
			this.here.withPropertyValues(bundle)
				.withBean(GenServerClientCustomizer.class,
						() -> (name, builder) -> builder.callTimeout(Duration.ofSeconds(2)))
				.run((context) -> {
					GenServerClient client = context.getBean(GenServerClient.class);
					assertThatExceptionOfType(GenServerTimeoutException.class)
						.isThrownBy(() -> client.call("greeter.greet", String.class, "you"))
						.withMessageContaining("certificat");
				});
		}
	}

	interface Greeter {

		String greet(String who);

	}

	@GenServer("greeter")
	static class GreeterServer implements Greeter {

		@Override
		public String greet(String who) {
			return "hello " + who;
		}

	}

	@EnableAutoConfiguration
	@Configuration(proxyBeanMethods = false)
	static class There {

		@Bean
		GreeterServer greeter() {
			return new GreeterServer();
		}

		@Bean
		ReactorResourceFactory reactorResources() {
			ReactorResourceFactory own = new ReactorResourceFactory();
			own.setUseGlobalResources(false);
			return own;
		}

	}

}
