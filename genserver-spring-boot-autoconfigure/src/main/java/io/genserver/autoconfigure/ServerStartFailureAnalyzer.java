package io.genserver.autoconfigure;

import io.genserver.runtime.ServerStartException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Says which server failed to start, and why, where nothing else knows more of the cause.
 */
@Order(Ordered.LOWEST_PRECEDENCE)
class ServerStartFailureAnalyzer extends AbstractFailureAnalyzer<ServerStartException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, ServerStartException cause) {
		StringBuilder description = new StringBuilder("Server '").append(cause.server()).append("' failed to start:");
		for (Throwable each = cause.getCause(); each != null; each = next(each)) {
			description.append(System.lineSeparator()).append("    ").append(each);
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
