package io.genserver.rpc.server;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.Year;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * JSON Schemas of Java types: records, enums and sealed types get definitions of their
 * own. A schema says what is certain; of what is not known, or is told by annotations of
 * Jackson how to be written, it says nothing, so that anything fits.
 */
final class JsonSchemas {

	private static final Set<Class<?>> INTEGERS = Set.of(byte.class, Byte.class, short.class, Short.class, int.class,
			Integer.class, long.class, Long.class, BigInteger.class, AtomicInteger.class, AtomicLong.class,
			OptionalInt.class, OptionalLong.class, Year.class);

	private static final Map<Class<?>, String> FORMATS = Map.of(UUID.class, "uuid", URI.class, "uri", Instant.class,
			"date-time", OffsetDateTime.class, "date-time", LocalDate.class, "date", Duration.class, "duration");

	private static final List<String> JACKSON = List.of("com.fasterxml.jackson.", "tools.jackson.");

	private final Map<Declared, String> names = new HashMap<>();

	/** Definitions by name; empty while one is being written. */
	private final Map<String, Map<String, Object>> definitions = new TreeMap<>();

	/** Return the definitions that the schemas made so far refer to. */
	Map<String, Map<String, Object>> definitions() {
		return this.definitions;
	}

	/**
	 * Return the schema of a type.
	 * @param type the type
	 * @param annotated the same with its annotations, if they are known
	 */
	Map<String, Object> of(Type type, @Nullable AnnotatedType annotated) {
		return of(type, annotated, Map.of());
	}

	private Map<String, Object> of(Type type, @Nullable AnnotatedType annotated,
			Map<TypeVariable<?>, Map<String, Object>> variables) {
		Map<String, Object> plain = switch (type) {
			case Class<?> known -> ofClass(known);
			case ParameterizedType generic -> ofGeneric(generic, arguments(generic, annotated, variables));
			case GenericArrayType array -> arrayOf(of(array.getGenericComponentType(), null, variables));
			case WildcardType wildcard -> of(wildcard.getUpperBounds()[0], null, variables);
			case TypeVariable<?> variable -> variables.getOrDefault(variable, Map.of());
			default -> Map.of();
		};
		return (isOptional(type) || isNullable(annotated)) ? orNull(plain) : plain;
	}

	private static boolean isNullable(@Nullable AnnotatedType annotated) {
		return annotated != null && Arrays.stream(annotated.getAnnotations())
			.anyMatch((each) -> each.annotationType().getSimpleName().equals("Nullable"));
	}

	private static boolean isOptional(Type type) {
		return JsonShape.isOptional(type)
				|| (type instanceof ParameterizedType generic && generic.getRawType() == Optional.class);
	}

	private static Map<String, Object> orNull(Map<String, Object> schema) {
		return schema.isEmpty() ? schema : Map.of("anyOf", List.of(schema, Map.of("type", "null")));
	}

	private static Map<String, Object> arrayOf(Map<String, Object> items) {
		return ordered("type", "array", "items", items);
	}

	private Map<String, Object> ofClass(Class<?> type) {
		return switch (JsonShape.of(type)) {
			case NOTHING -> Map.of("type", "null");
			case BOOLEAN -> Map.of("type", "boolean");
			case NUMBER -> Map.of("type", INTEGERS.contains(type) ? "integer" : "number");
			case STRING -> text(type);
			case ARRAY -> arrayOf(ofClass(type.getComponentType()));
			case ITERABLE -> arrayOf(Map.of());
			case MAP -> Map.of("type", "object");
			case DECLARED -> declared(type, List.of());
			case ANYTHING, UNKNOWN -> Map.of();
		};
	}

	private static Map<String, Object> text(Class<?> type) {
		if (type == byte[].class) {
			return ordered("type", "string", "contentEncoding", "base64");
		}
		String format = FORMATS.get(type);
		return (format != null) ? ordered("type", "string", "format", format) : Map.of("type", "string");
	}

	private List<Map<String, Object>> arguments(ParameterizedType type, @Nullable AnnotatedType annotated,
			Map<TypeVariable<?>, Map<String, Object>> variables) {
		Type[] types = type.getActualTypeArguments();
		AnnotatedType[] known = (annotated instanceof AnnotatedParameterizedType generic
				&& annotated.getType().equals(type)) ? generic.getAnnotatedActualTypeArguments() : null;
		List<Map<String, Object>> arguments = new ArrayList<>();
		for (int i = 0; i < types.length; i++) {
			arguments.add(of(types[i], (known != null) ? known[i] : null, variables));
		}
		return arguments;
	}

	private Map<String, Object> ofGeneric(ParameterizedType type, List<Map<String, Object>> arguments) {
		Class<?> raw = (Class<?>) type.getRawType();
		if (raw == Optional.class) {
			return arguments.getFirst();
		}
		if (Map.class.isAssignableFrom(raw) && arguments.size() == 2) {
			return ordered("type", "object", "additionalProperties", arguments.get(1));
		}
		if (JsonShape.isCollection(raw) && arguments.size() == 1) {
			return arrayOf(arguments.getFirst());
		}
		return (raw.isRecord() || raw.isSealed()) ? declared(raw, arguments) : Map.of();
	}

	/** A reference to the definition of a type, which is written when it is met first. */
	private Map<String, Object> declared(Class<?> type, List<Map<String, Object>> arguments) {
		if (isToldByJackson(type)) {
			return Map.of();
		}
		Declared key = new Declared(type, arguments);
		String name = this.names.get(key);
		if (name == null) {
			name = freeName(type.getSimpleName());
			this.names.put(key, name);
			this.definitions.put(name, Map.of());
			this.definitions.put(name, definition(type, arguments));
		}
		return Map.of("$ref", "#/$defs/" + name);
	}

	/** Whether it looks otherwise than its declaration does, or may. */
	private static boolean isToldByJackson(Class<?> type) {
		if (isAnnotatedByJackson(type)) {
			return true;
		}
		return type.isRecord() && Arrays.stream(type.getRecordComponents())
			.anyMatch((each) -> isAnnotatedByJackson(each) || isAnnotatedByJackson(each.getAccessor()));
	}

	private static boolean isAnnotatedByJackson(AnnotatedElement element) {
		return Arrays.stream(element.getAnnotations())
			.map((each) -> each.annotationType().getName())
			.anyMatch((name) -> JACKSON.stream().anyMatch(name::startsWith));
	}

	private String freeName(String name) {
		String free = name;
		for (int number = 2; this.definitions.containsKey(free); number++) {
			free = name + number;
		}
		return free;
	}

	private Map<String, Object> definition(Class<?> type, List<Map<String, Object>> arguments) {
		if (type.isEnum()) {
			return Map.of("enum", Arrays.stream(type.getEnumConstants()).map(Object::toString).toList());
		}
		if (!type.isRecord()) {
			return Map.of("anyOf", Arrays.stream(type.getPermittedSubclasses()).map(this::ofClass).toList());
		}
		Map<TypeVariable<?>, Map<String, Object>> variables = new HashMap<>();
		for (int i = 0; i < arguments.size(); i++) {
			variables.put(type.getTypeParameters()[i], arguments.get(i));
		}
		Map<String, Object> properties = new LinkedHashMap<>();
		List<String> required = new ArrayList<>();
		for (RecordComponent component : type.getRecordComponents()) {
			AnnotatedType annotated = component.getAnnotatedType();
			properties.put(component.getName(), of(component.getGenericType(), annotated, variables));
			if (!isOptional(component.getGenericType()) && !isNullable(annotated)) {
				required.add(component.getName());
			}
		}
		return ordered("type", "object", "properties", properties, "required", required);
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

	/**
	 * A type with a definition.
	 *
	 * @param type its class
	 * @param arguments schemas of its type arguments
	 */
	private record Declared(Class<?> type, List<Map<String, Object>> arguments) {
	}

}
