package io.genserver.autoconfigure.rpc;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when {@code genserver.rpc.exposed} lists something that does not exist.
 */
class UnmatchedExposureException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String pattern;

	@SuppressWarnings("serial")
	private final List<String> known;

	private final @Nullable String nearest;

	UnmatchedExposureException(String pattern, List<String> known, @Nullable String nearest) {
		super("Property 'genserver.rpc.exposed' lists '" + pattern + "', which matches nothing; "
				+ (known.isEmpty() ? "there is no server" : "there are " + known));
		this.pattern = pattern;
		this.known = known;
		this.nearest = nearest;
	}

	String pattern() {
		return this.pattern;
	}

	/** Names of servers; of operations if the server named exists. */
	List<String> known() {
		return this.known;
	}

	@Nullable String nearest() {
		return this.nearest;
	}

}
