package io.genserver.rpc.codec;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Types as a contract's source shows them, for errors peers read.
 */
final class TypeNames {

	private TypeNames() {
	}

	/** The name as it follows a verb. */
	static String withArticle(Type type) {
		String name = of(type);
		return (("AEIOaeio".indexOf(name.charAt(0)) >= 0) ? "an " : "a ") + name;
	}

	static String of(Type type) {
		return switch (type) {
			case Class<?> known -> known.getSimpleName();
			case ParameterizedType generic -> of(generic.getRawType()) + Arrays.stream(generic.getActualTypeArguments())
				.map(TypeNames::of)
				.collect(Collectors.joining(", ", "<", ">"));
			case GenericArrayType array -> of(array.getGenericComponentType()) + "[]";
			default -> "?";
		};
	}

}
