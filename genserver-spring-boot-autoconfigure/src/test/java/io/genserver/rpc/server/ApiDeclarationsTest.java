package io.genserver.rpc.server;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.GenServer;
import io.genserver.rpc.codec.JsonCodec;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.RealThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** The exposed servers are declared for TypeScript as they go over the wire. */
@RealThreads
class ApiDeclarationsTest {

	@Test
	void theDeclarationsAreThoseOfTheExposedContracts() throws Exception {
		try (RpcApplication application = RpcApplication.start(Servers.class, "genserver.rpc.typescript.enabled=true",
				"genserver.rpc.exposed=order-book,counter")) {
			HttpResponse<String> response = get(application);
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.headers().firstValue("content-type")).hasValue("text/x-typescript;charset=UTF-8");
			assertThat(response.headers().firstValue("etag")).isPresent();
			assertThat(response.body()).isEqualTo(golden());
		}
	}

	@Test
	void theDeclarationsCompile(@TempDir Path folder) throws Exception {
		Files.writeString(folder.resolve("api.ts"), golden().replace("export interface Api {", """
				declare const api: Api;
				export async function use(): Promise<void> {
				  const order = await api['order-book']('key').find('a', null);
				  const side: 'BUY' | 'SELL' | undefined = order?.side;
				  for await (const each of api['order-book']('key').watch()) {
				    console.log(each.parent?.note, side);
				  }
				}

				export interface Api {"""));
		TypeScriptCompiler.compile(folder);
	}

	/** Whatever servers, operations, parameters and types are called. */
	@Test
	void anyNamesCompile(@TempDir Path folder) throws Exception {
		try (TestServers servers = new TestServers().add("a-b", new OddServer())
			.add("order", new OddServer())
			.start()) {
			String text = ApiDeclarations.of(servers.runtime().servers(), (server, operation) -> true,
					new JsonCodec(JsonMapper.builder().build()));
			assertThat(text).contains("export interface ABServer {")
				.contains("export interface OrderServer {")
				.contains("export interface ApiDeclarationsTestOrderServer {")
				.contains("  'set-price'(")
				.contains("export interface Record {")
				.doesNotContain("export interface Promise {");
			Files.writeString(folder.resolve("api.ts"), text);
			TypeScriptCompiler.compile(folder);
		}
	}

	@Test
	void nothingIsToldUnlessAskedFor() throws Exception {
		try (RpcApplication application = RpcApplication.start(Servers.class)) {
			assertThat(get(application).statusCode()).isEqualTo(404);
		}
	}

	private static HttpResponse<String> get(RpcApplication application) throws IOException, InterruptedException {
		URI uri = URI.create("http://localhost:" + application.port() + ApiDeclarations.PATH);
		return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
	}

	private static String golden() throws IOException {
		try (InputStream in = ApiDeclarationsTest.class.getResourceAsStream("api.d.ts")) {
			return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	enum Side {

		BUY, SELL

	}

	record Order(UUID id, Side side, BigDecimal price, Instant placed, @Nullable String note, Optional<Order> parent,
			long[] lots, boolean open) {
	}

	record Page<T>(List<T> items, @Nullable String next) {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME)
	sealed interface Shape permits Circle, Square {

	}

	record Circle(double radius) implements Shape {
	}

	record Square(OptionalInt width) implements Shape {
	}

	record Increment(long by) {
	}

	record Promise(int n) {
	}

	record Record(Promise promise, Map<String, Api> apis) {
	}

	record Api(@Nullable Record record) {
	}

	record OrderServer(Record record) {
	}

	interface Odd {

		@Call("set-price")
		Record price(int arguments, OrderServer function);

		@Call("constructor")
		Promise later(Promise await);

		OrderServer on(OrderServer eval);

	}

	static class OddServer implements Odd {

		@Override
		public Record price(int arguments, OrderServer function) {
			return function.record();
		}

		@Override
		public Promise later(Promise await) {
			return await;
		}

		@Override
		public OrderServer on(OrderServer eval) {
			return eval;
		}

	}

	interface OrderBook {

		@Nullable Order find(String in, @Nullable String filter);

		CompletableFuture<Page<Order>> later(Side side);

		Mono<Void> cancel(Set<UUID> ids);

		CompletableFuture<Integer> load(Flux<Order> orders);

		@Cast
		void note(String text, byte[] seal);

		byte[] draw(byte[] picture);

		Shape shapes(Map<String, List<@Nullable Shape>> shapes);

		Object odd(BitSet bits);

		Flux<Order> watch();

	}

	@Configuration(proxyBeanMethods = false)
	static class Servers {

		@Bean("order-book")
		@GenServer(keyed = true)
		OrderBookServer orderBook() {
			return new OrderBookServer();
		}

		@Bean
		@GenServer
		CounterServer counter() {
			return new CounterServer();
		}

	}

	static class CounterServer {

		private long count;

		@Call
		long on(Increment on) {
			this.count += on.by();
			return this.count;
		}

	}

	static class OrderBookServer implements OrderBook {

		@Override
		public @Nullable Order find(String in, @Nullable String filter) {
			return null;
		}

		@Override
		public CompletableFuture<Page<Order>> later(Side side) {
			return new CompletableFuture<>();
		}

		@Override
		public Mono<Void> cancel(Set<UUID> ids) {
			return Mono.empty();
		}

		@Override
		public CompletableFuture<Integer> load(Flux<Order> orders) {
			return CompletableFuture.completedFuture(0);
		}

		@Override
		public void note(String text, byte[] seal) {
		}

		@Override
		public byte[] draw(byte[] picture) {
			return picture;
		}

		@Override
		public Shape shapes(Map<String, List<@Nullable Shape>> shapes) {
			return new Circle(1);
		}

		@Override
		public Object odd(BitSet bits) {
			return bits;
		}

		@Override
		public Flux<Order> watch() {
			return Flux.empty();
		}

	}

}
