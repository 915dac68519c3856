package io.genserver.rpc.inbound;

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

	/** Those of them that may be long. */
	private static final Set<Class<?>> LONG = Set.of(String.class, BigInteger.class, BigDecimal.class, URI.class);

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
		return weigh(value) >= 0;
	}

	/**
	 * Tell what a value that can never change takes of the heap, with everything it
	 * consists of.
	 * @param value the value
	 * @return about how many bytes, or -1 if it may change, or it is not known
	 */
	static long weigh(@Nullable Object value) {
		Parts parts = new Parts();
		Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
		parts.add(value);
		while (!parts.waiting.isEmpty()) {
			Object part = parts.waiting.pop();
			Kind kind = KINDS.get(part.getClass());
			if (kind == MUTABLE || seen.size() > MOST_PARTS) {
				return -1;
			}
			if (kind != SIMPLE && seen.add(part)) {
				kind.parts.accept(part, parts);
			}
		}
		return parts.bytes;
	}

	private static Kind kind(Class<?> type) {
		if (PLAIN.contains(type) || Enum.class.isAssignableFrom(type) || isTime(type)) {
			return SIMPLE;
		}
		if (type == Optional.class) {
			return new Kind((value, parts) -> parts.add(((Optional<?>) value).orElse(null)));
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
			return new Kind((value, parts) -> ((Collection<?>) value).forEach(parts::add));
		}
		if (Map.class.isAssignableFrom(type)) {
			return new Kind((value, parts) -> ((Map<?, ?>) value).forEach((key, each) -> {
				parts.add(key);
				parts.add(each);
			}));
		}
		return MUTABLE;
	}

	/** Reads the fields: an accessor may run anything. */
	private static Kind record(Class<?> type) {
		List<Field> fields = new ArrayList<>();
		try {
			for (RecordComponent component : type.getRecordComponents()) {
				if (!isSmall(component.getType())) {
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
				parts.add(field.get(value));
			}
			catch (IllegalAccessException ex) {
				throw new IllegalStateException(ex);
			}
		}));
	}

	/** Whether every value of a declared type is simple, and takes next to nothing. */
	private static boolean isSmall(Class<?> declared) {
		return declared.isPrimitive() || declared.isEnum()
				|| PLAIN.contains(declared) && Modifier.isFinal(declared.getModifiers()) && !LONG.contains(declared);
	}

	/** What is still to be looked at of a value, and what was weighed. */
	private static final class Parts {

		/** A reference, and the least an object takes. */
		private static final int LEAST = 24;

		private final Deque<Object> waiting = new ArrayDeque<>();

		private long bytes;

		void add(@Nullable Object part) {
			this.bytes += LEAST;
			if (part == null) {
				return;
			}
			if (KINDS.get(part.getClass()) == SIMPLE) {
				this.bytes += weight(part);
			}
			else {
				this.waiting.push(part);
			}
		}

		private static long weight(Object simple) {
			return switch (simple) {
				case String text -> text.length();
				case URI uri -> uri.toString().length();
				case BigInteger number -> number.bitLength() / Byte.SIZE;
				case BigDecimal number -> number.precision() / 2;
				default -> 0;
			};
		}

	}

	/** What is known of a class. */
	private static final class Kind {

		/** Adds what a value consists of, but for what is simple. */
		private final BiConsumer<Object, Parts> parts;

		Kind(BiConsumer<Object, Parts> parts) {
			this.parts = parts;
		}

	}

}
