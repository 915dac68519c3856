package io.genserver.autoconfigure.server;

import io.genserver.runtime.contract.InvalidOperationException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says why a method cannot be an operation of a server.
 */
class InvalidOperationFailureAnalyzer extends AbstractFailureAnalyzer<InvalidOperationException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidOperationException cause) {
		return new FailureAnalysis(cause.description(), cause.action() + ".", cause);
	}

}
