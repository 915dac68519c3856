package io.genserver.autoconfigure.server;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import io.genserver.GenServer;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.ServerState;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.supervision.Supervision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.InputStreamResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SupervisionPropertiesTest {

	@Test
	void S12_perExceptionTypeFromYAML() {
		yaml(Counter.class, """
				genserver:
				  supervision:
				    exceptions:
				      java.lang.IllegalStateException: restart
				      java.io.UncheckedIOException: stop
				""").run((context) -> {
			GenServerRef<Counter> counter = context.getBean(GenServerRegistry.class).ref("counter");
			assertThat(counter.<Integer, RuntimeException>call(Counter::next)).isEqualTo(1);
			fails(counter, new IllegalArgumentException("bad input"));
			assertThat(counter.<Integer, RuntimeException>call(Counter::next)).as("resumed").isEqualTo(2);
			fails(counter, new IllegalStateException("broken"));
			assertThat(counter.<Integer, RuntimeException>call(Counter::next)).as("restarted").isEqualTo(1);
			fails(counter, new UncheckedIOException(new IOException("no disk")));
			context.getBean(GenServerRegistry.class).stop("counter").join();
			assertThat(context.getBean(GenServerRegistry.class).info("counter").restarts()).isEqualTo(1);
			assertThat(context.getBean(GenServerRegistry.class).info("counter").state()).isEqualTo(ServerState.STOPPED);
		});
	}

	@Test
	void S12_theStrategiesOfAServerAddToThoseOfAllAndReplaceThem() {
		yaml(Counter.class, """
				genserver:
				  supervision:
				    strategy: stop
				    exceptions:
				      java.lang.IllegalStateException: restart
				      java.io.IOException: restart
				  servers:
				    counter:
				      supervision:
				        strategy: restart
				        exceptions:
				          java.lang.IllegalStateException: resume
				          "[java.io.FileNotFoundException]": stop
				          "[io.genserver.autoconfigure.server.SupervisionPropertiesTest$Refused]": resume
				""").run((context) -> {
			Supervision supervision = supervision(context, "counter");
			assertThat(supervision.strategyFor(new IllegalStateException())).isEqualTo(SupervisionStrategy.RESUME);
			assertThat(supervision.strategyFor(new IOException())).isEqualTo(SupervisionStrategy.RESTART);
			assertThat(supervision.strategyFor(new FileNotFoundException())).isEqualTo(SupervisionStrategy.STOP);
			assertThat(supervision.strategyFor(new Refused())).isEqualTo(SupervisionStrategy.RESUME);
			assertThat(supervision.strategyFor(new IllegalArgumentException())).isEqualTo(SupervisionStrategy.RESTART);
		});
	}

	@Test
	void S12_perExceptionTypeFromTheAnnotation() {
		yaml(Annotated.class, """
				genserver:
				  supervision:
				    exceptions:
				      java.lang.IllegalStateException: resume
				      java.io.FileNotFoundException: restart
				  servers:
				    annotated:
				      supervision:
				        exceptions:
				          java.lang.ArithmeticException: resume
				""").run((context) -> {
			Supervision supervision = supervision(context, "annotated");
			assertThat(supervision.strategyFor(new IOException())).isEqualTo(SupervisionStrategy.STOP);
			assertThat(supervision.strategyFor(new FileNotFoundException())).as("more specific")
				.isEqualTo(SupervisionStrategy.RESTART);
			assertThat(supervision.strategyFor(new IllegalStateException())).as("the annotation comes first")
				.isEqualTo(SupervisionStrategy.RESTART);
			assertThat(supervision.strategyFor(new ArithmeticException())).as("the server's properties come first")
				.isEqualTo(SupervisionStrategy.RESUME);
			assertThat(supervision.strategyFor(new Refused())).isEqualTo(SupervisionStrategy.RESUME);
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					genserver.supervision.exceptions.com.example.Lost=stop                   | genserver.supervision.exceptions.com.example.Lost                     | There is no class 'com.example.Lost'
					genserver.supervision.exceptions.java.lang.String=stop                   | genserver.supervision.exceptions.java.lang.String                     | Class 'java.lang.String' is no exception
					genserver.servers.counter.supervision.exceptions[java.io.Oops]=restart   | genserver.servers.counter.supervision.exceptions.java.io.Oops         | There is no class 'java.io.Oops'
					""")
	void aTypeThatIsNoExceptionFailsTheStartNamingItsProperty(String property, String name, String reason) {
		FailureAnalysis analysis = Analyses.of(Analyses.runner(Counter.class).withPropertyValues(property));
		assertThat(analysis.getDescription()).contains("'" + name + "'").contains(reason);
	}

	@Test
	void anAnnotationThatContradictsItselfFailsTheStart() {
		assertThat(Analyses.of(Analyses.runner(Contradictory.class)).getDescription())
			.contains("java.io.IOException is named for RESUME and for STOP");
	}

	@Test
	void S07_theCapacityComesFromYAML() {
		yaml(Counter.class, """
				genserver:
				  mailbox: { capacity: 7 }
				  servers:
				    counter:
				      mailbox: { capacity: 2, overflow: reject }
				""").run((context) -> {
			GenServerRegistry registry = context.getBean(GenServerRegistry.class);
			registry.suspend("counter");
			GenServerRef<Counter> counter = registry.ref("counter");
			assertThat(registry.info("counter").mailbox().capacity()).isEqualTo(2);
			// A suspension is a command: whatever is sent after it waits.
			assertThat(counter.tryCast(Counter::next)).isTrue();
			assertThat(counter.tryCast(Counter::next)).isTrue();
			assertThat(counter.tryCast(Counter::next)).isFalse();
			GenServerRef<Counter> other = registry.start("other", Counter.class, Counter::new);
			assertThat(registry.info(other.name()).mailbox().capacity()).isEqualTo(7);
			registry.resume("counter");
			assertThat(counter.withTimeout(Duration.ofSeconds(30)).<Integer, RuntimeException>call(Counter::next))
				.isEqualTo(3);
		});
	}

	@Test
	void aServerStartedAtRunTimeHasItsPropertiesThenItsAnnotation() {
		yaml(Counter.class, """
				genserver:
				  call-timeout: 7s
				  unknown-servers: warn
				  servers:
				    late:
				      mailbox: { capacity: 2 }
				""").run((context) -> {
			GenServerRegistry registry = context.getBean(GenServerRegistry.class);
			registry.start("late", Annotated.class, Annotated::new);
			var settings = context.getBean(GenServerRuntime.class).server("late").settings();
			assertThat(settings.capacity()).as("property").isEqualTo(2);
			assertThat(settings.supervision().strategyFor(new IOException())).as("annotation")
				.isEqualTo(SupervisionStrategy.STOP);
			assertThat(settings.callTimeout()).as("of all").hasSeconds(7);
			registry.start("later", Annotated.class, Annotated::new);
			assertThat(registry.info("later").mailbox().capacity()).isEqualTo(5);
		});
	}

	private static void fails(GenServerRef<Counter> counter, RuntimeException failure) {
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> counter.call((state) -> {
			throw failure;
		})).isSameAs(failure);
	}

	private static Supervision supervision(ApplicationContext context, String name) {
		return context.getBean(GenServerRuntime.class).server(name).settings().supervision();
	}

	private static ApplicationContextRunner yaml(Class<?> server, String yaml) {
		return Analyses.runner(server).withInitializer((context) -> {
			try {
				List<PropertySource<?>> sources = new YamlPropertySourceLoader().load("test",
						new InputStreamResource(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))));
				sources.forEach(context.getEnvironment().getPropertySources()::addFirst);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		});
	}

	static class Refused extends IllegalStateException {

	}

	@GenServer("counter")
	static class Counter {

		private int value;

		int next() {
			return ++this.value;
		}

	}

	@GenServer(name = "annotated", capacity = 5, resumeOn = Refused.class,
			restartOn = { IllegalStateException.class, ArithmeticException.class }, stopOn = IOException.class)
	static class Annotated {

	}

	@GenServer(name = "bad", resumeOn = IOException.class, stopOn = IOException.class)
	static class Contradictory {

	}

}
