package io.genserver;

import java.io.StringWriter;
import java.io.Writer;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A module of contracts, as docs/moving-a-server.md shows it, needs this project's jar
 * and nothing else: neither to be compiled nor to be loaded.
 */
class ContractModuleTest {

	private static final Path CLASSES = Path.of("target/classes");

	private static final String CONTRACT = """
			package shop;

			import java.util.concurrent.CompletableFuture;
			import java.util.concurrent.Flow;

			import io.genserver.Call;
			import io.genserver.Cast;

			public interface Orders {

				@Call(timeout = "2s", idempotent = true)
				Receipt find(String id);

				CompletableFuture<Receipt> place(Order order);

				@Cast
				void forget(String id);

				Flow.Publisher<Receipt> receipts();

			}
			""";

	private static final String MESSAGE = """
			package shop;

			import io.genserver.Request;

			public record Place(Order order) implements Request<Receipt> {
			}
			""";

	@TempDir
	private Path compiled;

	@Test
	void aContractIsCompiledAndLoadedWithThisJarAlone() throws Exception {
		Writer messages = new StringWriter();
		assertThat(compile(messages)).as(messages::toString).isTrue();
		// The parent has the classes of the JDK only.
		try (URLClassLoader loader = new URLClassLoader(new URL[] { url(this.compiled), url(CLASSES) },
				ClassLoader.getPlatformClassLoader())) {
			Class<?> contract = loader.loadClass("shop.Orders");
			List<String> annotations = new ArrayList<>();
			for (Method method : contract.getMethods()) {
				method.getGenericReturnType();
				for (Object each : method.getAnnotations()) {
					annotations.add(method.getName() + " " + each.getClass().getInterfaces()[0].getSimpleName());
				}
			}
			assertThat(annotations).containsExactlyInAnyOrder("find Call", "forget Cast");
			assertThat(loader.loadClass("shop.Place").getInterfaces()[0].getName()).isEqualTo(Request.class.getName());
		}
	}

	@Test
	void whoDependsOnTheJarGetsNeitherNettyNorWebFluxNorTheTestKit() throws Exception {
		// Optional dependencies and those of tests are not passed on.
		Pattern dependency = Pattern.compile("(?s)<dependency>(.*?)</dependency>");
		String pom = Files.readString(Path.of("pom.xml"));
		Stream<String> passedOn = dependency.matcher(pom.substring(0, pom.indexOf("<profiles>")))
			.results()
			.map((each) -> each.group(1))
			.filter((each) -> !each.contains("<optional>true</optional>") && !each.contains("<scope>test</scope>"));
		assertThat(passedOn.map((each) -> each.replaceAll("(?s).*<artifactId>(.*?)</artifactId>.*", "$1")))
			.containsExactlyInAnyOrder("spring-boot-autoconfigure", "jctools-core-jdk11", "hash4j");
	}

	private boolean compile(Writer messages) {
		List<JavaFileObject> sources = new ArrayList<>();
		sources.add(source("Orders", CONTRACT));
		sources.add(source("Place", MESSAGE));
		sources.add(source("Order", "package shop; public record Order(String article, int pieces) { }"));
		sources.add(source("Receipt", "package shop; public record Receipt(String id, Order order) { }"));
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		return compiler.getTask(messages, null, null,
				List.of("-proc:none", "-classpath", CLASSES.toString(), "-d", this.compiled.toString()), null, sources)
			.call();
	}

	private static JavaFileObject source(String name, String text) {
		return new SimpleJavaFileObject(URI.create("string:///shop/" + name + ".java"), JavaFileObject.Kind.SOURCE) {

			@Override
			public CharSequence getCharContent(boolean ignoreEncodingErrors) {
				return text;
			}

		};
	}

	private static URL url(Path folder) throws Exception {
		return folder.toUri().toURL();
	}

}
