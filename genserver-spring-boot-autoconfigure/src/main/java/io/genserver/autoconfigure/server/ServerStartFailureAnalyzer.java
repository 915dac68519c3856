package io.genserver.autoconfigure.server;

import io.genserver.runtime.ServerStartException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says which server failed to start, and why. A cause that comes from Spring itself, such
 * as a bean that is missing, is left to those who know more about it.
 */
class ServerStartFailureAnalyzer extends AbstractFailureAnalyzer<ServerStartException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, ServerStartException cause) {
		StringBuilder description = new StringBuilder("Server '").append(cause.server()).append("' failed to start:");
		Throwable root = cause;
		for (Throwable each = cause.getCause(); each != null; each = next(each)) {
			description.append(System.lineSeparator()).append("    ").append(each);
			root = each;
		}
		if (root.getClass().getName().startsWith("org.springframework.")) {
			return null;
		}
		return new FailureAnalysis(description.toString(),
				"Correct the cause. If the application is to start without this server, set genserver.servers."
						+ cause.server() + ".start-failure to 'mark-failed'.",
				cause);
	}

	private static @Nullable Throwable next(Throwable failure) {
		return (failure.getCause() != failure) ? failure.getCause() : null;
	}

}
