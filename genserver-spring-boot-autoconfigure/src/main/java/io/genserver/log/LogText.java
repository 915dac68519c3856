package io.genserver.log;

/**
 * Text as it may stand in a log, from any source: a key, a name or a message of a peer
 * could otherwise end the line and forge the next one, move the cursor of a terminal, or
 * show in another order than it has. Control characters (also U+0085), line and paragraph
 * separators, format characters (those of bidirectional text among them) and halves of
 * surrogate pairs become {@code \}{@code uXXXX}, and what is very long is cut.
 * <p>
 * Escapes for reading, not for reading back: a backslash stays as it is.
 */
final class LogText {

	/** Characters of one argument that are logged. */
	static final int LONGEST = 4096;

	private LogText() {
	}

	/**
	 * Make a text fit to be logged.
	 * @param text any text
	 * @return the text itself if it is fit already
	 */
	static String of(String text) {
		return of(text, LONGEST);
	}

	/**
	 * Make a text fit to be logged.
	 * @param text any text
	 * @param longest characters of it that are logged
	 * @return the text itself if it is fit already
	 */
	static String of(String text, int longest) {
		int length = Math.min(text.length(), longest);
		int fit = fit(text, length);
		if (fit == text.length()) {
			return text;
		}
		StringBuilder safe = new StringBuilder(length + 32).append(text, 0, fit);
		int at = fit;
		while (at < length) {
			int character = text.codePointAt(at);
			int units = Character.charCount(character);
			if (isHarmful(character)) {
				for (int i = 0; i < units; i++) {
					escape(safe, text.charAt(at + i));
				}
			}
			else {
				safe.appendCodePoint(character);
			}
			at += units;
		}
		if (at < text.length()) {
			safe.append("... (").append(text.length() - at).append(" more characters)");
		}
		return safe.toString();
	}

	/** Whether a text can be logged as it is. */
	static boolean isFit(String text, int longest) {
		return text.length() <= longest && fit(text, text.length()) == text.length();
	}

	/**
	 * How many characters from the first need no change: whole ones, so one more at most.
	 */
	private static int fit(String text, int length) {
		int at = 0;
		while (at < length) {
			char unit = text.charAt(at);
			if (unit < ' ' || unit > '~') {
				int character = text.codePointAt(at);
				if (isHarmful(character)) {
					return at;
				}
				at += Character.charCount(character);
			}
			else {
				at++;
			}
		}
		return at;
	}

	private static boolean isHarmful(int character) {
		return switch (Character.getType(character)) {
			case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
					Character.SURROGATE ->
				true;
			default -> false;
		};
	}

	private static void escape(StringBuilder safe, char unit) {
		switch (unit) {
			case '\n' -> safe.append("\\n");
			case '\r' -> safe.append("\\r");
			case '\t' -> safe.append("\\t");
			default -> safe.append("\\u").append(String.format("%04x", (int) unit));
		}
	}

}
