package io.genserver.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.genserver.demo.board.Tile;
import io.genserver.demo.kv.Change;
import io.genserver.demo.kv.KeyValue;
import io.genserver.rpc.client.GenServerClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import reactor.test.StepVerifier;

import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The packaged demo, processed ahead of time, in a process of its own: the jar, or with
 * the profile {@code native} the native image. Run by the profile {@code aot}.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AheadOfTimeIT {

	private static final Pattern PORT = Pattern.compile("Netty started on port (\\d+)");

	private static final Duration GUARD = Duration.ofSeconds(240);

	private static final List<String> output = new CopyOnWriteArrayList<>();

	private static Process process;

	private static int port;

	private static WebTestClient web;

	@BeforeAll
	static void start() throws Exception {
		process = new ProcessBuilder(command()).redirectErrorStream(true).start();
		CompletableFuture<Integer> started = new CompletableFuture<>();
		Thread.ofVirtual().start(() -> read(started));
		port = started.get(GUARD.toSeconds(), TimeUnit.SECONDS);
		web = WebTestClient.bindToServer().baseUrl("http://localhost:" + port).responseTimeout(GUARD).build();
	}

	private static List<String> command() {
		List<String> command = new ArrayList<>();
		String image = System.getProperty("genserver.demo.image", "");
		if (image.isEmpty()) {
			command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
					"--enable-native-access=ALL-UNNAMED", "-Dspring.aot.enabled=true", "-jar",
					System.getProperty("genserver.demo.jar")));
		}
		else {
			command.add(image);
		}
		command.addAll(List.of("--server.port=0", "--demo.clock=true"));
		return command;
	}

	private static void read(CompletableFuture<Integer> started) {
		try (BufferedReader lines = process.inputReader()) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				output.add(line);
				Matcher matcher = PORT.matcher(line);
				if (matcher.find()) {
					started.complete(Integer.parseInt(matcher.group(1)));
				}
			}
			started.completeExceptionally(new IllegalStateException(String.join("\n", output)));
		}
		catch (IOException ex) {
			started.completeExceptionally(ex);
		}
	}

	@AfterAll
	static void stop() {
		process.destroyForcibly();
	}

	@Test
	void itWasProcessed() {
		assertThat(output).anyMatch((line) -> line.contains("Starting AOT-processed DemoApplication"));
	}

	@Test
	void hintsForANativeImageAreInTheJar() throws IOException {
		StringBuilder metadata = new StringBuilder();
		try (JarFile jar = new JarFile(System.getProperty("genserver.demo.jar"))) {
			for (JarEntry entry : Collections.list(jar.entries())) {
				if (entry.getName().matches("META-INF/native-image/.*reachability-metadata\\.json")) {
					metadata.append(new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8));
				}
			}
		}
		assertThat(metadata.toString()).contains("\"" + KeyValue.class.getName() + "\"")
			.contains("\"" + Change.class.getName() + "\"")
			.contains("\"" + Tile.class.getName() + "\"")
			.contains("\"io.genserver.demo.board.TileServer\"")
			.contains("genserver-client.js");
	}

	@Test
	void serversAnswerOverTheWire() {
		try (GenServerClient client = GenServerClient.builder()
			.callTimeout(GUARD)
			.connect(URI.create("ws://localhost:" + port + "/ws"))) {
			KeyValue kv = client.server("kv", KeyValue.class);
			kv.set("aot.a", "1");
			assertThat(kv.get("aot.a")).isEqualTo("1");
			StepVerifier.create(kv.watch("aot.").take(1))
				.expectNext(new Change("aot.a", "1"))
				.expectComplete()
				.verify(GUARD);
			Tile tile = client.keyed("tile", Tile.class).get("0,0");
			tile.paint(1, 1, 0xff0000);
			assertThat(tile.snapshot().block(GUARD)).hasSizeGreaterThan(Tile.SIZE);
		}
	}

	@Test
	void theBoardAndItsPageAreServed() {
		web.get()
			.uri("/board.png")
			.exchange()
			.expectStatus()
			.isOk()
			.expectHeader()
			.contentType(MediaType.IMAGE_PNG)
			.expectBody()
			.consumeWith((result) -> assertThat(result.getResponseBody()).startsWith(0x89, 'P', 'N', 'G'));
		for (String each : List.of("/", "/genserver/genserver-client.js", "/genserver/genserver-client.d.ts",
				"/genserver/api.d.ts")) {
			web.get().uri(each).exchange().expectStatus().isOk();
		}
	}

	@Test
	void actuatorShowsServersAndServices() {
		web.get().uri("/actuator/health").exchange().expectBody().jsonPath("$.status").isEqualTo("UP");
		web.get().uri("/actuator/genservers/kv").exchange().expectBody().jsonPath("$.name").isEqualTo("kv");
		web.get().uri("/actuator/backgroundservices").exchange().expectStatus().isOk();
	}

	@Test
	@Order(Integer.MAX_VALUE)
	void itLeavesWhenToldTo() throws Exception {
		process.destroy();
		assertThat(process.waitFor(GUARD.toSeconds(), TimeUnit.SECONDS)).isTrue();
		assertThat(output).noneMatch((line) -> line.contains("ERROR"));
	}

}
