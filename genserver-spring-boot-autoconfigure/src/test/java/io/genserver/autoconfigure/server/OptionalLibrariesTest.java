package io.genserver.autoconfigure.server;

import java.io.File;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Applications run without the libraries that are optional: with a class path that really
 * lacks them, since the starter's classes, too, must not find them.
 */
class OptionalLibrariesTest {

	/** What the starter brings; everything else on the class path is optional. */
	private static final Pattern STARTER = Pattern
		.compile("classes|test-classes|spring-(core|beans|context|aop|expression)-\\d.*|spring-boot-\\d.*"
				+ "|spring-boot-autoconfigure-.*|jctools-.*|hash4j-.*|slf4j-api-.*|logback-.*|commons-logging-.*"
				+ "|jspecify-.*|snakeyaml-.*|jakarta\\.annotation-api-.*|micrometer-(observation|commons)-\\d.*");

	@Test
	void anApplicationNeedsTheStarterOnly() throws Exception {
		List<URL> classPath = classPath((jar) -> STARTER.matcher(jar).matches());
		for (String optional : List.of("reactor.core.publisher.Mono", "io.netty.buffer.ByteBuf",
				"tools.jackson.databind.ObjectMapper", "io.micrometer.core.instrument.MeterRegistry",
				"io.micrometer.context.ContextSnapshot", "org.springframework.boot.actuate.endpoint.EndpointId",
				"org.springframework.web.reactive.DispatcherHandler", "org.junit.jupiter.api.Test",
				"org.springframework.boot.test.context.SpringBootTest", "jakarta.validation.Validator")) {
			assertThatExceptionOfType(ClassNotFoundException.class).isThrownBy(() -> load(classPath, optional));
		}
		assertThat(run(classPath)).isEqualTo("42 5 8 1");
	}

	@ParameterizedTest(name = "without {0}")
	@CsvSource(delimiter = ';',
			textBlock = """
					Reactor             ; (reactor|spring-boot-(reactor|netty|web|http|starter-security|security)|spring-web|spring-security).*
					Security            ; (spring-boot-(starter-)?|spring-)security.*
					WebFlux             ; spring-(boot-)?webflux.*
					Jackson             ; (jackson|spring-boot-(starter-)?jackson).*
					Micrometer          ; (micrometer-(core|jakarta9)|spring-boot-(starter-)?(micrometer|actuator|health)).*
					context-propagation ; context-propagation.*
					test libraries      ; (junit|opentest4j|assertj|spring-test|spring-boot-test|spring-boot-.*-test|reactor-test|micrometer-observation-test|archunit).*
					""")
	void anApplicationStartsWithout(String library, String jars) throws Exception {
		Pattern hidden = Pattern.compile(jars);
		List<URL> all = classPath((jar) -> true);
		List<URL> rest = classPath((jar) -> !hidden.matcher(jar).matches());
		assertThat(rest).as("%s is not on the class path in the first place", library).hasSizeLessThan(all.size());
		assertThat(run(rest)).isEqualTo("42 5 8 1");
	}

	@ParameterizedTest(name = "{0} without {1}")
	@CsvSource(delimiter = ';', textBlock = """
			clientFailure     ; reactor-netty-http.*                ; io.projectreactor.netty:reactor-netty-http
			clientFailure     ; (jackson|spring-boot-(starter-)?jackson).* ; tools.jackson.core:jackson-databind
			clientFailure     ; reactor-(core|netty).*              ; io.projectreactor:reactor-core
			standaloneFailure ; reactor-netty-http.*                ; io.projectreactor.netty:reactor-netty-http
			standaloneFailure ; (jackson|spring-boot-(starter-)?jackson).* ; tools.jackson.core:jackson-databind
			standaloneFailure ; (spring|reactor|netty|jackson).*    ; io.projectreactor:reactor-core
			endpointFailure   ; (jackson|spring-boot-(starter-)?jackson).* ; spring-boot-starter-jackson
			""")
	void whatNeedsALibraryNamesTheArtifactToAdd(String use, String jars, String artifact) throws Exception {
		Pattern hidden = Pattern.compile(jars);
		String failure = (String) run(classPath((jar) -> !hidden.matcher(jar).matches()), use);
		assertThat(failure).contains("needs libraries that are not on the class path").contains(artifact);
	}

	@Test
	void clientsNeedNoWebFlux() throws Exception {
		Pattern hidden = Pattern.compile("spring-(boot-)?(web(flux)?|security).*");
		List<URL> classPath = classPath((jar) -> !hidden.matcher(jar).matches());
		assertThat(run(classPath, "clientFailure")).isEqualTo("started");
		assertThat((String) run(classPath, "standaloneFailure"))
			.startsWith("GenServerUnavailableException: Cannot connect to ws://localhost:1/ws");
	}

	private static List<URL> classPath(Predicate<String> kept) throws Exception {
		List<URL> classPath = new ArrayList<>();
		for (String entry : Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator))) {
			if (kept.test(Path.of(entry).getFileName().toString())) {
				classPath.add(Path.of(entry).toUri().toURL());
			}
		}
		return classPath;
	}

	private static void load(List<URL> classPath, String name) throws Exception {
		try (URLClassLoader loader = loader(classPath)) {
			loader.loadClass(name);
		}
	}

	private static Object run(List<URL> classPath) throws Exception {
		return run(classPath, "run");
	}

	private static Object run(List<URL> classPath, String method) throws Exception {
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		try (URLClassLoader loader = loader(classPath)) {
			thread.setContextClassLoader(loader);
			Class<?> program = method.startsWith("standalone") ? BareClient.class : BareApplication.class;
			Method run = loader.loadClass(program.getName()).getDeclaredMethod(method);
			run.setAccessible(true);
			return run.invoke(null);
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	private static URLClassLoader loader(List<URL> classPath) {
		return new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
	}

}
