package io.genserver.autoconfigure.server;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when properties name a server or a background service that does not exist.
 */
class UnknownServerException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String what;

	private final String prefix;

	private final String unknown;

	@SuppressWarnings("serial")
	private final List<String> known;

	private final @Nullable String nearest;

	UnknownServerException(String what, String prefix, String unknown, List<String> known, @Nullable String nearest) {
		super("Property '" + prefix + "." + unknown + "' names a " + what + " that does not exist; "
				+ (known.isEmpty() ? "there is none" : "there are " + known));
		this.what = what;
		this.prefix = prefix;
		this.unknown = unknown;
		this.known = known;
		this.nearest = nearest;
	}

	/** What the name should be that of. */
	String what() {
		return this.what;
	}

	/** Where the property is. */
	String prefix() {
		return this.prefix;
	}

	String unknown() {
		return this.unknown;
	}

	List<String> known() {
		return this.known;
	}

	@Nullable String nearest() {
		return this.nearest;
	}

}
