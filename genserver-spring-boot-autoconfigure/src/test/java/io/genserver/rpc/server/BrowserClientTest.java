package io.genserver.rpc.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The client for browsers is served by the endpoint's application, and only by it. */
@RealThreads
class BrowserClientTest {

	private static RpcApplication application;

	private final HttpClient http = HttpClient.newHttpClient();

	@BeforeAll
	static void start() {
		application = RpcApplication.start();
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@ParameterizedTest
	@CsvSource({ "/genserver/genserver-client.js, text/javascript;charset=UTF-8, ' as connect}'",
			"/genserver/genserver-client.js.map, application/json, genserver-client/reconnect.js",
			"/genserver/genserver-client.d.ts, text/x-typescript;charset=UTF-8, export declare function connect(" })
	void aFileIsServedWithItsTypeAndMayBeKeptIfItIsAskedAbout(String path, String type, String content)
			throws Exception {
		HttpResponse<String> response = get(application, path);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("content-type")).hasValue(type);
		assertThat(response.headers().firstValue("cache-control")).hasValue("no-cache");
		assertThat(response.headers().firstValue("x-content-type-options")).hasValue("nosniff");
		assertThat(response.headers().firstValue("etag"))
			.hasValueSatisfying((etag) -> assertThat(etag).matches("\"\\w+\""));
		assertThat(response.body()).contains(content);
	}

	@ParameterizedTest
	@ValueSource(strings = { BrowserClient.SCRIPT_PATH, BrowserClient.SOURCE_MAP_PATH, BrowserClient.TYPES_PATH })
	void aFileThatIsKeptIsNotSentAgain(String path) throws Exception {
		String etag = get(application, path).headers().firstValue("etag").orElseThrow();
		HttpResponse<String> same = get(application, path, "If-None-Match", etag);
		assertThat(same.statusCode()).isEqualTo(304);
		assertThat(same.body()).isEmpty();
		assertThat(get(application, path, "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { BrowserClient.SCRIPT_PATH, BrowserClient.SOURCE_MAP_PATH, BrowserClient.TYPES_PATH })
	void pagesOfOtherOriginsThatMayConnectMayLoadIt(String path) throws Exception {
		try (RpcApplication open = RpcApplication
			.start("genserver.rpc.allowed-origins=https://good.example,https://*.better.example")) {
			for (String origin : List.of("https://good.example", "https://much.better.example")) {
				HttpResponse<String> response = get(open, path, "Origin", origin);
				assertThat(response.statusCode()).isEqualTo(200);
				assertThat(response.headers().firstValue("access-control-allow-origin")).hasValue(origin);
				assertThat(response.headers().firstValue("vary")).hasValue("Origin");
				HttpResponse<String> kept = get(open, path, "Origin", origin, "If-None-Match",
						response.headers().firstValue("etag").orElseThrow());
				assertThat(kept.statusCode()).isEqualTo(304);
				assertThat(kept.headers().firstValue("access-control-allow-origin")).hasValue(origin);
			}
			for (String origin : List.of("https://evil.example", "null", "http://localhost:" + open.port())) {
				HttpResponse<String> response = get(open, path, "Origin", origin);
				assertThat(response.statusCode()).isEqualTo(200);
				assertThat(response.headers().firstValue("access-control-allow-origin")).isEmpty();
				assertThat(response.headers().firstValue("vary")).hasValue("Origin");
			}
		}
		assertThat(get(application, path, "Origin", "https://good.example").headers()
			.firstValue("access-control-allow-origin")).isEmpty();
	}

	@Test
	void aHeadRequestGetsNoBody() throws Exception {
		HttpRequest request = HttpRequest.newBuilder(uri(application, BrowserClient.SCRIPT_PATH))
			.method("HEAD", HttpRequest.BodyPublishers.noBody())
			.build();
		HttpResponse<String> response = this.http.send(request, BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("etag")).isPresent();
		assertThat(response.body()).isEmpty();
	}

	@Test
	void nothingIsServedUnlessTheEndpointIsEnabled() throws Exception {
		try (RpcApplication without = RpcApplication.start("genserver.rpc.enabled=false")) {
			assertThat(get(without, BrowserClient.SCRIPT_PATH).statusCode()).isEqualTo(404);
			assertThat(get(without, BrowserClient.TYPES_PATH).statusCode()).isEqualTo(404);
		}
	}

	private HttpResponse<String> get(RpcApplication from, String path, String... headers)
			throws IOException, InterruptedException {
		HttpRequest.Builder request = HttpRequest.newBuilder(uri(from, path));
		if (headers.length > 0) {
			request.headers(headers);
		}
		return this.http.send(request.build(), BodyHandlers.ofString());
	}

	private static URI uri(RpcApplication of, String path) {
		return URI.create("http://localhost:" + of.port() + path);
	}

}
