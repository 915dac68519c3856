package io.genserver.autoconfigure;

import java.time.Duration;

import io.genserver.GenServer;
import io.genserver.Overflow;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.DurationText;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.Supervision;
import io.genserver.spring.InvalidServerException;
import org.jspecify.annotations.Nullable;

/**
 * What the annotation of a server says about its settings.
 *
 * @param server name of the server
 * @param type its class
 * @param annotation the annotation
 */
record AnnotatedSettings(String server, Class<?> type, GenServer annotation) {

	/** Other settings, except for what the annotation says. */
	ServerSettings over(ServerSettings settings) {
		Overflow overflow = only("overflow", this.annotation.overflow());
		Duration callTimeout = callTimeout();
		return new ServerSettings(capacity(settings.capacity()), (overflow != null) ? overflow : settings.overflow(),
				(callTimeout != null) ? callTimeout : settings.callTimeout(), supervision(settings.supervision()),
				settings.maxInstances(), settings.idleTimeout(), settings.startFailure(), settings.handlerTimeout(),
				settings.stopGrace());
	}

	private int capacity(int otherwise) {
		int capacity = this.annotation.capacity();
		if (capacity < 0) {
			throw invalid("capacity = " + capacity, "The capacity of a mailbox is at least 1");
		}
		return (capacity != 0) ? capacity : otherwise;
	}

	private @Nullable Duration callTimeout() {
		String text = this.annotation.callTimeout();
		if (text.isEmpty()) {
			return null;
		}
		try {
			return DurationText.parse(text);
		}
		catch (IllegalArgumentException ex) {
			throw invalid("callTimeout = \"" + text + "\"", String.valueOf(ex.getMessage()));
		}
	}

	private Supervision supervision(Supervision supervision) {
		SupervisionStrategy strategy = only("strategy", this.annotation.strategy());
		Supervision result = (strategy != null) ? ServerSettingsMapping.with(strategy, supervision) : supervision;
		try {
			return result.with(SupervisionRules.of(this.annotation));
		}
		catch (IllegalArgumentException ex) {
			throw invalid("resumeOn, restartOn or stopOn", String.valueOf(ex.getMessage()));
		}
	}

	private <T> @Nullable T only(String attribute, T[] values) {
		if (values.length > 1) {
			throw invalid(attribute + " with " + values.length + " values", "Name at most one");
		}
		return (values.length == 1) ? values[0] : null;
	}

	private InvalidServerException invalid(String attribute, String reason) {
		return new InvalidServerException(
				"Server '" + this.server + "' is annotated @GenServer with " + attribute + ". " + reason + ".",
				"Correct the annotation of " + this.type.getName() + ".");
	}

}
