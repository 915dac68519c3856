package io.genserver.autoconfigure.server;

import io.genserver.MissingLibraryException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says which libraries to add.
 */
class MissingLibraryFailureAnalyzer extends AbstractFailureAnalyzer<MissingLibraryException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, MissingLibraryException cause) {
		StringBuilder action = new StringBuilder("Add to the dependencies of the application:");
		for (String each : cause.artifacts()) {
			action.append(System.lineSeparator()).append("    ").append(each);
		}
		return new FailureAnalysis(cause.user() + " needs libraries that are not on the class path.", action.toString(),
				cause);
	}

}
