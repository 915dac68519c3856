package io.genserver.autoconfigure.server;

import io.genserver.BlockingCallException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says which bean calls a server, and waits for it, while it is being made.
 */
class BlockingCallFailureAnalyzer extends AbstractFailureAnalyzer<BlockingCallException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BlockingCallException cause) {
		String bean = null;
		for (Throwable each = rootFailure; each != null; each = each.getCause()) {
			if (each instanceof BeanCreationException creation && creation.getBeanName() != null) {
				bean = creation.getBeanName();
			}
		}
		if (bean == null) {
			return null;
		}
		return new FailureAnalysis(
				"Bean '" + bean + "' called a server and waited for the reply while the application was being started"
						+ " (in its constructor, a @PostConstruct method or afterPropertiesSet): " + cause.getMessage()
						+ ".",
				"Make the call when the servers have started: in an ApplicationRunner, a method annotated"
						+ " @EventListener(ApplicationReadyEvent.class), or a SmartLifecycle bean. Or do not wait: use a"
						+ " cast, or an operation that returns a CompletableFuture or Mono.",
				cause);
	}

}
