package io.genserver.rpc.server;

import java.net.URI;
import java.net.URL;
import java.time.Year;
import java.util.Currency;
import java.util.Date;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;

/**
 * What JSON makes of a class, as far as that is known without asking a library.
 */
enum JsonShape {

	/** Nothing at all. */
	NOTHING,

	/** A truth value. */
	BOOLEAN,

	/** A number. */
	NUMBER,

	/** Text. */
	STRING,

	/** Elements in a row, of a Java array. */
	ARRAY,

	/** Elements in a row, of a collection. */
	ITERABLE,

	/** Values by names. */
	MAP,

	/** An enum, a record, or a sealed type: all that belongs to it is known. */
	DECLARED,

	/** Anything. */
	ANYTHING,

	/** Not known. */
	UNKNOWN;

	private static final Set<Class<?>> NUMBERS = Set.of(byte.class, short.class, int.class, long.class, float.class,
			double.class, OptionalInt.class, OptionalLong.class, OptionalDouble.class, Year.class);

	private static final Set<Class<?>> STRINGS = Set.of(char.class, Character.class, UUID.class, URI.class, URL.class,
			Locale.class, Currency.class, Date.class, TimeZone.class, byte[].class, char[].class);

	static JsonShape of(Class<?> type) {
		if (type == void.class || type == Void.class) {
			return NOTHING;
		}
		if (type == boolean.class || type == Boolean.class) {
			return BOOLEAN;
		}
		if (NUMBERS.contains(type) || Number.class.isAssignableFrom(type)) {
			return NUMBER;
		}
		if (STRINGS.contains(type) || CharSequence.class.isAssignableFrom(type) || isTime(type)) {
			return STRING;
		}
		if (type.isArray()) {
			return ARRAY;
		}
		if (type == Object.class) {
			return ANYTHING;
		}
		if (isCollection(type)) {
			return ITERABLE;
		}
		if (Map.class.isAssignableFrom(type)) {
			return MAP;
		}
		return (type.isEnum() || type.isRecord() || type.isSealed()) ? DECLARED : UNKNOWN;
	}

	private static boolean isTime(Class<?> type) {
		return type.getPackageName().equals("java.time") && !type.isEnum();
	}

	/** Whether it is a collection of the JDK, of which nothing but elements is shown. */
	static boolean isCollection(Class<?> type) {
		return Iterable.class.isAssignableFrom(type) && type.getPackageName().startsWith("java.");
	}

	/** Whether it is a number or null. */
	static boolean isOptional(Object type) {
		return type == OptionalInt.class || type == OptionalLong.class || type == OptionalDouble.class;
	}

}
