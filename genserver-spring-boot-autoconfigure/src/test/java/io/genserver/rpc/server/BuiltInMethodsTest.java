package io.genserver.rpc.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.GenServer;
import io.genserver.GenServerRegistry;
import io.genserver.remote.RpcAuthorization;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.rpc.client.GenServerClientBuilder;
import io.genserver.rpc.codec.CborCodec;
import io.genserver.runtime.LocalRegistry;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.RealThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORMapper;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What an endpoint tells of itself, in both modes. */
@ExtendWith(BufferLeaks.class)
@RealThreads
class BuiltInMethodsTest {

	private static GenServerClientBuilder builder(String mode) {
		return mode.equals("base") ? GenServerClient.builder().baseMode() : GenServerClient.builder();
	}

	private static GenServerClient connect(RpcApplication application, GenServerClientBuilder builder) {
		return builder.connect(URI.create("ws://localhost:" + application.port() + "/ws"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "base", "ext" })
	void aPingIsAnsweredWithWhatItCarries(String mode) {
		try (RpcApplication application = RpcApplication.start();
				GenServerClient client = connect(application, builder(mode))) {
			client.call("$rpc.ping", void.class);
			assertThat(client.<String>call("$rpc.ping", String.class, "are you there?")).isEqualTo("are you there?");
			assertThat(client.<byte[]>call("$rpc.ping", byte[].class, new byte[] { 1, 2, 3 })).containsExactly(1, 2, 3);
		}
	}

	@Test
	void aPingInAnotherEncodingIsAnsweredInThat() {
		try (RpcApplication application = RpcApplication.start();
				GenServerClient client = connect(application,
						GenServerClient.builder().codec(new CborCodec(CBORMapper.shared())))) {
			assertThat(client.<String>call("$rpc.ping", String.class, "are you there?")).isEqualTo("are you there?");
			assertThat(client.<Map<String, Object>>call("$rpc.health", Map.class)).containsEntry("status", "UP");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "base", "ext" })
	void theHealthIsToldInWordsAndOfExposedServersOnly(String mode) {
		try (RpcApplication application = RpcApplication.start("genserver.rpc.exposed=math,frail",
				"genserver.supervision.max-restarts=0", Frail.class);
				GenServerClient client = connect(application, builder(mode))) {
			assertThat(health(client))
				.isEqualTo(Map.of("status", "UP", "servers", Map.of("frail", "UP", "math", "UP")));
			Supervised frail = application.bean(Supervised.class);
			assertThatThrownBy(frail::fail).isInstanceOf(OutOfMemoryError.class);
			RpcApplication.await(() -> "DOWN".equals(health(client).get("status")));
			assertThat(health(client))
				.isEqualTo(Map.of("status", "DOWN", "servers", Map.of("frail", "DOWN", "math", "UP")));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "base", "ext" })
	void aHandlerThatIsStuckIsToldWithoutSayingWhich(String mode) {
		try (RpcApplication application = RpcApplication.start("genserver.rpc.exposed=math,gate.hold",
				"genserver.stuck-handler-limit=1ms"); GenServerClient client = connect(application, builder(mode))) {
			CompletableFuture<String> held = client.callAsync("gate.hold", String.class);
			RpcApplication.await(() -> "OUT_OF_SERVICE".equals(health(client).get("status")));
			assertThat(health(client)).isEqualTo(
					Map.of("status", "OUT_OF_SERVICE", "servers", Map.of("gate", "OUT_OF_SERVICE", "math", "UP")));
			application.probe().release.countDown();
			assertThat(held.join()).isEqualTo("released");
		}
	}

	private static Map<String, Object> health(GenServerClient client) {
		return client.call("$rpc.health", Map.class);
	}

	@ParameterizedTest
	@ValueSource(strings = { "base", "ext" })
	void whoMayKnowIsToldWhatThereIs(String mode) throws IOException {
		try (RpcApplication application = RpcApplication.start("genserver.rpc.describe=on",
				"genserver.rpc.exposed=stock,till", Shop.class);
				GenServerClient client = connect(application, builder(mode));
				InputStream golden = BuiltInMethodsTest.class.getResourceAsStream("describe.json")) {
			JsonNode told = client.call("$rpc.describe", JsonNode.class);
			JsonMapper mapper = JsonMapper.shared();
			assertThat(mapper.writerWithDefaultPrettyPrinter().writeValueAsString(told))
				.isEqualTo(mapper.writerWithDefaultPrettyPrinter()
					.writeValueAsString(mapper.readTree(Objects.requireNonNull(golden))));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "base", "ext" })
	void nobodyIsToldWhatThereIsUnlessThatIsConfigured(String mode) {
		try (RpcApplication application = RpcApplication.start();
				GenServerClient client = connect(application, builder(mode))) {
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> client.call("$rpc.describe", JsonNode.class))
				.satisfies((failure) -> assertThat(failure.status()).isEqualTo(Status.METHOD_NOT_FOUND));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "base", "ext" })
	void whatThereIsMayBeToldToWhomTheApplicationChooses(String mode) {
		try (RpcApplication application = RpcApplication.start("genserver.rpc.describe=authorized", Choosy.class);
				GenServerClient client = connect(application, builder(mode))) {
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> client.call("$rpc.describe", JsonNode.class))
				.satisfies((failure) -> assertThat(failure.status())
					.isEqualTo(mode.equals("base") ? Status.FAIL : Status.PERMISSION_DENIED));
			application.bean(Choosy.class).allowed = true;
			assertThat(client.<JsonNode>call("$rpc.describe", JsonNode.class).get("servers")).isNotEmpty();
		}
	}

	@Test
	void withNobodyToDecideItTheApplicationDoesNotStart() {
		assertThatThrownBy(() -> RpcApplication.start("genserver.rpc.describe=authorized")).rootCause()
			.hasMessageContaining("genserver.rpc.describe")
			.hasMessageContaining("RpcAuthorization");
	}

	@Test
	void noServerMayHaveTheNameOfTheEndpointsOwn() {
		assertThatThrownBy(() -> RpcApplication.start(Usurper.class)).isInstanceOf(Exception.class)
			.satisfies((failure) -> assertThat(failure)
				.hasStackTraceContaining("'$rpc' cannot be the name of a server: it must begin with a letter"));
		try (RpcApplication application = RpcApplication.start();
				GenServerClient client = connect(application, builder("ext"))) {
			GenServerRegistry registry = application.bean(LocalRegistry.class);
			assertThatThrownBy(() -> registry.start("$rpc", TillServer.class, TillServer::new))
				.isInstanceOf(IllegalArgumentException.class)
				.hasMessageContaining("'$rpc' cannot be the name of a server");
			assertThatThrownBy(() -> client.serve("$rpc", Till.class, new TillServer()))
				.isInstanceOf(IllegalArgumentException.class)
				.hasMessageContaining("'$rpc' cannot be the name of a server");
		}
	}

	enum Unit {

		PIECE, KILO

	}

	record Item(UUID id, Unit unit, double price, @Nullable String note, Optional<Item> replacement) {
	}

	record Page<T>(List<T> elements, long total) {
	}

	sealed interface Change {

		record Added(Item item) implements Change {
		}

		record Removed(UUID id) implements Change {
		}

	}

	interface Stock {

		@Call(idempotent = true)
		Page<Item> find(String text, int page);

		@Nullable Item get(UUID id);

		@Cast
		void touch(UUID id);

		Flux<Change> watch();

		int load(Flux<Item> items);

		Flux<byte[]> convert(byte[] header, Flux<byte[]> chunks);

		byte[] picture(byte[] thumbnail);

		void clear();

	}

	interface Till {

		long pay(double amount);

	}

	@Configuration(proxyBeanMethods = false)
	static class Shop {

		@Bean
		@GenServer
		StockServer stock() {
			return new StockServer();
		}

		@Bean
		@GenServer(keyed = true)
		TillServer till() {
			return new TillServer();
		}

	}

	static class StockServer implements Stock {

		@Override
		public Page<Item> find(String text, int page) {
			return new Page<>(List.of(), 0);
		}

		@Override
		public @Nullable Item get(UUID id) {
			return null;
		}

		@Override
		public void touch(UUID id) {
		}

		@Override
		public Flux<Change> watch() {
			return Flux.empty();
		}

		@Override
		public int load(Flux<Item> items) {
			return 0;
		}

		@Override
		public Flux<byte[]> convert(byte[] header, Flux<byte[]> chunks) {
			return chunks;
		}

		@Override
		public byte[] picture(byte[] thumbnail) {
			return thumbnail;
		}

		@Override
		public void clear() {
		}

	}

	static class TillServer implements Till {

		@Override
		public long pay(double amount) {
			return 0;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Usurper {

		@Bean("$rpc")
		@GenServer
		TillServer till() {
			return new TillServer();
		}

	}

	static class Choosy implements RpcAuthorization {

		volatile boolean allowed;

		@Override
		public CompletableFuture<Boolean> authorize(io.genserver.Caller.Remote caller, Target target) {
			return CompletableFuture
				.completedFuture(this.allowed || !target.equals(new Target("$rpc", null, "describe")));
		}

	}

	interface Supervised {

		void fail();

	}

	@Configuration(proxyBeanMethods = false)
	static class Frail {

		@Bean
		@GenServer
		FrailServer frail() {
			return new FrailServer();
		}

	}

	static class FrailServer implements Supervised {

		@Override
		public void fail() {
			throw new OutOfMemoryError("a secret");
		}

	}

}
