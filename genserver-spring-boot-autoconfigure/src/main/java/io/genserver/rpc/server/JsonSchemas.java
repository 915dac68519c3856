package io.genserver.rpc.server;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
 * Shapes as JSON Schemas (2020-12), whose references lead to {@code $defs} of the whole
 * description.
 */
final class JsonSchemas {

	private JsonSchemas() {
	}

	/** The definitions by their names. */
	static Map<String, Object> definitions(Collection<Definition> definitions) {
		Map<String, Object> schemas = new LinkedHashMap<>();
		definitions.forEach((each) -> schemas.put(each.name(), of(each.shape())));
		return schemas;
	}

	static Map<String, Object> of(ValueShape shape) {
		return switch (shape) {
			case Anything any -> Map.of();
			case Nothing nothing -> Map.of("type", "null");
			case Truth truth -> Map.of("type", "boolean");
			case Numeric number -> Map.of("type", number.integer() ? "integer" : "number");
			case Text text -> text(text);
			case Constant constant -> Map.of("const", constant.value());
			case Sequence sequence -> ordered("type", "array", "items", of(sequence.items()));
			case Tuple tuple -> tuple(tuple.items().stream().map(JsonSchemas::of).toList(), tuple.items().size());
			case Mapping mapping -> mapping(mapping);
			case Structure structure -> structure(structure.members());
			case Choice choice -> choice(choice.shapes());
			case Reference reference -> Map.of("$ref", "#/$defs/" + reference.definition().name());
		};
	}

	private static Map<String, Object> text(Text text) {
		Map<String, Object> schema = ordered("type", "string");
		if (text.format() != null) {
			schema.put("format", text.format());
		}
		if (text.encoding() != null) {
			schema.put("contentEncoding", text.encoding());
		}
		return schema;
	}

	/**
	 * An array of certain elements.
	 * @param items their schemas
	 * @param required how many of them are always there
	 */
	static Map<String, Object> tuple(List<Map<String, Object>> items, int required) {
		return ordered("type", "array", "prefixItems", items, "items", false, "minItems", required);
	}

	private static Map<String, Object> mapping(Mapping mapping) {
		Map<String, Object> schema = ordered("type", "object");
		if (!mapping.keys().isEmpty()) {
			schema.put("propertyNames", Map.of("enum", mapping.keys()));
		}
		schema.put("additionalProperties", of(mapping.values()));
		return schema;
	}

	private static Map<String, Object> structure(List<Member> members) {
		Map<String, Object> properties = new LinkedHashMap<>();
		members.forEach((each) -> properties.put(each.name(), of(each.shape())));
		return ordered("type", "object", "properties", properties, "required",
				members.stream().filter(Member::required).map(Member::name).toList());
	}

	private static Map<String, Object> choice(List<ValueShape> shapes) {
		if (shapes.stream().allMatch(Constant.class::isInstance)) {
			return Map.of("enum", shapes.stream().map((each) -> ((Constant) each).value()).toList());
		}
		return Map.of("anyOf", shapes.stream().map(JsonSchemas::of).toList());
	}

	/**
	 * Return an object whose members keep their order.
	 * @param members names and values in turn
	 */
	static Map<String, Object> ordered(Object... members) {
		Map<String, Object> object = new LinkedHashMap<>();
		for (int i = 0; i < members.length; i += 2) {
			object.put((String) members[i], members[i + 1]);
		}
		return object;
	}

}
