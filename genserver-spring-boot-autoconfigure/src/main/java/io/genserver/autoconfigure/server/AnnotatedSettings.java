package io.genserver.autoconfigure.server;

import java.time.Duration;

import io.genserver.GenServer;
import io.genserver.Overflow;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.contract.AnnotationText;
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
 * @param text reads its attributes
 */
record AnnotatedSettings(String server, Class<?> type, GenServer annotation, AnnotationText text) {

	/** Other settings, except for what the annotation says. */
	ServerSettings over(ServerSettings settings) {
		Overflow overflow = only("overflow", this.annotation.overflow());
		Duration callTimeout = this.text.read("callTimeout", this.annotation.callTimeout(), DurationText::parse,
				this::invalid);
		Duration handlerTimeout = this.text.read("handlerTimeout", this.annotation.handlerTimeout(),
				DurationText::parse, this::invalid);
		return new ServerSettings(capacity(settings.capacity()), (overflow != null) ? overflow : settings.overflow(),
				(callTimeout != null) ? callTimeout : settings.callTimeout(), supervision(settings.supervision()),
				maxInstances(settings.maxInstances()), idleTimeout(settings.idleTimeout()), settings.startFailure(),
				(handlerTimeout != null) ? handlerTimeout : settings.handlerTimeout(), settings.stopGrace(),
				settings.handlers());
	}

	private int maxInstances(int otherwise) {
		int most = this.text.number("maxInstances", this.annotation.maxInstances(),
				this.annotation.maxInstancesString(), this::invalid);
		if (most == 0) {
			return otherwise;
		}
		String attribute = number("maxInstances", this.annotation.maxInstancesString(), most);
		if (most < -1) {
			throw invalid(attribute, "It is at least 1, or -1 for no limit");
		}
		return keyedOnly(attribute, ServerSettingsMapping.instances(most));
	}

	private @Nullable Duration idleTimeout(@Nullable Duration otherwise) {
		String written = this.annotation.idleTimeout();
		Duration said = this.text.read("idleTimeout", written, DurationText::parseDelay, this::invalid);
		return (said == null) ? otherwise
				: keyedOnly("idleTimeout = \"" + written + "\"", ServerSettingsMapping.idle(said));
	}

	private <T extends @Nullable Object> T keyedOnly(String attribute, T value) {
		if (!this.annotation.keyed()) {
			throw invalid(attribute, "It is not keyed and has one instance, which stays: remove the attribute, or add"
					+ " keyed = true");
		}
		return value;
	}

	private int capacity(int otherwise) {
		int capacity = this.text.number("capacity", this.annotation.capacity(), this.annotation.capacityString(),
				this::invalid);
		if (capacity < 0) {
			throw invalid(number("capacity", this.annotation.capacityString(), capacity),
					"The capacity of a mailbox is at least 1");
		}
		return (capacity != 0) ? capacity : otherwise;
	}

	/** A number as it is written. */
	private static String number(String attribute, String written, int value) {
		return written.isEmpty() ? attribute + " = " + value
				: attribute + "String = \"" + written + "\" (\"" + value + "\")";
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
				"Server '" + this.server + "' is annotated @GenServer with " + attribute + ", on class "
						+ this.type.getName() + ". " + reason + ".",
				"Correct the annotation of " + this.type.getName()
						+ ", or the property that a placeholder in it names.");
	}

}
