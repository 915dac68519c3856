package io.genserver.autoconfigure.rpc;

import io.genserver.rpc.inbound.ExposureException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says why an operation cannot be exposed.
 */
class ExposureFailureAnalyzer extends AbstractFailureAnalyzer<ExposureException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, ExposureException cause) {
		return new FailureAnalysis(cause.getMessage() + ".",
				"Do as it says, or leave the operation out of 'genserver.rpc.exposed'.", cause);
	}

}
