package io.genserver.runtime.contract;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;

import org.jspecify.annotations.Nullable;

/**
 * What the type variables of a type's ancestors stand for, seen from that type: the
 * {@code T} of {@code Repo<T>} is {@code String} from a class that implements
 * {@code Repo<String>}. A variable without a known argument stands for its bound.
 */
final class GenericTypes {

	private final Map<TypeVariable<?>, Type> known = new HashMap<>();

	private GenericTypes() {
	}

	static GenericTypes seenFrom(Type type) {
		GenericTypes types = new GenericTypes();
		types.learn(type);
		return types;
	}

	private void learn(@Nullable Type type) {
		if (type instanceof ParameterizedType parameterized) {
			TypeVariable<?>[] variables = erase(parameterized).getTypeParameters();
			for (int i = 0; i < variables.length; i++) {
				this.known.put(variables[i], resolve(parameterized.getActualTypeArguments()[i]));
			}
		}
		if (type != null) {
			Class<?> raw = erase(type);
			learn(raw.getGenericSuperclass());
			for (Type each : raw.getGenericInterfaces()) {
				learn(each);
			}
		}
	}

	/** The type without open variables. */
	Type resolve(Type type) {
		return switch (type) {
			case TypeVariable<?> variable -> {
				Type meaning = this.known.get(variable);
				yield (meaning != null) ? meaning : erase(variable);
			}
			case ParameterizedType p -> {
				Type owner = p.getOwnerType();
				yield new Parameterized(erase(p), (owner != null) ? resolve(owner) : null,
						resolveAll(p.getActualTypeArguments()));
			}
			case GenericArrayType array -> {
				Type component = resolve(array.getGenericComponentType());
				yield (component instanceof Class<?> c) ? c.arrayType() : new ArrayOf(component);
			}
			case WildcardType w -> new Wildcard(resolveAll(w.getUpperBounds()), resolveAll(w.getLowerBounds()));
			default -> type;
		};
	}

	private Type[] resolveAll(Type[] types) {
		Type[] resolved = new Type[types.length];
		for (int i = 0; i < types.length; i++) {
			resolved[i] = resolve(types[i]);
		}
		return resolved;
	}

	/** The erasure of a type. */
	static Class<?> erase(Type type) {
		return switch (type) {
			case Class<?> plain -> plain;
			case ParameterizedType parameterized -> (Class<?>) parameterized.getRawType();
			case GenericArrayType array -> erase(array.getGenericComponentType()).arrayType();
			case TypeVariable<?> variable -> erase(variable.getBounds()[0]);
			case WildcardType wildcard -> erase(wildcard.getUpperBounds()[0]);
			default -> Object.class;
		};
	}

	/** The first type argument, or {@code Object} if there is none. */
	static Type argumentOf(Type type) {
		return (type instanceof ParameterizedType parameterized) ? parameterized.getActualTypeArguments()[0]
				: Object.class;
	}

	private record Parameterized(Class<?> raw, @Nullable Type owner, Type[] arguments) implements ParameterizedType {

		@Override
		public Type[] getActualTypeArguments() {
			return this.arguments.clone();
		}

		@Override
		public Type getRawType() {
			return this.raw;
		}

		@Override
		public @Nullable Type getOwnerType() {
			return this.owner;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof ParameterizedType that && this.raw.equals(that.getRawType())
					&& Objects.equals(this.owner, that.getOwnerType())
					&& Arrays.equals(this.arguments, that.getActualTypeArguments());
		}

		@Override
		public int hashCode() {
			return Arrays.hashCode(this.arguments) ^ Objects.hashCode(this.owner) ^ this.raw.hashCode();
		}

		@Override
		public String toString() {
			StringJoiner text = new StringJoiner(", ", this.raw.getName() + "<", ">");
			for (Type each : this.arguments) {
				text.add(each.getTypeName());
			}
			return text.toString();
		}

	}

	private record ArrayOf(Type component) implements GenericArrayType {

		@Override
		public Type getGenericComponentType() {
			return this.component;
		}

		@Override
		public String toString() {
			return this.component.getTypeName() + "[]";
		}

	}

	private record Wildcard(Type[] upper, Type[] lower) implements WildcardType {

		@Override
		public Type[] getUpperBounds() {
			return this.upper.clone();
		}

		@Override
		public Type[] getLowerBounds() {
			return this.lower.clone();
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof WildcardType that && Arrays.equals(this.upper, that.getUpperBounds())
					&& Arrays.equals(this.lower, that.getLowerBounds());
		}

		@Override
		public int hashCode() {
			return Arrays.hashCode(this.lower) ^ Arrays.hashCode(this.upper);
		}

		@Override
		public String toString() {
			return (this.lower.length > 0) ? "? super " + this.lower[0].getTypeName()
					: "? extends " + this.upper[0].getTypeName();
		}

	}

}
