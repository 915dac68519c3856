package io.genserver.autoconfigure.server;

import io.genserver.spring.InvalidServerException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says why a bean cannot be a server.
 */
class InvalidServerFailureAnalyzer extends AbstractFailureAnalyzer<InvalidServerException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidServerException cause) {
		return new FailureAnalysis(cause.description(), cause.action(), cause);
	}

}
