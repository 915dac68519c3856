package io.genserver.rpc.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Checks values by the part of JSON Schema that is used here, and fails at any other. */
final class SchemaCheck {

	private final Map<String, ?> definitions;

	SchemaCheck(Map<String, ?> definitions) {
		this.definitions = definitions;
	}

	/** What is wrong with a value, or null. */
	@SuppressWarnings("unchecked")
	@Nullable String problem(Map<String, Object> schema, JsonNode value) {
		for (Map.Entry<String, Object> each : schema.entrySet()) {
			Object rule = each.getValue();
			String problem = switch (each.getKey()) {
				case "type" -> isOfType((String) rule, value) ? null : value + " is no " + rule;
				case "const" -> same(rule, value) ? null : value + " is not " + rule;
				case "enum" -> ((Collection<?>) rule).stream().anyMatch((one) -> same(one, value)) ? null
						: value + " is none of " + rule;
				case "anyOf" -> anyOf((List<Map<String, Object>>) rule, value);
				case "$ref" -> problem(definition((String) rule), value);
				case "properties" -> properties((Map<String, Map<String, Object>>) rule, value);
				case "required" -> ((List<String>) rule).stream()
					.filter((name) -> !value.has(name))
					.findFirst()
					.map((name) -> name + " is missing in " + value)
					.orElse(null);
				case "additionalProperties" -> all((Map<String, Object>) rule, value);
				case "propertyNames" -> {
					Collection<?> names = (Collection<?>) ((Map<String, Object>) rule).get("enum");
					yield value.propertyNames()
						.stream()
						.filter((name) -> !names.contains(name))
						.findFirst()
						.map((name) -> name + " is none of " + names)
						.orElse(null);
				}
				case "items" -> (rule instanceof Map<?, ?> items) ? all((Map<String, Object>) items, value) : null;
				case "prefixItems" -> prefix((List<Map<String, Object>>) rule, value);
				case "minItems" -> (value.size() >= (int) rule) ? null : "too few: " + value;
				case "format", "contentEncoding", "title" -> null;
				default -> throw new IllegalArgumentException("not known: " + each.getKey());
			};
			if (problem != null) {
				return problem;
			}
		}
		return null;
	}

	@SuppressWarnings("unchecked")
	private Map<String, Object> definition(String reference) {
		Object definition = this.definitions.get(reference.substring("#/$defs/".length()));
		if (definition == null) {
			throw new IllegalArgumentException("no definition " + reference);
		}
		return (Map<String, Object>) definition;
	}

	private @Nullable String anyOf(List<Map<String, Object>> schemas, JsonNode value) {
		List<String> problems = new ArrayList<>();
		for (Map<String, Object> each : schemas) {
			String problem = problem(each, value);
			if (problem == null) {
				return null;
			}
			problems.add(problem);
		}
		return problems.toString();
	}

	private @Nullable String properties(Map<String, Map<String, Object>> schemas, JsonNode value) {
		for (Map.Entry<String, Map<String, Object>> each : schemas.entrySet()) {
			if (value.has(each.getKey())) {
				String problem = problem(each.getValue(), value.get(each.getKey()));
				if (problem != null) {
					return each.getKey() + ": " + problem;
				}
			}
		}
		return null;
	}

	private @Nullable String all(Map<String, Object> schema, JsonNode value) {
		for (JsonNode each : value) {
			String problem = problem(schema, each);
			if (problem != null) {
				return problem;
			}
		}
		return null;
	}

	private @Nullable String prefix(List<Map<String, Object>> schemas, JsonNode value) {
		if (value.size() > schemas.size()) {
			return "too many: " + value;
		}
		for (int i = 0; i < value.size(); i++) {
			String problem = problem(schemas.get(i), value.get(i));
			if (problem != null) {
				return problem;
			}
		}
		return null;
	}

	private static boolean same(Object rule, JsonNode value) {
		return switch (rule) {
			case String text -> value.isString() && value.asString().equals(text);
			case Boolean truth -> value.isBoolean() && value.asBoolean() == truth;
			default ->
				value.isNumber() && value.decimalValue().compareTo(new java.math.BigDecimal(rule.toString())) == 0;
		};
	}

	private static boolean isOfType(String type, JsonNode value) {
		return switch (type) {
			case "null" -> value.isNull();
			case "boolean" -> value.isBoolean();
			case "integer" -> value.isIntegralNumber();
			case "number" -> value.isNumber();
			case "string" -> value.isString();
			case "array" -> value.isArray();
			case "object" -> value.isObject();
			default -> throw new IllegalArgumentException("not known: " + type);
		};
	}

}
