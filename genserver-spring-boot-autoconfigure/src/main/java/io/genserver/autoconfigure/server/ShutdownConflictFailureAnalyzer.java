package io.genserver.autoconfigure.server;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Names the two properties that contradict each other.
 */
class ShutdownConflictFailureAnalyzer extends AbstractFailureAnalyzer<ShutdownConflictException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, ShutdownConflictException cause) {
		return new FailureAnalysis(
				"Two properties contradict each other: the servers may take " + cause.value() + " to stop ('"
						+ cause.key() + "'), but Spring goes on after " + cause.phaseTimeout()
						+ " per phase of its shutdown ('" + cause.phaseKey() + "').",
				"Set '" + cause.phaseKey() + "' to at least " + cause.value() + ", or '" + cause.key() + "' to at most "
						+ cause.phaseTimeout() + ". If 'genserver.shutdown.timeout' and"
						+ " 'genserver.shutdown.drain-timeout' are not set, they follow the phase's timeout.",
				cause);
	}

}
