package io.genserver.autoconfigure.background;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

import io.genserver.autoconfigure.background.GenServerBackgroundProperties.Service;
import io.genserver.autoconfigure.server.ConfiguredServerNames;
import io.genserver.autoconfigure.server.GenServerProperties;
import io.genserver.autoconfigure.server.PropertyChecks;
import io.genserver.background.RestartPolicy;
import io.genserver.background.StepLimits;
import io.genserver.runtime.ServerNames;
import io.genserver.spring.background.ServiceSettings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.function.SingletonSupplier;

/**
 * Turns properties into settings of background services, naming the property when a value
 * makes no sense.
 */
final class BackgroundSettingsMapping {

	private static final String PREFIX = "genserver.background.";

	private final GenServerBackgroundProperties properties;

	private final GenServerProperties servers;

	private final SingletonSupplier<ServiceSettings> defaults = SingletonSupplier.of(() -> of(PREFIX, new Service()));

	private final Map<String, ServiceSettings> services = new ConcurrentHashMap<>();

	BackgroundSettingsMapping(GenServerBackgroundProperties properties, GenServerProperties servers) {
		this.properties = properties;
		this.servers = servers;
	}

	Duration shutdownTimeout() {
		return PropertyChecks.notNegative(PREFIX + "shutdown-timeout", this.properties.getShutdownTimeout());
	}

	/** Settings of a service for which nothing else is set; the same at each call. */
	ServiceSettings defaults() {
		return this.defaults.obtain();
	}

	/**
	 * Check that every service the properties name exists, and the settings of each
	 * service.
	 * @param services names of the services that exist
	 */
	void check(List<String> services) {
		ConfiguredServerNames.check("background service", "genserver.background.services",
				this.properties.getServices().keySet(), services, this.servers.getUnknownServers());
		services.forEach(this::of);
	}

	/** Settings of one service; the same at each call. */
	ServiceSettings of(String name) {
		return this.services.computeIfAbsent(name, this::read);
	}

	private ServiceSettings read(String name) {
		Service exact = this.properties.getServices().get(name);
		if (exact != null) {
			return of(PREFIX + "services." + name + ".", exact);
		}
		for (Map.Entry<String, Service> entry : this.properties.getServices().entrySet()) {
			if (ServerNames.uniform(entry.getKey()).equals(ServerNames.uniform(name))) {
				return of(PREFIX + "services." + entry.getKey() + ".", entry.getValue());
			}
		}
		return defaults();
	}

	private ServiceSettings of(String prefix, Service own) {
		Property<Integer> maxRestarts = property(prefix, "max-restarts", own.getMaxRestarts(),
				this.properties.getMaxRestarts());
		if (maxRestarts.value < 0) {
			throw new InvalidConfigurationPropertyValueException(maxRestarts.key, maxRestarts.value,
					"It must not be negative");
		}
		Duration window = property(prefix, "window", own.getWindow(), this.properties.getWindow())
			.check(PropertyChecks::positive);
		Property<Duration> initial = property(prefix, "backoff.initial", own.getBackoff().getInitial(),
				this.properties.getBackoff().getInitial());
		Property<Duration> max = property(prefix, "backoff.max", own.getBackoff().getMax(),
				this.properties.getBackoff().getMax());
		initial.check(PropertyChecks::notNegative);
		max.check(PropertyChecks::notNegative);
		if (max.value.compareTo(initial.value) < 0) {
			throw new InvalidConfigurationPropertyValueException(max.key, max.value,
					"It must be at least " + initial.key + " (" + initial.value + ")");
		}
		Duration interruptAfter = property(prefix, "interrupt-after", own.getInterruptAfter(),
				this.properties.getInterruptAfter())
			.check(PropertyChecks::notNegative);
		boolean autostart = property(prefix, "autostart", own.getAutostart(), this.properties.isAutostart()).value;
		return new ServiceSettings(autostart, new RestartPolicy(maxRestarts.value, window, initial.value, max.value),
				interruptAfter, stepLimits(prefix, own));
	}

	/** What is not set is as it is for servers. */
	private StepLimits stepLimits(String prefix, Service own) {
		Duration slow = Objects.requireNonNullElse(this.properties.getSlowStepThreshold(),
				this.servers.getSlowHandlerThreshold());
		Duration stuck = Objects.requireNonNullElse(this.properties.getStuckStepLimit(),
				this.servers.getStuckHandlerLimit());
		return new StepLimits(
				property(prefix, "slow-step-threshold", own.getSlowStepThreshold(), slow)
					.check(PropertyChecks::notNegative),
				property(prefix, "stuck-step-limit", own.getStuckStepLimit(), stuck)
					.check(PropertyChecks::notNegative));
	}

	private static <T> Property<T> property(String prefix, String name, @Nullable T own, T common) {
		return (own != null) ? new Property<>(prefix + name, own) : new Property<>(PREFIX + name, common);
	}

	/**
	 * A value and where it comes from.
	 *
	 * @param <T> type of the value
	 */
	private record Property<T>(String key, T value) {

		T check(BiFunction<String, T, T> rule) {
			return rule.apply(this.key, this.value);
		}

	}

}
