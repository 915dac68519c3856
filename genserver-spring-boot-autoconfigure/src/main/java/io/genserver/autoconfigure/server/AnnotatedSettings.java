package io.genserver.autoconfigure.server;

import java.time.Duration;
import java.util.function.Function;

import io.genserver.GenServer;
import io.genserver.Overflow;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.supervision.Supervision;
import io.genserver.spring.InvalidServerException;
import io.genserver.time.DurationText;
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
				maxInstances(settings.maxInstances()), idleTimeout(settings.idleTimeout()), settings.startFailure(),
				settings.handlerTimeout(), settings.stopGrace());
	}

	private int maxInstances(int otherwise) {
		int most = this.annotation.maxInstances();
		if (most == 0) {
			return otherwise;
		}
		if (most < -1) {
			throw invalid("maxInstances = " + most, "It is at least 1, or -1 for no limit");
		}
		return keyedOnly("maxInstances = " + most, ServerSettingsMapping.instances(most));
	}

	private @Nullable Duration idleTimeout(@Nullable Duration otherwise) {
		String text = this.annotation.idleTimeout();
		if (text.isEmpty()) {
			return otherwise;
		}
		String attribute = "idleTimeout = \"" + text + "\"";
		Duration said = keyedOnly(attribute, duration(attribute, text, DurationText::parseDelay));
		return ServerSettingsMapping.idle(said);
	}

	private <T> T keyedOnly(String attribute, T value) {
		if (!this.annotation.keyed()) {
			throw invalid(attribute, "It is not keyed and has one instance, which stays: remove the attribute, or add"
					+ " keyed = true");
		}
		return value;
	}

	private Duration duration(String attribute, String text, Function<String, Duration> reader) {
		try {
			return reader.apply(text);
		}
		catch (IllegalArgumentException ex) {
			throw invalid(attribute, String.valueOf(ex.getMessage()));
		}
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
		return duration("callTimeout = \"" + text + "\"", text, DurationText::parse);
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
