package io.genserver.rpc.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The client for browsers is small: at most 10 000 bytes, minified and gzipped. A
 * minifier is not part of every build, so its part is played by what Java can do alone:
 * comments and indentation are left out. Names stay as they are, which makes the rest
 * more than a third longer than minified.
 */
class BrowserClientSizeTest {

	private static final int MINIFIED = 10_000;

	/** As long as the client is when it has about {@link #MINIFIED} bytes minified. */
	private static final int STRIPPED = 13_600;

	private static final String MEASURE = "measure it as docs/browser-client.md says: up to " + MINIFIED
			+ " bytes the limit of this test may be raised, and what that page says with it";

	@Test
	void withoutCommentsAndIndentationTheClientStaysBelowWhatIsItsLimitMinified() throws IOException {
		byte[] gzipped = gzip(stripped(source()).getBytes(StandardCharsets.UTF_8));
		assertThat(gzipped.length).as(MEASURE).isLessThanOrEqualTo(STRIPPED);
	}

	@Test
	void stripsNothingButCommentsAndIndentation() {
		assertThat(stripped("/**\n * A\n */\n\tf(a); // b\n\n// c\n\t'/*';\n")).isEqualTo("f(a); // b\n'/*';");
	}

	/** Where terser is at hand: its command is given as {@code GENSERVER_TERSER}. */
	@Test
	@EnabledIfEnvironmentVariable(named = "GENSERVER_TERSER", matches = ".+")
	void minifiedTheClientStaysBelowItsLimit(@TempDir Path folder) throws Exception {
		Path script = Files.writeString(folder.resolve("client.mjs"), source());
		Path minified = folder.resolve("minified.mjs");
		Process process = new ProcessBuilder(List.of(System.getenv("GENSERVER_TERSER"), script.toString(), "--module",
				"--compress", "passes=3", "--mangle", "--output", minified.toString()))
			.inheritIO()
			.start();
		assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
		assertThat(process.exitValue()).isZero();
		assertThat(gzip(Files.readAllBytes(minified)).length).isLessThanOrEqualTo(MINIFIED);
	}

	private static String source() throws IOException {
		try (InputStream script = BrowserClient.class.getResourceAsStream("genserver-client.js")) {
			return new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	/** Comments are lines of their own in the client. */
	private static String stripped(String source) {
		return source.lines()
			.map(String::strip)
			.filter((line) -> !line.isEmpty() && !line.startsWith("//") && !line.startsWith("/*")
					&& !line.startsWith("*"))
			.collect(Collectors.joining("\n"));
	}

	/** As short as gzip can make it. */
	private static byte[] gzip(byte[] bytes) throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(out) {
			{
				this.def.setLevel(Deflater.BEST_COMPRESSION);
			}
		}) {
			gzip.write(bytes);
		}
		return out.toByteArray();
	}

}
