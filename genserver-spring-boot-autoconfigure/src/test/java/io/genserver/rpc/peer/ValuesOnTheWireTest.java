package io.genserver.rpc.peer;

import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.genserver.Call;
import io.genserver.SupervisionStrategy;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.WireMode;
import io.genserver.remote.RpcException;
import io.genserver.rpc.codec.CborCodec;
import io.genserver.rpc.codec.JsonCodec;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.rpc.inbound.ExposureException;
import io.genserver.rpc.outbound.DynamicOperations;
import io.genserver.rpc.outbound.RemoteContracts;
import io.genserver.runtime.ServerSettings;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Values go through both ends as they are, in both modes and encodings. */
@RealThreads
class ValuesOnTheWireTest {

	private static final JsonCodec JSON = new JsonCodec(JsonMapper.builder().build());

	private final TestServers servers = new TestServers()
		.add("values", ValuesServer.class, ValuesServer::new, false,
				ServerSettings.DEFAULTS.withStrategy(SupervisionStrategy.STOP))
		.start();

	private final List<PeerPair> pairs = new ArrayList<>();

	static List<Object[]> ways() {
		return List.of(new Object[] { WireMode.BASE, JSON }, new Object[] { WireMode.EXT, JSON },
				new Object[] { WireMode.EXT, new CborCodec(CBORMapper.builder().build()) });
	}

	@AfterEach
	void stop() {
		this.pairs.forEach((each) -> {
			each.disconnect("test ends");
			each.close();
		});
		this.servers.close();
	}

	private <C> C connect(WireMode mode, RpcCodec codec, Class<C> contract) {
		PeerPair pair = new PeerPair(mode, ProtocolLimits.defaults(), this.servers.context(ProtocolLimits.defaults()),
				42);
		this.pairs.add(pair);
		return new RemoteContracts(codec, HangGuard.DURATION).server(pair.calls(), "values", contract);
	}

	@ParameterizedTest
	@MethodSource("ways")
	void aReplyKeepsTheFieldsOfItsClass(WireMode mode, RpcCodec codec) {
		Seen seen = connect(mode, codec, Seen.class);
		assertThat(seen.shape().toString()).isEqualTo("{\"radius\":2}");
		assertThat(seen.shapes().toString()).isEqualTo("[{\"radius\":2},{\"side\":3}]");
		assertThat(seen.perhaps().toString()).isEqualTo("{\"radius\":2}");
		assertThat(seen.later().join().toString()).isEqualTo("{\"radius\":2}");
		assertThat(Flux.from(FlowAdapters.toPublisher(seen.items()))
			.map(Object::toString)
			.collectList()
			.block(HangGuard.DURATION)).containsExactly("{\"radius\":2}", "{\"side\":3}");
	}

	@ParameterizedTest
	@MethodSource("ways")
	void whatNamesItsClassComesBack(WireMode mode, RpcCodec codec) {
		Told told = connect(mode, codec, Told.class);
		assertThat(told.animals(List.of(new Cat("a"), new Dog(3)))).containsExactly(new Dog(3), new Cat("a"));
	}

	@ParameterizedTest
	@MethodSource("ways")
	void aTimeKeepsItsOffsetThroughBothEnds(WireMode mode, RpcCodec codec) {
		OffsetDateTime time = OffsetDateTime.parse("2026-11-29T12:00:00+05:30");
		assertThat(connect(mode, codec, Told.class).plusDays(time, 1)).isEqualTo(time.plusDays(1));
	}

	@ParameterizedTest
	@MethodSource("ways")
	void whatACallerGetsWrongIsNoFailureOfTheServer(WireMode mode, RpcCodec codec) {
		Wrong wrong = connect(mode, codec, Wrong.class);
		for (Object bad : List.of(1.5, 1e30, new BigInteger("9223372036854775808"), "x", List.of(1),
				Double.MAX_VALUE)) {
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> wrong.twice(bad));
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> wrong.instant(bad, bad));
		}
		assertThat(wrong.twice(2)).isEqualTo(4);
	}

	@ParameterizedTest
	@MethodSource("ways")
	void whatIsOptionalMayBeLeftOut(WireMode mode, RpcCodec codec) {
		assertThat(connect(mode, codec, Shorter.class).optional(List.of(1))).isEqualTo("1 Optional.empty null");
		assertThat(connect(mode, codec, Shortest.class).only()).isEqualTo("Optional.empty");
		assertThat(connect(mode, codec, Longer.class).optional(1, "b", "c")).isEqualTo("1 Optional[b] c");
	}

	@ParameterizedTest
	@MethodSource("ways")
	void aClientRefusesAContractWhoseRepliesItCouldNotRead(WireMode mode, RpcCodec codec) {
		for (Class<?> contract : List.of(Values.class, UnreadableItems.class)) {
			assertThatIllegalArgumentException().isThrownBy(() -> connect(mode, codec, contract))
				.withMessageContaining("Shape is an interface")
				.withMessageContaining("@JsonTypeInfo");
		}
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new DynamicOperations(codec, 1).operation("values.shape", Shape.class, new Object[0]))
			.withMessageContaining("@JsonTypeInfo");
	}

	@Test
	void anOperationWhoseArgumentsCouldNotBeReadIsNotExposed() {
		for (Object server : List.of(new UnreadableArgument(), new UnreadableItem())) {
			try (TestServers more = new TestServers().add("draw", server).start()) {
				assertThatExceptionOfType(ExposureException.class).isThrownBy(more::exposed)
					.withMessageContaining("cannot be exposed: ")
					.withMessageContaining("Shape is an interface")
					.withMessageContaining("@JsonTypeInfo");
			}
		}
	}

	interface Shape {

	}

	record Circle(int radius) implements Shape {
	}

	record Square(int side) implements Shape {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME)
	sealed interface Animal {

	}

	record Cat(String name) implements Animal {
	}

	record Dog(int age) implements Animal {
	}

	interface Values {

		Shape shape();

		List<Shape> shapes();

		Optional<Shape> perhaps();

		CompletableFuture<Shape> later();

		Flow.Publisher<Shape> items();

		List<Animal> animals(List<Animal> animals);

		OffsetDateTime plusDays(OffsetDateTime time, int days);

		long twice(long number);

		String instant(Instant time, int number);

		String optional(int first, Optional<String> second, @Nullable String third);

		String only(OptionalInt number);

	}

	interface Seen {

		JsonNode shape();

		JsonNode shapes();

		JsonNode perhaps();

		CompletableFuture<JsonNode> later();

		Flow.Publisher<JsonNode> items();

	}

	interface Told {

		List<Animal> animals(List<Animal> animals);

		OffsetDateTime plusDays(OffsetDateTime time, int days);

	}

	interface Wrong {

		long twice(Object number);

		String instant(Object time, Object number);

	}

	interface Shorter {

		String optional(List<Integer> first);

	}

	interface Shortest {

		String only();

	}

	interface Longer {

		String optional(int first, String second, String third);

	}

	interface UnreadableItems {

		Flow.Publisher<Shape> items();

	}

	static class ValuesServer implements Values {

		@Override
		public Shape shape() {
			return new Circle(2);
		}

		@Override
		public List<Shape> shapes() {
			return List.of(new Circle(2), new Square(3));
		}

		@Override
		public Optional<Shape> perhaps() {
			return Optional.of(new Circle(2));
		}

		@Override
		public CompletableFuture<Shape> later() {
			return CompletableFuture.completedFuture(new Circle(2));
		}

		@Override
		public Flow.Publisher<Shape> items() {
			return FlowAdapters.toFlowPublisher(Flux.just(new Circle(2), new Square(3)));
		}

		@Override
		public List<Animal> animals(List<Animal> animals) {
			return animals.reversed();
		}

		@Override
		public OffsetDateTime plusDays(OffsetDateTime time, int days) {
			return time.plusDays(days);
		}

		@Override
		public long twice(long number) {
			return 2 * number;
		}

		@Override
		public String instant(Instant time, int number) {
			return time + " " + number;
		}

		@Override
		public String optional(int first, Optional<String> second, @Nullable String third) {
			return first + " " + second + " " + third;
		}

		@Override
		public String only(OptionalInt number) {
			return number.isPresent() ? "" + number.getAsInt() : "Optional.empty";
		}

	}

	static class UnreadableArgument {

		@Call
		String draw(Shape shape) {
			return "";
		}

	}

	static class UnreadableItem implements Drawing {

		@Override
		public int draw(Flow.Publisher<Shape> shapes) {
			return 0;
		}

	}

	interface Drawing {

		int draw(Flow.Publisher<Shape> shapes);

	}

}
