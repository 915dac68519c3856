package io.genserver;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The Javadoc of the types that applications begin with shows how they are used, in code
 * that compiles.
 */
class JavadocExamplesTest {

	@TempDir
	private Path compiled;

	@ParameterizedTest
	@CsvSource({ "GenServer", "GenServerContext", "GenServerRef", "Keyed", "GenServerRegistry", "Events" })
	void aTypeThatApplicationsBeginWithHasAnExample(String type) throws IOException {
		assertThat(JavadocExample.of(type)).isNotBlank();
	}

	@Test
	void theExamplesCompile() throws IOException {
		String source = """
				import java.time.Duration;
				import java.util.Set;
				import java.util.TreeSet;
				import java.util.concurrent.Flow;
				import io.genserver.*;

				%s

				interface Stock { void reserve(int pieces); }

				%s

				interface Room { void enter(String name); int inside(); }

				interface Lobby {
					Flow.Publisher<String> join(String name);
					void whisper(String name, String text);
					void kick(String name);
				}

				%s

				record Increment(long by) implements Request<Long> { }

				class Examples {

					void ref(GenServerRef<CounterServer> counter) {
						%s
					}

					void keyed(Keyed<Room> rooms) {
						%s
					}

					void registry(GenServerRegistry registry) {
						%s
					}

				}
				""".formatted(JavadocExample.of("GenServer"), JavadocExample.of("GenServerContext"),
				JavadocExample.of("Events"), JavadocExample.of("GenServerRef"), JavadocExample.of("Keyed"),
				JavadocExample.of("GenServerRegistry"));
		Writer messages = new StringWriter();
		assertThat(compile(source, messages)).as(() -> messages + source).isTrue();
	}

	private boolean compile(String source, Writer messages) {
		JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///Examples.java"),
				JavaFileObject.Kind.SOURCE) {

			@Override
			public CharSequence getCharContent(boolean ignoreEncodingErrors) {
				return source;
			}

		};
		return ToolProvider.getSystemJavaCompiler()
			.getTask(messages, null, null,
					List.of("-proc:none", "-classpath", System.getProperty("java.class.path"), "-d",
							this.compiled.toString()),
					null, List.of(file))
			.call();
	}

}
