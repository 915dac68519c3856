package io.genserver.autoconfigure.server;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says which server properties may have meant.
 */
class UnknownServerFailureAnalyzer extends AbstractFailureAnalyzer<UnknownServerException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnknownServerException cause) {
		String servers = cause.known().isEmpty() ? "There is no " + cause.what() + "."
				: "The " + cause.what() + "s are: " + String.join(", ", cause.known()) + ".";
		return new FailureAnalysis(
				"There are properties under '" + cause.prefix() + "." + cause.unknown() + "', but no " + cause.what()
						+ " named '" + cause.unknown() + "'. " + servers,
				action(cause.prefix(), cause.nearest()), cause);
	}

	private static String action(String prefix, @Nullable String nearest) {
		return ((nearest != null) ? "Did you mean '" + prefix + "." + nearest + "'? Otherwise remove"
				: "Correct the name, remove") + " the properties, or set genserver.unknown-servers to 'warn'.";
	}

}
