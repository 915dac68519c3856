package io.genserver.rpc.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The client for browsers is small, and what is checked in was bundled from the sources
 * beside it. Whether it is exactly what they give can be seen with Node only; here its
 * source map, which contains them, is compared.
 */
class BrowserClientSizeTest {

	private static final int LIMIT = 12 * 1024;

	private static final Path SOURCES = Path.of("src/main/js");

	private static final String SOURCE_PREFIX = "genserver-client/";

	@Test
	void gzippedTheClientStaysBelowItsLimit() throws IOException {
		assertThat(gzip(resource("genserver-client.js")).length).isLessThanOrEqualTo(LIMIT);
	}

	@Test
	void theBundleWasBuiltFromTheSourcesThereAre() throws IOException {
		JsonNode map = JsonMapper.shared().readTree(resource("genserver-client.js.map"));
		assertThat(map.get("sources").size()).isGreaterThan(10);
		for (int i = 0; i < map.get("sources").size(); i++) {
			String name = map.get("sources").get(i).asString();
			assertThat(name).startsWith(SOURCE_PREFIX);
			assertThat(map.get("sourcesContent").get(i).asString())
				.as(name + ": run npm run build in " + SOURCES + " after a change")
				.isEqualTo(Files.readString(SOURCES.resolve(name.substring(SOURCE_PREFIX.length()))));
		}
	}

	private static byte[] resource(String name) throws IOException {
		try (InputStream in = BrowserClient.class.getResourceAsStream(name)) {
			return Objects.requireNonNull(in).readAllBytes();
		}
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
