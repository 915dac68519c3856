package io.genserver.rpc.codec;

import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;

/**
 * Whether a value may be null, and its elements: whatever is marked by an annotation
 * called {@code Nullable}, from any library.
 *
 * @param isNullable whether it may be null
 * @param annotated the type with its annotations, or null if they are not known
 */
record Nullability(boolean isNullable, @Nullable AnnotatedType annotated) {

	static final Nullability NONE = new Nullability(false, null);

	static Nullability of(JavaType type, @Nullable AnnotatedType annotated) {
		return (annotated != null && !type.isPrimitive()) ? new Nullability(isMarked(annotated), annotated) : NONE;
	}

	static Nullability of(@Nullable AnnotatedMember member) {
		if (member == null) {
			return NONE;
		}
		AnnotatedElement element = (member instanceof AnnotatedParameter parameter) ? parameter(parameter)
				: member.getAnnotated();
		AnnotatedType annotated = switch (element) {
			case Method method when method.getParameterCount() == 1 -> method.getAnnotatedParameterTypes()[0];
			case Method method -> method.getAnnotatedReturnType();
			case Field field -> field.getAnnotatedType();
			case Parameter parameter -> parameter.getAnnotatedType();
			case null, default -> null;
		};
		boolean nullable = (element != null && isMarked(element)) || (annotated != null && isMarked(annotated));
		return new Nullability(nullable, annotated);
	}

	private static @Nullable AnnotatedElement parameter(AnnotatedParameter parameter) {
		return (parameter.getOwner().getAnnotated() instanceof java.lang.reflect.Executable owner)
				? owner.getParameters()[parameter.getIndex()] : null;
	}

	/** That of the elements, or of the values of a map. */
	Nullability elements() {
		return switch (this.annotated) {
			case AnnotatedArrayType array -> of(array.getAnnotatedGenericComponentType());
			case AnnotatedParameterizedType generic -> {
				AnnotatedType[] arguments = generic.getAnnotatedActualTypeArguments();
				yield (arguments.length > 0) ? of(arguments[arguments.length - 1]) : NONE;
			}
			case null, default -> NONE;
		};
	}

	private static Nullability of(AnnotatedType annotated) {
		return new Nullability(isMarked(annotated), annotated);
	}

	private static boolean isMarked(AnnotatedElement element) {
		return Arrays.stream(element.getAnnotations())
			.anyMatch((each) -> each.annotationType().getSimpleName().equals("Nullable"));
	}

}
