package io.genserver.runtime;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a server may be called.
 */
public final class ServerNames {

	private static final Pattern WELL_FORMED = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");

	private ServerNames() {
	}

	/**
	 * Check a name.
	 * @param name the name
	 * @throws IllegalArgumentException if it is not well-formed
	 */
	public static void check(String name) {
		if (!WELL_FORMED.matcher(name).matches()) {
			throw new IllegalArgumentException("'" + name + "' cannot be the name of a server: it must begin with a"
					+ " letter and consist of letters, digits, dashes and underscores");
		}
	}

	/**
	 * Return the form in which names are compared: without regard to case, dashes and
	 * underscores, as configuration properties are bound.
	 * @param name the name
	 * @return the form to compare
	 */
	public static String uniform(String name) {
		return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
	}

}
