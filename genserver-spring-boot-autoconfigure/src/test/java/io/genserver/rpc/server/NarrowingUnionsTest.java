package io.genserver.rpc.server;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeId;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.genserver.rpc.codec.JsonCodec;
import io.genserver.rpc.codec.ValueShape;
import io.genserver.rpc.codec.ValueShape.Definition;
import io.genserver.rpc.codec.ValueShapes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.DatabindContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.annotation.JsonTypeIdResolver;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.impl.TypeIdResolverBase;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Types that say of which class a value is, in each way that Jackson knows, are declared
 * so that a program that looks at the name of the class knows the rest.
 */
class NarrowingUnionsTest {

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	static List<Variant> variants() {
		return List.of(
				new Variant(ByName.class, "type: 'Joined'|type: 'Left'", "value.type === 'Joined' ? value.a : value.b",
						new ByName.A(1), new ByName.B("b")),
				new Variant(ByTypeName.class, "type: 'joined'|type: 'left'",
						"value.type === 'joined' ? value.a : value.b", new ByTypeName.A(1), new ByTypeName.B("b")),
				new Variant(ByDefaultName.class,
						"'@type': 'NarrowingUnionsTest$ByDefaultName$A'|'@type': 'NarrowingUnionsTest$ByDefaultName$B'",
						"value['@type'] === 'NarrowingUnionsTest$ByDefaultName$A' ? value.a : value.b",
						new ByDefaultName.A(1), new ByDefaultName.B("b")),
				new Variant(BySimpleName.class, "'@type': 'A'|'@type': 'B'",
						"value['@type'] === 'A' ? value.a : value.b", new BySimpleName.A(1), new BySimpleName.B("b")),
				new Variant(ByClass.class,
						"'@class': '" + name(ByClass.A.class) + "'|'@class': '" + name(ByClass.B.class) + "'",
						"value['@class'] === '" + name(ByClass.A.class) + "' ? value.a : value.b", new ByClass.A(1),
						new ByClass.B("b")),
				new Variant(ByMinimal.class, "'@c': '.NarrowingUnionsTest$ByMinimal$A'",
						"value['@c'] === '.NarrowingUnionsTest$ByMinimal$A' ? value.a : value.b", new ByMinimal.A(1),
						new ByMinimal.B("b")),
				new Variant(OpenByClass.class, "'@class': '" + name(OpenByClass.A.class) + "'",
						"value['@class'] === '" + name(OpenByClass.A.class) + "' ? value.a : value.b",
						new OpenByClass.A(1), new OpenByClass.B("b")),
				new Variant(ByWrapper.class, "{ joined: A } | { left: B }",
						"'joined' in value ? value.joined.a : value.left.b", new ByWrapper.A(1), new ByWrapper.B("b")),
				new Variant(ByArray.class, "['joined', A] | ['left', B]",
						"value[0] === 'joined' ? value[1].a : value[1].b", new ByArray.A(1), new ByArray.B("b")),
				new Variant(Existing.class, "type: 'joined'|type: 'left'",
						"value.type === 'joined' ? value.a : value.b", new Existing.A("joined", 1),
						new Existing.B("left", "b")),
				new Variant(ExistingEnum.class, "type: 'JOINED'|type: 'LEFT'",
						"value.type === 'JOINED' ? value.a : value.b", new ExistingEnum.A(1), new ExistingEnum.B("b")),
				new Variant(ExistingNumber.class, "type: 1;|type: 2;", "value.type === 1 ? value.a : value.b",
						new ExistingNumber.A(1, 1), new ExistingNumber.B(2, "b")),
				new Variant(Outside.class, "{ plain: A; kind: 'joined' } | { plain: B; kind: 'left' }",
						"value.kind === 'joined' ? value.plain.a : value.plain.b", new Outside(new Plain.A(1)),
						new Outside(new Plain.B("b"))),
				new Variant(OutsideOrNull.class, "{ plain: null }",
						"!value.plain ? '' : value.kind === 'joined' ? value.plain.a : value.plain.b",
						new OutsideOrNull(new Plain.A(1)), new OutsideOrNull(null)),
				new Variant(OutsideTwice.class, "first?: 'joined' | 'left'|second?: 'joined' | 'left'",
						"'a' in value.one ? value.one.a : value.one.b",
						new OutsideTwice(new Plain.A(1), new Plain.B("b"))),
				new Variant(Inside.class, "kind: 'joined'|kind: 'left'",
						"value.plain.kind === 'joined' ? value.plain.a : value.plain.b", new Inside(new Plain.A(1))),
				new Variant(Elements.class, "plains: Plain[]|kind: 'joined'",
						"value.plains.map((each) => each.kind === 'joined' ? each.a : each.b)",
						new Elements(List.of(new Plain.A(1), new Plain.B("b")))),
				new Variant(Mapped.class, "plains: { [key: string]: Plain }|kind: 'left'",
						"Object.values(value.plains).map((each) => each.kind === 'joined' ? each.a : each.b)",
						new Mapped(Map.of("x", new Plain.A(1)))),
				new Variant(Maybe.class, "Plain | null|kind: 'left'",
						"value.plain?.kind === 'joined' ? value.plain.a : value.plain?.b",
						new Maybe(Optional.of(new Plain.B("b"))), new Maybe(Optional.empty())),
				new Variant(BothWays.class, "kind: 'joined'|{ joined: ",
						"value.one.kind === 'joined' ? value.one.a :"
								+ " 'joined' in value.other ? value.other.joined.a : value.other.left.b",
						new BothWays(new Plain.A(1), new Plain.B("b"))),
				new Variant(Deduced.class, "= A | B", "'a' in value ? value.a : value.b", new Deduced.A(1),
						new Deduced.B("b")),
				new Variant(Nested.class, "type: 'a'|type: 'b'|type: 'c'",
						"value.type === 'a' ? value.a : value.type === 'b' ? value.b : value.c", new Nested.A(1),
						new Nested.B("b"), new Nested.C("c")),
				new Variant(Custom.class, "type: 'xA'|type: 'xB'", "value.type === 'xA' ? value.a : value.b",
						new Custom.A(1), new Custom.B("b")),
				new Variant(Strict.class, "unknown", "value", new Strict.A(1)),
				new Variant(Many.class, "type: 'joined'|type: 'left'", "value.type === 'joined' ? value.a : value.b",
						new Many.A(1), new Many.B("b")),
				new Variant(Defaulted.class, "type: 'joined'|type: 'left'",
						"value.type === 'joined' ? value.a : value.b", new Defaulted.A(1), new Defaulted.B("b")),
				new Variant(Standalone.class, "type: 'Joined'|a: A;",
						"value.a.type + value.all.map((each) => each.type === 'Left' ? each.b : each.a)",
						new Standalone(new ByName.A(1), List.of(new ByName.B("b")))),
				new Variant(Visible.class, "type: 'joined'|type: 'left'",
						"value.type === 'joined' ? value.a : value.b"),
				new Variant(Left.class, "type: 'Left'", "value.type === 'Left' ? value.who : value", new Left("ann")),
				new Variant(Chosen.class, "type: string", "value.type", new Chosen("x", 1)));
	}

	private static String name(Class<?> type) {
		return type.getName();
	}

	@Test
	void theNameOfTheClassIsALiteral() {
		for (Variant variant : variants()) {
			for (boolean read : new boolean[] { false, true }) {
				assertThat(variant.declarations(read)).as(variant + (read ? " read" : " written"))
					.contains(variant.expected().split("\\|(?=\\S)"));
			}
		}
	}

	@ParameterizedTest
	@MethodSource("variants")
	void whatIsWrittenFitsItsSchema(Variant variant) {
		JsonCodec codec = new JsonCodec(MAPPER);
		ValueShapes shapes = codec.shapes();
		ValueShape shape = shapes.written(variant.type(), null);
		SchemaCheck check = new SchemaCheck(JsonSchemas.definitions(shapes.finish(TypeScriptTypes.TAKEN)));
		for (Object each : variant.values()) {
			assertThat(check.problem(JsonSchemas.of(shape), MAPPER.readTree(codec.value(variant.type()).encode(each))))
				.isNull();
		}
	}

	@Test
	void unionsNarrowInTypeScript(@TempDir Path folder) throws Exception {
		for (Variant variant : variants()) {
			for (boolean read : new boolean[] { false, true }) {
				JsonCodec codec = new JsonCodec(MAPPER);
				StringBuilder text = new StringBuilder(variant.declarations(read));
				text.append("export const use = (value: Value): unknown => ").append(variant.use()).append(";\n");
				for (int i = 0; !read && i < variant.values().length; i++) {
					text.append("export const value")
						.append(i)
						.append(": Value = ")
						.append(new String(codec.value(variant.type()).encode(variant.values()[i]),
								StandardCharsets.UTF_8))
						.append(";\n");
				}
				Files.writeString(folder.resolve(variant + (read ? "-read.ts" : ".ts")), text);
			}
		}
		TypeScriptCompiler.compile(folder);
	}

	/**
	 * A way to say of which class a value is.
	 *
	 * @param type a type
	 * @param expected what its declarations contain
	 * @param use an expression of TypeScript that compiles only if the type narrows
	 * @param values values of the type
	 */
	record Variant(Class<?> type, String expected, String use, Object... values) {

		String declarations(boolean read) {
			ValueShapes shapes = new JsonCodec(MAPPER).shapes();
			ValueShape shape = read ? shapes.read(this.type, null) : shapes.written(this.type, null);
			Collection<Definition> definitions = shapes.finish(TypeScriptTypes.TAKEN);
			return definitions.stream()
				.map(TypeScriptTypes::declaration)
				.collect(Collectors.joining("", "", "export type Value = " + TypeScriptTypes.of(shape) + ";\n"))
					+ TypeScriptTypes.LONG;
		}

		@Override
		public String toString() {
			return this.type.getSimpleName();
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
	@JsonSubTypes({ @JsonSubTypes.Type(value = ByName.A.class, name = "Joined"),
			@JsonSubTypes.Type(value = ByName.B.class, name = "Left") })
	interface ByName {

		record A(int a) implements ByName {
		}

		record B(String b) implements ByName {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
	@JsonSubTypes({ @JsonSubTypes.Type(ByTypeName.A.class), @JsonSubTypes.Type(ByTypeName.B.class) })
	interface ByTypeName {

		@JsonTypeName("joined")
		record A(int a) implements ByTypeName {
		}

		@JsonTypeName("left")
		record B(String b) implements ByTypeName {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	sealed interface ByDefaultName {

		record A(int a) implements ByDefaultName {
		}

		record B(String b) implements ByDefaultName {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME)
	sealed interface BySimpleName {

		record A(int a) implements BySimpleName {
		}

		record B(String b) implements BySimpleName {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
	sealed interface ByClass {

		record A(int a) implements ByClass {
		}

		record B(String b) implements ByClass {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.MINIMAL_CLASS)
	sealed interface ByMinimal {

		record A(int a) implements ByMinimal {
		}

		record B(String b) implements ByMinimal {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
	@JsonSubTypes({ @JsonSubTypes.Type(OpenByClass.A.class), @JsonSubTypes.Type(OpenByClass.B.class) })
	interface OpenByClass {

		record A(int a) implements OpenByClass {
		}

		record B(String b) implements OpenByClass {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
	sealed interface ByWrapper {

		@JsonTypeName("joined")
		record A(int a) implements ByWrapper {
		}

		@JsonTypeName("left")
		record B(String b) implements ByWrapper {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_ARRAY)
	sealed interface ByArray {

		@JsonTypeName("joined")
		record A(int a) implements ByArray {
		}

		@JsonTypeName("left")
		record B(String b) implements ByArray {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.EXISTING_PROPERTY, property = "type")
	@JsonSubTypes({ @JsonSubTypes.Type(value = Existing.A.class, name = "joined"),
			@JsonSubTypes.Type(value = Existing.B.class, name = "left") })
	interface Existing {

		String type();

		record A(String type, int a) implements Existing {
		}

		record B(String type, String b) implements Existing {
		}

	}

	enum EventType {

		JOINED, LEFT

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.EXISTING_PROPERTY, property = "type")
	@JsonSubTypes({ @JsonSubTypes.Type(value = ExistingEnum.A.class, name = "JOINED"),
			@JsonSubTypes.Type(value = ExistingEnum.B.class, name = "LEFT") })
	interface ExistingEnum {

		EventType getType();

		record A(int a) implements ExistingEnum {
			public EventType getType() {
				return EventType.JOINED;
			}
		}

		record B(String b) implements ExistingEnum {
			public EventType getType() {
				return EventType.LEFT;
			}
		}

	}

	sealed interface Plain {

		@JsonTypeName("joined")
		record A(int a) implements Plain {
		}

		@JsonTypeName("left")
		record B(String b) implements Plain {
		}

	}

	record Outside(@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.EXTERNAL_PROPERTY,
			property = "kind") Plain plain) {
	}

	record Inside(@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind") Plain plain) {
	}

	record Elements(@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind") List<Plain> plains) {
	}

	record Mapped(@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind") Map<String, Plain> plains) {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
	sealed interface Deduced {

		record A(int a) implements Deduced {
		}

		record B(String b) implements Deduced {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
	sealed interface Nested {

		@JsonTypeName("a")
		record A(int a) implements Nested {
		}

		sealed interface Inner extends Nested {

		}

		@JsonTypeName("b")
		record B(String b) implements Inner {
		}

		@JsonTypeName("c")
		record C(String c) implements Inner {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.CUSTOM, property = "type")
	@JsonTypeIdResolver(Resolver.class)
	@JsonSubTypes({ @JsonSubTypes.Type(Custom.A.class), @JsonSubTypes.Type(Custom.B.class) })
	interface Custom {

		record A(int a) implements Custom {
		}

		record B(String b) implements Custom {
		}

	}

	static class Resolver extends TypeIdResolverBase {

		@Override
		public String idFromValue(DatabindContext c, Object value) {
			return idFromValueAndType(c, value, value.getClass());
		}

		@Override
		public String idFromValueAndType(DatabindContext c, Object value, Class<?> type) {
			return "x" + type.getSimpleName();
		}

		@Override
		public JavaType typeFromId(DatabindContext c, String id) {
			return c.constructType(id.equals("xA") ? Custom.A.class : Custom.B.class);
		}

		@Override
		public JsonTypeInfo.Id getMechanism() {
			return JsonTypeInfo.Id.CUSTOM;
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
	@JsonSubTypes({ @JsonSubTypes.Type(value = Many.A.class, names = { "joined", "entered" }),
			@JsonSubTypes.Type(value = Many.B.class, name = "left") })
	interface Many {

		record A(int a) implements Many {
		}

		record B(String b) implements Many {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type", defaultImpl = Defaulted.A.class)
	@JsonSubTypes({ @JsonSubTypes.Type(value = Defaulted.A.class, name = "joined"),
			@JsonSubTypes.Type(value = Defaulted.B.class, name = "left") })
	interface Defaulted {

		record A(int a) implements Defaulted {
		}

		record B(String b) implements Defaulted {
		}

	}

	record Standalone(ByName.A a, List<ByName> all) {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type", visible = true)
	sealed interface Visible {

		@JsonTypeName("joined")
		record A(String type, int a) implements Visible {
		}

		@JsonTypeName("left")
		record B(String type, String b) implements Visible {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
	@JsonTypeName("Left")
	record Left(String who) {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.EXISTING_PROPERTY, property = "type")
	@JsonSubTypes({ @JsonSubTypes.Type(value = ExistingNumber.A.class, name = "1"),
			@JsonSubTypes.Type(value = ExistingNumber.B.class, name = "2") })
	interface ExistingNumber {

		record A(int type, int a) implements ExistingNumber {
		}

		record B(int type, String b) implements ExistingNumber {
		}

	}

	record OutsideOrNull(@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.EXTERNAL_PROPERTY,
			property = "kind") @Nullable Plain plain) {
	}

	record OutsideTwice(
			@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.EXTERNAL_PROPERTY,
					property = "first") Plain one,
			@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.EXTERNAL_PROPERTY,
					property = "second") Plain other) {
	}

	record Maybe(@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind") Optional<Plain> plain) {
	}

	record BothWays(@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind") Plain one,
			@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT) Plain other) {
	}

	/** Its names depend on values, which there are none of. */
	@JsonTypeInfo(use = JsonTypeInfo.Id.CUSTOM, property = "type")
	@JsonTypeIdResolver(StrictResolver.class)
	@JsonSubTypes(@JsonSubTypes.Type(Strict.A.class))
	interface Strict {

		record A(int a) implements Strict {
		}

	}

	static class StrictResolver extends Resolver {

		@Override
		public String idFromValueAndType(DatabindContext c, Object value, Class<?> type) {
			return value.toString();
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
	record Chosen(@JsonTypeId String chosen, int n) {
	}

}
