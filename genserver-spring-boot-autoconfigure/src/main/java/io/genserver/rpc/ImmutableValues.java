package io.genserver.rpc;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalAmount;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Tells values that can never change from those that may: records and the JDK's immutable
 * classes, all the way down. What is known of a class is kept with the class.
 */
final class ImmutableValues {

	/** A value of more parts than this is not looked at to its end. */
	private static final int MOST_PARTS = 10_000;

	private static final Set<Class<?>> PLAIN = Set.of(String.class, Boolean.class, Character.class, Byte.class,
			Short.class, Integer.class, Long.class, Float.class, Double.class, BigInteger.class, BigDecimal.class,
			UUID.class, URI.class, Locale.class, OptionalInt.class, OptionalLong.class, OptionalDouble.class);

	/** Never changes, and consists of nothing else. */
	private static final Kind SIMPLE = new Kind((value, parts) -> {
	});

	/** May change. */
	private static final Kind MUTABLE = new Kind((value, parts) -> {
	});

	/** List.of, Map.of, Set.of, their copies, and Stream.toList. */
	private static final String COLLECTIONS = "java.util.ImmutableCollections$";

	private static final ClassValue<Kind> KINDS = new ClassValue<>() {

		@Override
		protected Kind computeValue(Class<?> type) {
			return kind(type);
		}

	};

	private ImmutableValues() {
	}

	/**
	 * Tell whether a value, and everything it consists of, can never change.
	 * @param value the value
	 * @return {@code false} if it may, or it is not known
	 */
	static boolean isImmutable(@Nullable Object value) {
		Deque<Object> parts = new ArrayDeque<>();
		Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
		add(parts, value);
		while (!parts.isEmpty()) {
			Object part = parts.pop();
			Kind kind = KINDS.get(part.getClass());
			if (kind == MUTABLE || seen.size() > MOST_PARTS) {
				return false;
			}
			if (kind != SIMPLE && seen.add(part)) {
				kind.parts.accept(part, parts);
			}
		}
		return true;
	}

	private static void add(Deque<Object> parts, @Nullable Object part) {
		if (part != null && KINDS.get(part.getClass()) != SIMPLE) {
			parts.push(part);
		}
	}

	private static Kind kind(Class<?> type) {
		if (PLAIN.contains(type) || Enum.class.isAssignableFrom(type) || isTime(type)) {
			return SIMPLE;
		}
		if (type == Optional.class) {
			return new Kind((value, parts) -> add(parts, ((Optional<?>) value).orElse(null)));
		}
		if (type.getName().startsWith(COLLECTIONS)) {
			return collection(type);
		}
		return type.isRecord() ? record(type) : MUTABLE;
	}

	private static boolean isTime(Class<?> type) {
		return type.getName().startsWith("java.time.") && (TemporalAccessor.class.isAssignableFrom(type)
				|| TemporalAmount.class.isAssignableFrom(type) || java.time.ZoneId.class.isAssignableFrom(type));
	}

	private static Kind collection(Class<?> type) {
		if (Collection.class.isAssignableFrom(type)) {
			return new Kind((value, parts) -> ((Collection<?>) value).forEach((each) -> add(parts, each)));
		}
		if (Map.class.isAssignableFrom(type)) {
			return new Kind((value, parts) -> ((Map<?, ?>) value).forEach((key, each) -> {
				add(parts, key);
				add(parts, each);
			}));
		}
		return MUTABLE;
	}

	/** Reads the fields: an accessor may run anything. */
	private static Kind record(Class<?> type) {
		List<Field> fields = new ArrayList<>();
		try {
			for (RecordComponent component : type.getRecordComponents()) {
				if (!isSimple(component.getType())) {
					Field field = type.getDeclaredField(component.getName());
					field.setAccessible(true);
					fields.add(field);
				}
			}
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			return MUTABLE;
		}
		return fields.isEmpty() ? SIMPLE : new Kind((value, parts) -> fields.forEach((field) -> {
			try {
				add(parts, field.get(value));
			}
			catch (IllegalAccessException ex) {
				throw new IllegalStateException(ex);
			}
		}));
	}

	/** Whether every value of a declared type is simple. */
	private static boolean isSimple(Class<?> declared) {
		return declared.isPrimitive() || PLAIN.contains(declared) && Modifier.isFinal(declared.getModifiers())
				|| declared.isEnum();
	}

	/** What is known of a class. */
	private static final class Kind {

		/** Adds what a value consists of, but for what is simple. */
		private final BiConsumer<Object, Deque<Object>> parts;

		Kind(BiConsumer<Object, Deque<Object>> parts) {
			this.parts = parts;
		}

	}

}
