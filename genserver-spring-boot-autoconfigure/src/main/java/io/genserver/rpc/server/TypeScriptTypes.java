package io.genserver.rpc.server;

import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * The TypeScript types of Java types as JSON has them: records, enums and sealed types
 * get declarations of their own. What is not known becomes {@code unknown} with the name
 * of its class.
 */
final class TypeScriptTypes {

	private final Map<Class<?>, String> names = new HashMap<>();

	/** Declarations by name; empty while one is being written. */
	private final Map<String, String> declarations = new TreeMap<>();

	/** Return the declarations of all types asked for so far, by name. */
	List<String> declarations() {
		return List.copyOf(this.declarations.values());
	}

	/** Keep a name for something else. */
	void reserve(String name) {
		this.declarations.put(name, "");
	}

	/**
	 * Return the type that stands for another.
	 * @param type the type
	 * @param annotated the same with its annotations, if they are known
	 */
	String of(Type type, @Nullable AnnotatedType annotated) {
		String plain = plain(type, annotated);
		boolean nullable = JsonShape.isOptional(type) || (annotated != null && isNullable(annotated));
		return (nullable && !plain.endsWith(" | null")) ? plain + " | null" : plain;
	}

	private static boolean isNullable(AnnotatedType annotated) {
		return Arrays.stream(annotated.getAnnotations())
			.anyMatch((each) -> each.annotationType().getSimpleName().equals("Nullable"));
	}

	private String plain(Type type, @Nullable AnnotatedType annotated) {
		return switch (type) {
			case Class<?> plain -> ofClass(plain);
			case ParameterizedType generic -> ofGeneric(generic, arguments(generic, annotated));
			case GenericArrayType array -> arrayOf(of(array.getGenericComponentType(), null));
			case WildcardType wildcard -> of(wildcard.getUpperBounds()[0], null);
			case TypeVariable<?> variable -> variable.getName();
			default -> unknown(type);
		};
	}

	private String ofClass(Class<?> type) {
		return switch (JsonShape.of(type)) {
			case NOTHING -> "void";
			case BOOLEAN -> "boolean";
			case NUMBER -> "number";
			case STRING -> "string";
			case ARRAY -> arrayOf(ofClass(type.getComponentType()));
			case ITERABLE -> "unknown[]";
			case MAP -> "Record<string, unknown>";
			case DECLARED -> declared(type);
			case ANYTHING -> "unknown";
			case UNKNOWN -> unknown(type);
		};
	}

	private static String unknown(Type type) {
		return "unknown /* " + type.getTypeName() + " */";
	}

	private List<String> arguments(ParameterizedType type, @Nullable AnnotatedType annotated) {
		Type[] types = type.getActualTypeArguments();
		AnnotatedType[] known = (annotated instanceof AnnotatedParameterizedType generic
				&& annotated.getType().equals(type)) ? generic.getAnnotatedActualTypeArguments() : null;
		List<String> arguments = new ArrayList<>();
		for (int i = 0; i < types.length; i++) {
			arguments.add(of(types[i], (known != null) ? known[i] : null));
		}
		return arguments;
	}

	private String ofGeneric(ParameterizedType type, List<String> arguments) {
		Class<?> raw = (Class<?>) type.getRawType();
		if (raw == Optional.class) {
			return arguments.getFirst().endsWith(" | null") ? arguments.getFirst() : arguments.getFirst() + " | null";
		}
		if (Map.class.isAssignableFrom(raw) && arguments.size() == 2) {
			return "Record<string, " + arguments.get(1) + ">";
		}
		if (JsonShape.isCollection(raw) && arguments.size() == 1) {
			return arrayOf(arguments.getFirst());
		}
		if (raw.isRecord() || raw.isSealed()) {
			return declared(raw) + "<" + String.join(", ", arguments) + ">";
		}
		return unknown(type);
	}

	private static String arrayOf(String item) {
		return item.contains(" ") ? "Array<" + item + ">" : item + "[]";
	}

	/** The name of a type, which is declared when it is met first. */
	private String declared(Class<?> type) {
		String known = this.names.get(type);
		if (known != null) {
			return known;
		}
		String name = freeName(type);
		this.names.put(type, name);
		this.declarations.put(name, "");
		this.declarations.put(name, declaration(type, name));
		return name;
	}

	private String freeName(Class<?> type) {
		String name = type.getSimpleName();
		Class<?> outer = type.getEnclosingClass();
		if (this.declarations.containsKey(name) && outer != null) {
			name = outer.getSimpleName() + name;
		}
		String free = name;
		for (int number = 2; this.declarations.containsKey(free); number++) {
			free = name + number;
		}
		return free;
	}

	private String declaration(Class<?> type, String name) {
		if (type.isEnum()) {
			return "export type " + name + " = "
					+ Arrays.stream(type.getEnumConstants())
						.map((constant) -> "'" + constant.toString().replace("\\", "\\\\").replace("'", "\\'") + "'")
						.collect(Collectors.joining(" | "))
					+ ";\n";
		}
		String variables = Arrays.stream(type.getTypeParameters())
			.map(TypeVariable::getName)
			.collect(Collectors.joining(", "));
		String head = name + (variables.isEmpty() ? "" : "<" + variables + ">");
		if (type.isRecord()) {
			StringBuilder text = new StringBuilder("export interface ").append(head).append(" {\n");
			for (RecordComponent component : type.getRecordComponents()) {
				text.append("  ")
					.append(component.getName())
					.append(": ")
					.append(of(component.getGenericType(), component.getAnnotatedType()))
					.append(";\n");
			}
			return text.append("}\n").toString();
		}
		return "export type " + head + " = "
				+ Arrays.stream(type.getPermittedSubclasses()).map(this::ofClass).collect(Collectors.joining(" | "))
				+ ";\n";
	}

}
