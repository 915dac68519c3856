package io.genserver.rpc.server;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.genserver.rpc.codec.ValueShape;
import io.genserver.rpc.codec.ValueShape.Anything;
import io.genserver.rpc.codec.ValueShape.Choice;
import io.genserver.rpc.codec.ValueShape.Constant;
import io.genserver.rpc.codec.ValueShape.Definition;
import io.genserver.rpc.codec.ValueShape.Mapping;
import io.genserver.rpc.codec.ValueShape.Member;
import io.genserver.rpc.codec.ValueShape.Nothing;
import io.genserver.rpc.codec.ValueShape.Numeric;
import io.genserver.rpc.codec.ValueShape.Reference;
import io.genserver.rpc.codec.ValueShape.Sequence;
import io.genserver.rpc.codec.ValueShape.Structure;
import io.genserver.rpc.codec.ValueShape.Text;
import io.genserver.rpc.codec.ValueShape.Truth;
import io.genserver.rpc.codec.ValueShape.Tuple;

/**
 * Shapes as types of TypeScript. What is not known becomes {@code unknown} with the name
 * of its class.
 */
final class TypeScriptTypes {

	/**
	 * Names a declaration of ours must not have: types that are used here, and words of
	 * the language.
	 */
	static final Set<String> TAKEN = Set.of("AsyncIterable", "Long", "Partial", "Promise", "Uint8Array", "any", "as",
			"async", "bigint", "declare", "export", "function", "in", "is", "keyof", "let", "module", "namespace",
			"never", "number", "object", "of", "string", "symbol", "type", "typeof", "undefined", "unique", "unknown",
			"var", "with");

	/** The declaration of what integers of Java are that a double may not hold. */
	static final String LONG = """
			/** An integer of 64 bits or more. Beyond 2^53 it is rounded, unless connect(url, { longs }) makes it a bigint or a string. */
			export type Long = number;
			""";

	private static final String IDENTIFIER = "[A-Za-z_$][A-Za-z0-9_$]*";

	private TypeScriptTypes() {
	}

	static String of(ValueShape shape) {
		return switch (shape) {
			case Anything any when any.type() == null -> "unknown";
			case Anything any -> "unknown /* " + any.type() + " */";
			case Nothing nothing -> "null";
			case Truth truth -> "boolean";
			case Numeric number -> number.wide() ? "Long" : "number";
			case Text text -> "string";
			case Constant constant ->
				(constant.value() instanceof String text) ? quoted(text) : String.valueOf(constant.value());
			case Sequence sequence -> element(of(sequence.items())) + "[]";
			case Tuple tuple -> list(tuple.items(), ", ", "[", "]");
			case Mapping mapping when mapping.keys().isEmpty() -> "{ [key: string]: " + of(mapping.values()) + " }";
			case Mapping mapping -> mapping.keys()
				.stream()
				.map((key) -> property(key) + "?: " + of(mapping.values()))
				.collect(Collectors.joining("; ", "{ ", " }"));
			case Structure structure -> members(structure).collect(Collectors.joining("; ", "{ ", " }"));
			case Choice choice -> list(choice.shapes(), " | ", "", "");
			case Reference reference -> reference.definition().name();
		};
	}

	private static String list(List<ValueShape> shapes, String separator, String start, String end) {
		return shapes.stream().map(TypeScriptTypes::of).collect(Collectors.joining(separator, start, end));
	}

	private static String element(String type) {
		return type.matches(IDENTIFIER + "(\\[\\])*") ? type : "(" + type + ")";
	}

	private static Stream<String> members(Structure structure) {
		Stream<String> known = structure.members().stream().map(TypeScriptTypes::member);
		return structure.open() ? Stream.concat(known, Stream.of("[key: string]: unknown")) : known;
	}

	private static String member(Member member) {
		return property(member.name()) + (member.required() ? ": " : "?: ") + of(member.shape());
	}

	/** A name as it stands before a colon. */
	static String property(String name) {
		return name.matches(IDENTIFIER) ? name : quoted(name);
	}

	private static String quoted(String text) {
		StringBuilder quoted = new StringBuilder("'");
		for (char each : text.toCharArray()) {
			if (each == '\'' || each == '\\') {
				quoted.append('\\').append(each);
			}
			else if (Character.isISOControl(each) || each == '\u2028' || each == '\u2029') {
				quoted.append(String.format("\\u%04x", (int) each));
			}
			else {
				quoted.append(each);
			}
		}
		return quoted.append('\'').toString();
	}

	/** The declaration of a type that has a name. */
	static String declaration(Definition definition) {
		if (definition.shape() instanceof Structure structure) {
			StringBuilder text = new StringBuilder("export interface ").append(definition.name()).append(" {\n");
			members(structure).forEach((each) -> text.append("  ").append(each).append(";\n"));
			return text.append("}\n").toString();
		}
		return "export type " + definition.name() + " = " + of(definition.shape()) + ";\n";
	}

}
