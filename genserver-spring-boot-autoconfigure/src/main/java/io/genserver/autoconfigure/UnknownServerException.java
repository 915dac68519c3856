package io.genserver.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when properties name a server that does not exist.
 */
class UnknownServerException extends RuntimeException {

	private final String unknown;

	private final transient List<String> known;

	private final @Nullable String nearest;

	UnknownServerException(String unknown, List<String> known, @Nullable String nearest) {
		super("Property 'genserver.servers." + unknown + "' names a server that does not exist; "
				+ (known.isEmpty() ? "there is none" : "there are " + known));
		this.unknown = unknown;
		this.known = known;
		this.nearest = nearest;
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
