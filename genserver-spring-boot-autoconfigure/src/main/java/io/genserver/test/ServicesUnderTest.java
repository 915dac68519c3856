package io.genserver.test;

import java.util.List;

import io.genserver.background.BackgroundServices;
import io.genserver.spring.background.BackgroundBeans;
import org.jspecify.annotations.Nullable;

/**
 * The background services of a test's context, if there are any.
 *
 * @param services knows those that run, {@code null} without background services
 * @param beans knows those that are beans, {@code null} without background services
 */
record ServicesUnderTest(@Nullable BackgroundServices services, @Nullable BackgroundBeans beans) {

	/** Cancel all, also those that a test has spawned, without waiting for their ends. */
	void cancel() {
		if (this.services != null) {
			List.copyOf(this.services.names()).forEach(this.services::cancel);
		}
	}

	/**
	 * Start those again that start with the application, once their last runs have ended.
	 */
	void startAgain() {
		if (this.services != null && this.beans != null) {
			for (String name : this.beans.names()) {
				if (this.beans.startsByItself(name)) {
					this.services.restart(name);
				}
			}
		}
	}

}
