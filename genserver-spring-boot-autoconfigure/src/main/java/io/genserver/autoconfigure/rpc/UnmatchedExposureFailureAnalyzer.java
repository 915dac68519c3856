package io.genserver.autoconfigure.rpc;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what 'genserver.rpc.exposed' may have meant.
 */
class UnmatchedExposureFailureAnalyzer extends AbstractFailureAnalyzer<UnmatchedExposureException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnmatchedExposureException cause) {
		String known = cause.known().isEmpty() ? "There is no server."
				: "There are: " + String.join(", ", cause.known()) + ".";
		String action = (cause.nearest() != null) ? "Did you mean '" + cause.nearest() + "'? Otherwise remove"
				: "Correct or remove";
		return new FailureAnalysis(
				"The property 'genserver.rpc.exposed' lists '" + cause.pattern()
						+ "', which matches no operation of any server. " + known,
				action + " the entry, or set genserver.unknown-servers to 'warn'.", cause);
	}

}
