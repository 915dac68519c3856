package io.genserver.rpc.server;

import java.io.File;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import io.genserver.rpc.codec.CodecException;
import io.genserver.rpc.codec.JsonCodec;
import io.genserver.rpc.codec.ValueShape;
import io.genserver.rpc.codec.ValueShape.Definition;
import io.genserver.rpc.codec.ValueShapes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is described is what is written: for each of many types, values that the codec
 * writes fit the schema and, compiled strictly, the type of TypeScript.
 */
class DescribedValuesTest {

	private static final Instant TIME = Instant.parse("2026-11-29T12:00:00.25Z");

	/** Mappers by what is special about them. */
	static Map<String, JsonMapper> mappers() {
		Map<String, JsonMapper> mappers = new LinkedHashMap<>();
		mappers.put("plain", JsonMapper.builder().build());
		mappers.put("snake", JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build());
		mappers.put("timestamps",
				JsonMapper.builder()
					.enable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS, DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
					.build());
		mappers.put("sparse",
				JsonMapper.builder()
					.changeDefaultPropertyInclusion((known) -> known.withValueInclusion(JsonInclude.Include.NON_NULL))
					.build());
		mappers.put("empty",
				JsonMapper.builder()
					.changeDefaultPropertyInclusion((known) -> known.withValueInclusion(JsonInclude.Include.NON_EMPTY))
					.build());
		mappers.put("ordinals", JsonMapper.builder().enable(EnumFeature.WRITE_ENUMS_USING_INDEX).build());
		mappers.put("names",
				JsonMapper.builder()
					.disable(EnumFeature.WRITE_ENUMS_USING_TO_STRING, EnumFeature.READ_ENUMS_USING_TO_STRING)
					.build());
		return mappers;
	}

	static List<Sample> samples() throws Exception {
		List<Sample> all = new ArrayList<>();
		Map<Class<?>, Object> plain = new LinkedHashMap<>();
		plain.put(String.class, "a'\"\\\n");
		plain.put(char.class, 'x');
		plain.put(int.class, 7);
		plain.put(Long.class, 7L);
		plain.put(short.class, (short) 7);
		plain.put(double.class, 1.5);
		plain.put(float.class, 1.5f);
		plain.put(boolean.class, true);
		plain.put(BigDecimal.class, new BigDecimal("1.50"));
		plain.put(BigInteger.class, BigInteger.TEN);
		plain.put(Number.class, 1.5);
		plain.put(ByteBuffer.class, ByteBuffer.wrap(new byte[] { 1, 2 }));
		plain.put(char[].class, new char[] { 'a' });
		plain.put(UUID.class, new UUID(1, 2));
		plain.put(URI.class, URI.create("a:b"));
		plain.put(java.net.URL.class, URI.create("http://a/b").toURL());
		plain.put(Locale.class, Locale.GERMANY);
		plain.put(Currency.class, Currency.getInstance("EUR"));
		plain.put(TimeZone.class, TimeZone.getTimeZone("UTC"));
		plain.put(Pattern.class, Pattern.compile("a"));
		plain.put(File.class, new File("a"));
		plain.put(Class.class, String.class);
		plain.put(StringBuilder.class, new StringBuilder("a"));
		plain.put(BitSet.class, BitSet.valueOf(new byte[] { 5 }));
		plain.put(Instant.class, TIME);
		plain.put(LocalDate.class, LocalDate.of(2026, 1, 2));
		plain.put(LocalTime.class, LocalTime.of(1, 2, 3));
		plain.put(LocalDateTime.class, LocalDateTime.of(2026, 1, 2, 3, 4));
		plain.put(OffsetDateTime.class, TIME.atOffset(ZoneOffset.ofHours(5)));
		plain.put(OffsetTime.class, OffsetTime.of(1, 2, 3, 4, ZoneOffset.UTC));
		plain.put(ZonedDateTime.class, TIME.atZone(ZoneId.of("Europe/Paris")));
		plain.put(Duration.class, Duration.ofMillis(1500));
		plain.put(Period.class, Period.ofDays(3));
		plain.put(Year.class, Year.of(2026));
		plain.put(YearMonth.class, YearMonth.of(2026, 1));
		plain.put(MonthDay.class, MonthDay.of(1, 2));
		plain.put(Month.class, Month.MARCH);
		plain.put(DayOfWeek.class, DayOfWeek.FRIDAY);
		plain.put(ZoneId.class, ZoneId.of("Europe/Paris"));
		plain.put(ZoneOffset.class, ZoneOffset.UTC);
		plain.put(Date.class, Date.from(TIME));
		plain.put(OptionalInt.class, OptionalInt.empty());
		plain.put(OptionalLong.class, OptionalLong.of(1));
		plain.put(OptionalDouble.class, OptionalDouble.of(1.5));
		plain.put(AtomicInteger.class, new AtomicInteger(1));
		plain.put(AtomicLong.class, new AtomicLong(1));
		plain.put(AtomicBoolean.class, new AtomicBoolean());
		plain.put(int[].class, new int[] { 1 });
		plain.put(long[].class, new long[] { 1 });
		plain.put(double[].class, new double[] { 1.5 });
		plain.put(boolean[].class, new boolean[] { true });
		plain.put(String[].class, new String[] { "a" });
		plain.put(byte[][].class, new byte[][] { { 1 } });
		plain.put(Object.class, Map.of("a", 1));
		plain.put(List.class, List.of(1, "a"));
		plain.put(Map.class, Map.of("a", 1));
		plain.put(JsonNode.class, JsonMapper.shared().readTree("{\"a\":[1]}"));
		plain.put(TimeUnit.class, TimeUnit.DAYS);
		plain.put(Side.class, Side.BUY);
		plain.put(Named.class, Named.SECOND);
		plain.put(Numbered.class, Numbered.TWO);
		plain.put(Spoken.class, Spoken.ONE);
		plain.put(Bodied.class, Bodied.A);
		plain.put(Order.class,
				new Order(
						new UUID(1, 2), Side.BUY, BigDecimal.ONE, TIME, null, Optional.of(new Order(new UUID(1, 2),
								Side.SELL, BigDecimal.ONE, TIME, "n", Optional.empty(), List.of(), new byte[0])),
						List.of(1L), new byte[] { 1 }));
		plain.put(Record.class, new Record("a", Month.MAY));
		plain.put(Array.class, new Array(List.of(List.of("a")), new Promise(1)));
		plain.put(Renamed.class, new Renamed("a", "b", 3, 4, "e"));
		plain.put(Kebab.class, new Kebab("a", 1));
		plain.put(Formatted.class, new Formatted(1, LocalDate.of(2026, 1, 2), Side.BUY, TIME, 3));
		plain.put(Wrapped.class, new Wrapped("a", new Address("s", "c"), new Address("t", "d")));
		plain.put(Sparse.class, new Sparse(null, null, Optional.empty(), List.of()));
		plain.put(Token.class, new Token("a"));
		plain.put(Amounts.class, new Amounts(Map.of("a", 1)));
		plain.put(Tree.class, new Tree("a", List.of(new Tree("b", List.of()))));
		plain.put(Bean.class, new Bean());
		plain.put(Extra.class, new Extra(1, Map.of("x", "y")));
		plain.put(Row.class, new Row(1, "a"));
		plain.put(Partly.class, new Partly(new Address("s", "c"), new Address("t", "d")));
		plain.put(Boxes.class, new Boxes(1, null, 2L));
		plain.put(Quote.class, new Quote(1, 2));
		plain.forEach((type, value) -> all.add(new Sample(type, value)));
		all.add(new Sample(OptionalInt.class, OptionalInt.of(3)));
		all.add(new Sample(Sparse.class, new Sparse("a", "b", Optional.of("c"), List.of("d"))));
		for (Shape each : List.of(new Circle(1.5), new Square(2, "a"), new Point())) {
			all.add(new Sample(Shape.class, each));
			all.add(new Sample(Boxed.class, new Boxed(each, List.of(each))));
		}
		all.add(new Sample(Circle.class, new Circle(1)));
		for (Message each : List.of(new Text("a"), new Gone())) {
			all.add(new Sample(Message.class, each));
		}
		all.add(new Sample(Wrapper.class, new Inner(1)));
		all.add(new Sample(Listed.class, new Element(1)));
		all.add(new Sample(Animal.class, new Animal("a")));
		all.add(new Sample(Animal.class, new Dog("a", 3)));
		all.add(new Sample(Dog.class, new Dog("a", 3)));
		all.add(new Sample(Level.class, new Level.Deep(new Level.Leaf(1))));
		all.add(new Sample(Kind.class, SmallKind.A));
		all.add(new Sample(Kind.class, new LargeKind(3)));
		all.add(of(new TypeReference<List<@Nullable Shape>>() {
		}, List.of(new Circle(1))));
		all.add(of(new TypeReference<Page<Order>>() {
		}, new Page<>(List.of(), "n")));
		all.add(of(new TypeReference<Page<Page<Side>>>() {
		}, new Page<>(List.of(new Page<>(List.of(Side.BUY), null)), "n")));
		all.add(of(new TypeReference<Map<String, List<Side>>>() {
		}, Map.of("a", List.of(Side.SELL))));
		all.add(of(new TypeReference<Map<Side, Integer>>() {
		}, Map.of(Side.SELL, 1)));
		all.add(of(new TypeReference<Map<Named, Integer>>() {
		}, Map.of(Named.SECOND, 1)));
		all.add(of(new TypeReference<EnumMap<Side, Order>>() {
		}, new EnumMap<>(Map.of(Side.BUY, new Order(new UUID(1, 2), Side.BUY, BigDecimal.ONE, TIME, null,
				Optional.empty(), List.of(), new byte[0])))));
		all.add(of(new TypeReference<Map<UUID, Boolean>>() {
		}, Map.of(new UUID(1, 2), true)));
		all.add(of(new TypeReference<Map<Integer, Map<LocalDate, Double>>>() {
		}, Map.of(1, Map.of(LocalDate.EPOCH, 1.5))));
		all.add(of(new TypeReference<EnumSet<Side>>() {
		}, EnumSet.allOf(Side.class)));
		all.add(of(new TypeReference<Set<Optional<String>>>() {
		}, Set.of(Optional.of("a"), Optional.empty())));
		all.add(of(new TypeReference<Optional<Order>>() {
		}, Optional.empty()));
		all.add(of(new TypeReference<AtomicReference<Side>>() {
		}, new AtomicReference<>(Side.BUY)));
		all.add(of(new TypeReference<Map.Entry<String, Integer>>() {
		}, Map.entry("a", 1)));
		all.add(of(new TypeReference<Iterable<Side>>() {
		}, List.of(Side.BUY)));
		all.add(of(new TypeReference<Collection<? extends Shape>>() {
		}, List.of(new Circle(1))));
		all.add(of(new TypeReference<Result<Order>>() {
		}, new Failed<>("a")));
		all.add(of(new TypeReference<Result<List<Side>>>() {
		}, new Ok<>(List.of(Side.BUY))));
		all.add(of(new TypeReference<List<int[]>>() {
		}, List.of(new int[] { 1 })));
		all.add(of(new TypeReference<Pair<String, Pair<Side, Integer>>>() {
		}, new Pair<>("a", new Pair<>(Side.BUY, 1))));
		return all;
	}

	private static Sample of(TypeReference<?> type, Object value) {
		return new Sample(type.getType(), value);
	}

	static Set<String> mapperNames() {
		return mappers().keySet();
	}

	@ParameterizedTest
	@MethodSource("mapperNames")
	void whatIsWrittenFitsItsSchema(String name) throws Exception {
		JsonMapper mapper = mappers().get(name);
		JsonCodec codec = new JsonCodec(mapper);
		ValueShapes shapes = codec.shapes();
		Map<Sample, ValueShape> described = new LinkedHashMap<>();
		for (Sample each : samples()) {
			described.put(each, shapes.written(each.type(), null));
		}
		SchemaCheck check = new SchemaCheck(JsonSchemas.definitions(shapes.finish(Set.of())));
		List<String> problems = new ArrayList<>();
		described.forEach((sample, shape) -> {
			String problem = check.problem(JsonSchemas.of(shape),
					mapper.readTree(codec.value(sample.type()).encode(sample.value())));
			if (problem != null) {
				problems.add(sample.type().getTypeName() + ": " + problem);
			}
		});
		assertThat(problems).isEmpty();
	}

	@Test
	void whatIsKnownIsDescribed() throws Exception {
		ValueShapes shapes = new JsonCodec(JsonMapper.builder().build()).shapes();
		Map<String, ValueShape> described = new LinkedHashMap<>();
		for (Sample each : samples()) {
			described.put(each.type().getTypeName(), shapes.written(each.type(), null));
		}
		Collection<Definition> definitions = shapes.finish(TypeScriptTypes.TAKEN);
		StringBuilder text = new StringBuilder();
		described.forEach((type, shape) -> text.append(type.replaceAll("[a-z.]*DescribedValuesTest\\$", ""))
			.append(": ")
			.append(TypeScriptTypes.of(shape))
			.append('\n'));
		definitions.forEach((each) -> text.append('\n').append(TypeScriptTypes.declaration(each)));
		Path golden = Path.of("src/test/resources/io/genserver/rpc/server/described-values.txt");
		assertThat(text.toString()).isEqualTo(Files.readString(golden));
	}

	@Test
	void whatIsWrittenFitsItsTypeInTypeScript(@TempDir Path folder) throws Exception {
		int number = 0;
		for (Map.Entry<String, JsonMapper> mapper : mappers().entrySet()) {
			JsonCodec codec = new JsonCodec(mapper.getValue());
			ValueShapes shapes = codec.shapes();
			Map<Sample, ValueShape> described = new LinkedHashMap<>();
			for (Sample each : samples()) {
				described.put(each, shapes.written(each.type(), null));
			}
			Collection<Definition> definitions = shapes.finish(TypeScriptTypes.TAKEN);
			StringBuilder text = new StringBuilder();
			for (Map.Entry<Sample, ValueShape> each : described.entrySet()) {
				byte[] json = codec.value(each.getKey().type()).encode(each.getKey().value());
				text.append("export const value")
					.append(++number)
					.append(": ")
					.append(TypeScriptTypes.of(each.getValue()))
					.append(" = ")
					.append(new String(json, java.nio.charset.StandardCharsets.UTF_8))
					.append(";\n");
			}
			definitions.forEach((each) -> text.append('\n').append(TypeScriptTypes.declaration(each)));
			text.append(TypeScriptTypes.LONG);
			Files.writeString(folder.resolve(mapper.getKey() + ".ts"), text);
		}
		TypeScriptCompiler.compile(folder);
	}

	/** Whatever the description of arguments says may be missing, may be. */
	@ParameterizedTest
	@MethodSource("mapperNames")
	void whatIsReadFitsItsSchemaAndNeedsNoMore(String name) throws Exception {
		JsonMapper mapper = mappers().get(name);
		JsonCodec codec = new JsonCodec(mapper);
		ValueShapes shapes = codec.shapes();
		Map<Sample, ValueShape> described = new LinkedHashMap<>();
		for (Sample each : samples()) {
			if (isReadable(codec, each.type())) {
				described.put(each, shapes.read(each.type(), null));
			}
		}
		SchemaCheck check = new SchemaCheck(JsonSchemas.definitions(shapes.finish(Set.of())));
		assertThat(described).hasSizeGreaterThan(90);
		List<String> problems = new ArrayList<>();
		described.forEach((sample, shape) -> {
			JsonNode json = mapper.readTree(codec.value(sample.type()).encode(sample.value()));
			String problem = check.problem(JsonSchemas.of(shape), json);
			if (problem != null) {
				problems.add(sample.type().getTypeName() + ": " + problem);
				return;
			}
			try {
				codec.value(sample.type()).decode(mapper.writeValueAsBytes(required(shape, json)));
			}
			catch (CodecException ex) {
				problems.add(sample.type().getTypeName() + " of " + required(shape, json) + ": " + ex.getMessage());
			}
		});
		assertThat(problems).isEmpty();
	}

	private static boolean isReadable(JsonCodec codec, Type type) {
		try {
			codec.requireReadable(type);
			return type != Class.class && type != Number.class && type != BitSet.class;
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	/** A value without all members that are not required. */
	private static JsonNode required(ValueShape shape, JsonNode value) {
		if (shape instanceof ValueShape.Reference reference) {
			return required(reference.definition().shape(), value);
		}
		if (!(shape instanceof ValueShape.Structure structure)) {
			return value;
		}
		ObjectNode object = JsonMapper.shared().createObjectNode();
		structure.members()
			.stream()
			.filter(ValueShape.Member::required)
			.forEach((each) -> object.set(each.name(), required(each.shape(), value.get(each.name()))));
		return object;
	}

	@Test
	void aGenericTypeThatContainsItselfOfEverLongerTypesIsDescribedUpToADepth() {
		ValueShapes shapes = new JsonCodec(JsonMapper.builder().build()).shapes();
		shapes.written(new TypeReference<Growing<String>>() {
		}.getType(), null);
		String text = shapes.finish(Set.of()).stream().map(TypeScriptTypes::declaration).collect(Collectors.joining());
		assertThat(text).contains("""
				export interface GrowingOfListOfString {
				  growing: GrowingOfListOfListOfString | null;
				  item: string[] | null;
				}
				""").contains("growing: unknown");
	}

	/** Jackson writes it, for it looks at values. */
	static class Growing<T> {

		public @Nullable T item;

		public @Nullable Growing<List<T>> growing;

	}

	@Test
	void whatIsReadOtherwiseThanWrittenHasANameOfItsOwn() {
		ValueShapes shapes = new JsonCodec(JsonMapper.builder().build()).shapes();
		shapes.written(Account.class, null);
		shapes.read(Account.class, null);
		shapes.written(Owner.class, null);
		shapes.read(Owner.class, null);
		shapes.written(Tree.class, null);
		shapes.read(Tree.class, null);
		String text = shapes.finish(Set.of()).stream().map(TypeScriptTypes::declaration).collect(Collectors.joining());
		assertThat(text).isEqualTo("""
				export interface Account {
				  name: string;
				  balance: number;
				  parent: Account | null;
				}
				export interface AccountInput {
				  name: string;
				  secret: string;
				  parent?: AccountInput | null;
				}
				export interface Owner {
				  account: Account;
				}
				export interface OwnerInput {
				  account: AccountInput;
				}
				export interface Tree {
				  name: string;
				  children: Tree[];
				}
				""");
	}

	/**
	 * A value of a type.
	 *
	 * @param type the type
	 * @param value the value
	 */
	record Sample(Type type, Object value) {
	}

	enum Side {

		BUY, SELL

	}

	enum Named {

		@JsonProperty("first-one")
		FIRST,

		@JsonProperty("it's 2")
		SECOND

	}

	enum Numbered {

		ONE, TWO;

		@JsonValue
		int number() {
			return ordinal() + 1;
		}

	}

	enum Spoken {

		ONE;

		@Override
		public String toString() {
			return "one";
		}

	}

	enum Bodied {

		A {

			@Override
			int code() {
				return 1;
			}

		};

		abstract int code();

	}

	record Order(UUID id, Side side, BigDecimal unitPrice, Instant placed, @Nullable String note,
			Optional<Order> parent, List<Long> lots, byte[] seal) {
	}

	record Record(String name, Month month) {
	}

	record Promise(int n) {
	}

	record Array(List<List<String>> Partial, Promise promise) {
	}

	static class Renamed {

		@JsonProperty("first name")
		public String first;

		@JsonProperty("class")
		public String type;

		@JsonIgnore
		public int hidden;

		@JsonProperty(access = JsonProperty.Access.READ_ONLY)
		public int shown;

		@JsonProperty(access = JsonProperty.Access.WRITE_ONLY)
		public String secret;

		Renamed(String first, String type, int hidden, int shown, String secret) {
			this.first = first;
			this.type = type;
			this.hidden = hidden;
			this.shown = shown;
			this.secret = secret;
		}

		public boolean isReady() {
			return true;
		}

	}

	@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
	record Kebab(String firstName, int ageInYears) {
	}

	record Formatted(@JsonFormat(shape = JsonFormat.Shape.STRING) int text,
			@JsonFormat(pattern = "dd.MM.yyyy") LocalDate day, @JsonFormat(shape = JsonFormat.Shape.NUMBER) Side side,
			@JsonFormat(shape = JsonFormat.Shape.NUMBER) Instant time, Integer boxed) {
	}

	record Address(String street, String city) {
	}

	record Wrapped(String name, @JsonUnwrapped Address home, @JsonUnwrapped(prefix = "work") Address work) {
	}

	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Sparse(@Nullable String a, @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String b,
			@JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<String> c,
			@JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> d) {
	}

	record Token(@JsonValue String text) {
	}

	record Amounts(@JsonValue Map<String, Integer> all) {
	}

	record Tree(String name, List<Tree> children) {
	}

	static class Bean {

		public long getCount() {
			return 1;
		}

		public @Nullable String getNote() {
			return null;
		}

		public Side[] getSides() {
			return Side.values();
		}

	}

	record Extra(int n, @JsonAnyGetter Map<String, String> others) {
	}

	@JsonFormat(shape = JsonFormat.Shape.ARRAY)
	record Row(int id, String name) {
	}

	record Partly(@JsonIgnoreProperties("street") Address first, Address second) {
	}

	record Boxes(Integer a, @Nullable Integer b, Long c) {
	}

	record Quote(@JsonProperty("it's") int a, @JsonProperty("\\\n") int b) {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
	sealed interface Shape {

	}

	@JsonTypeName("circle")
	record Circle(double radius) implements Shape {
	}

	@JsonTypeName("square")
	record Square(int width, @Nullable String name) implements Shape {
	}

	record Point() implements Shape {
	}

	record Boxed(Shape shape, List<Shape> all) {
	}

	sealed interface Message {

	}

	record Text(String text) implements Message {
	}

	record Gone() implements Message {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
	sealed interface Wrapper {

	}

	record Inner(int n) implements Wrapper {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, include = JsonTypeInfo.As.WRAPPER_ARRAY)
	sealed interface Listed {

	}

	record Element(int n) implements Listed {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	@JsonSubTypes({ @JsonSubTypes.Type(value = Animal.class, name = "any"),
			@JsonSubTypes.Type(value = Dog.class, name = "dog") })
	static class Animal {

		public String name;

		Animal(String name) {
			this.name = name;
		}

	}

	static class Dog extends Animal {

		public int age;

		Dog(String name, int age) {
			super(name);
			this.age = age;
		}

	}

	sealed interface Level {

		record Deep(Level next) implements Level {
		}

		record Leaf(int n) implements Level {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME)
	sealed interface Kind {

	}

	enum SmallKind implements Kind {

		A

	}

	record LargeKind(int n) implements Kind {
	}

	sealed interface Result<T> {

	}

	record Ok<T>(T value) implements Result<T> {
	}

	record Failed<T>(String why) implements Result<T> {
	}

	record Page<T>(List<T> items, @Nullable String next) {
	}

	record Pair<A, B>(A first, B second) {
	}

	record Account(String name, @JsonProperty(access = JsonProperty.Access.READ_ONLY) int balance,
			@JsonProperty(access = JsonProperty.Access.WRITE_ONLY) String secret, @Nullable Account parent) {
	}

	record Owner(Account account) {
	}

}
