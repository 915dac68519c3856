package io.genserver.runtime.contract;

import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Reads attributes of annotations, which may have placeholders.
 *
 * @param placeholders replaces placeholders in a text, or throws an
 * {@link IllegalArgumentException} that says which it cannot
 */
public record AnnotationText(UnaryOperator<String> placeholders) {

	/** One without others in it. */
	private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^${}:]*)(:([^${}]*))?\\}");

	/**
	 * Knows no properties, as there is no application context: a placeholder stands for
	 * its default. An attribute that needs a property without a default is not set.
	 */
	public static final AnnotationText DEFAULTS = new AnnotationText(AnnotationText::defaults);

	/**
	 * Read an attribute.
	 * @param <T> type of the value
	 * @param name name of the attribute
	 * @param written what it says
	 * @param reader reads the value, or throws an {@link IllegalArgumentException}
	 * @param refusal makes the exception for what cannot be read, from the attribute as
	 * it is written, with its value, and from the reason
	 * @return the value, {@code null} if nothing is written or what is written stands for
	 * nothing
	 */
	public <T> @Nullable T read(String name, String written, Function<String, T> reader,
			BiFunction<String, String, ? extends RuntimeException> refusal) {
		String attribute = name + " = \"" + written + "\"";
		try {
			String value = this.placeholders.apply(written).trim();
			if (!value.equals(written)) {
				attribute += " (\"" + value + "\")";
			}
			return value.isEmpty() ? null : reader.apply(value);
		}
		catch (IllegalArgumentException ex) {
			throw refusal.apply(attribute, String.valueOf(ex.getMessage()));
		}
	}

	/**
	 * Read an attribute that is a number, and may be written as text instead.
	 * @param name name of the attribute that is a number
	 * @param number what it says, 0 for nothing
	 * @param written what its twin says, which has the same name and "String" after it
	 * @param refusal makes the exception for what cannot be read
	 * @return the number, 0 if none is written
	 */
	public int number(String name, int number, String written,
			BiFunction<String, String, ? extends RuntimeException> refusal) {
		Integer text = read(name + "String", written, AnnotationText::integer, refusal);
		if (text != null && number != 0) {
			throw refusal.apply(name + " = " + number + " and " + name + "String = \"" + written + "\"",
					"Both say the same thing: keep one of the two");
		}
		return (text != null) ? text : number;
	}

	private static Integer integer(String text) {
		try {
			return Integer.valueOf(text);
		}
		catch (NumberFormatException ex) {
			throw new IllegalArgumentException("'" + text + "' is not a whole number");
		}
	}

	private static String defaults(String text) {
		String result = text;
		Matcher matcher = PLACEHOLDER.matcher(result);
		while (matcher.find()) {
			String otherwise = matcher.group(3);
			if (otherwise == null) {
				return "";
			}
			result = result.substring(0, matcher.start()) + otherwise + result.substring(matcher.end());
			matcher = PLACEHOLDER.matcher(result);
		}
		return result;
	}

}
