package io.genserver.runtime;

import java.util.Locale;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

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
	 * Check a key.
	 * @param server name of the keyed server
	 * @param key the key; callers that are not checked for nullness may pass {@code null}
	 * @return the key
	 * @throws IllegalArgumentException if it is {@code null} or empty
	 */
	public static String checkKey(String server, @Nullable String key) {
		if (key == null || key.isEmpty()) {
			throw new IllegalArgumentException(
					"A key of server " + server + " must not be " + ((key == null) ? "null" : "empty"));
		}
		return key;
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
