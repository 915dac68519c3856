package io.genserver.autoconfigure.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

import io.genserver.GenServer;
import io.genserver.SupervisionStrategy;
import io.genserver.autoconfigure.server.GenServerProperties.Server;
import io.genserver.runtime.RuntimeSettings;
import io.genserver.runtime.ServerNames;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.contract.AnnotationText;
import io.genserver.runtime.supervision.Supervision;
import io.genserver.spring.ServerBean;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.env.Environment;
import org.springframework.util.function.SingletonSupplier;

/**
 * Turns properties and annotations into settings. The properties of a server come before
 * its annotation, and that before the properties of all servers. There is one for each
 * application context; what concerns all servers is read and checked once, when it is
 * first asked for. May be used on any thread.
 */
public final class ServerSettingsMapping {

	private final GenServerProperties properties;

	private final @Nullable Environment environment;

	private final @Nullable ClassLoader classLoader;

	private final AnnotationText text;

	private final SingletonSupplier<RuntimeSettings> runtime = SingletonSupplier.of(this::readRuntime);

	private final SingletonSupplier<ServerSettings> defaults = SingletonSupplier.of(this::readDefaults);

	/**
	 * Create.
	 * @param properties the properties
	 * @param environment has properties of Spring with which those must agree, or
	 * {@code null}
	 * @param classLoader where classes are that properties name
	 */
	ServerSettingsMapping(GenServerProperties properties, @Nullable Environment environment,
			@Nullable ClassLoader classLoader) {
		this.properties = properties;
		this.environment = environment;
		this.text = (environment != null) ? text(environment) : AnnotationText.DEFAULTS;
		this.classLoader = classLoader;
	}

	/** How attributes of annotations are read: with the placeholders of Spring. */
	static AnnotationText text(Environment environment) {
		return new AnnotationText(environment::resolveRequiredPlaceholders);
	}

	/**
	 * Return the settings of all servers together, which must agree with Spring's.
	 * @return the settings, the same at each call
	 * @throws InvalidConfigurationPropertyValueException if a value is not allowed
	 */
	public RuntimeSettings runtime() {
		return this.runtime.obtain();
	}

	private RuntimeSettings readRuntime() {
		ShutdownSettings shutdown = ShutdownSettings.of(this.properties.getShutdown(), this.environment);
		return new RuntimeSettings(shutdown.drain(), shutdown.total(),
				PropertyChecks.notNegative("genserver.slow-handler-threshold",
						this.properties.getSlowHandlerThreshold()),
				PropertyChecks.positive("genserver.stuck-handler-limit", this.properties.getStuckHandlerLimit()));
	}

	/** Settings of a server for which nothing else is set; the same at each call. */
	ServerSettings defaults() {
		return this.defaults.obtain();
	}

	private ServerSettings readDefaults() {
		return new ServerSettings(
				PropertyChecks.atLeastOne("genserver.mailbox.capacity", this.properties.getMailbox().getCapacity()),
				this.properties.getMailbox().getOverflow(),
				PropertyChecks.positive("genserver.call-timeout", this.properties.getCallTimeout()), supervision(),
				ServerSettings.DEFAULTS.maxInstances(), ServerSettings.DEFAULTS.idleTimeout(),
				this.properties.getStartFailure(), handlerTimeout(),
				PropertyChecks.notNegative("genserver.stop-grace", this.properties.getStopGrace()));
	}

	private @Nullable Duration handlerTimeout() {
		Duration timeout = this.properties.getHandlerTimeout();
		return (timeout != null) ? PropertyChecks.positive("genserver.handler-timeout", timeout) : null;
	}

	private Supervision supervision() {
		GenServerProperties.Supervision said = this.properties.getSupervision();
		if (said.getMaxRestarts() < 0) {
			throw new InvalidConfigurationPropertyValueException("genserver.supervision.max-restarts",
					said.getMaxRestarts(), "It must not be negative");
		}
		Duration initial = PropertyChecks.notNegative("genserver.supervision.backoff.initial",
				said.getBackoff().getInitial());
		Duration max = PropertyChecks.notNegative("genserver.supervision.backoff.max", said.getBackoff().getMax());
		if (max.compareTo(initial) < 0) {
			throw new InvalidConfigurationPropertyValueException("genserver.supervision.backoff.max",
					PropertyChecks.text(max), "It must be at least genserver.supervision.backoff.initial, which is "
							+ PropertyChecks.text(initial));
		}
		return with(said.getStrategy(), new Supervision(SupervisionStrategy.RESUME, SupervisionStrategy.RESTART,
				List.of(), said.getMaxRestarts(),
				PropertyChecks.positive("genserver.supervision.window", said.getWindow()), initial, max)
			.with(SupervisionRules.of("genserver.supervision.exceptions", said.getExceptions(), this.classLoader)));
	}

	/** The strategy for exceptions; resuming after an error is not offered. */
	static Supervision with(SupervisionStrategy strategy, Supervision supervision) {
		SupervisionStrategy onError = (strategy == SupervisionStrategy.RESUME) ? SupervisionStrategy.RESTART : strategy;
		return new Supervision(strategy, onError, supervision.rules(), supervision.maxRestarts(), supervision.window(),
				supervision.initialBackoff(), supervision.maxBackoff());
	}

	/** Settings of one server that is a bean. */
	ServerSettings of(ServerBean server) {
		ServerSettings settings = of(server.name(), server.serverClass(), server.annotation());
		if (!server.annotation().keyed()) {
			List<Map.Entry<String, Server>> own = entries(server.name());
			first(own, "idle-timeout", Server::getIdleTimeout, PropertyChecks::keyedOnly);
			first(own, "max-instances", Server::getMaxInstances, PropertyChecks::keyedOnly);
		}
		return settings;
	}

	/** Settings of one server that is started at run time. */
	ServerSettings of(String name, Class<?> type) {
		MergedAnnotation<GenServer> annotation = MergedAnnotations.from(type, SearchStrategy.SUPERCLASS)
			.get(GenServer.class);
		return of(name, type, annotation.isPresent() ? annotation.synthesize() : null);
	}

	private ServerSettings of(String name, Class<?> type, @Nullable GenServer annotation) {
		ServerSettings settings = defaults();
		if (annotation != null) {
			settings = new AnnotatedSettings(name, type, annotation, this.text).over(settings);
		}
		List<Map.Entry<String, Server>> own = entries(name);
		Integer capacity = first(own, "mailbox.capacity", (each) -> each.getMailbox().getCapacity(),
				PropertyChecks::atLeastOne);
		Duration callTimeout = first(own, "call-timeout", Server::getCallTimeout, PropertyChecks::positive);
		Duration handlerTimeout = first(own, "handler-timeout", Server::getHandlerTimeout, PropertyChecks::positive);
		Duration stopGrace = first(own, "stop-grace", Server::getStopGrace, PropertyChecks::notNegative);
		Integer maxInstances = first(own, "max-instances", Server::getMaxInstances,
				PropertyChecks::atLeastOneOrUnlimited);
		Duration idleTimeout = first(own, "idle-timeout", Server::getIdleTimeout, PropertyChecks::positiveOrNever);
		return new ServerSettings(or(capacity, settings.capacity()),
				or(first(own, (each) -> each.getMailbox().getOverflow()), settings.overflow()),
				or(callTimeout, settings.callTimeout()), supervision(own, settings.supervision()),
				(maxInstances != null) ? instances(maxInstances) : settings.maxInstances(),
				(idleTimeout != null) ? idle(idleTimeout) : settings.idleTimeout(),
				or(first(own, Server::getStartFailure), settings.startFailure()),
				(handlerTimeout != null) ? handlerTimeout : settings.handlerTimeout(),
				or(stopGrace, settings.stopGrace()), handlers(own));
	}

	private static ServerSettings.Handlers handlers(List<Map.Entry<String, Server>> own) {
		Map<String, ServerSettings.OfOperation> operations = new LinkedHashMap<>();
		// What comes first counts.
		for (Map.Entry<String, Server> entry : own.reversed()) {
			entry.getValue().getOperations().forEach((name, said) -> {
				String key = "genserver.servers." + entry.getKey() + ".operations." + name + ".";
				Integer concurrent = said.getConcurrent();
				Duration slow = said.getSlowHandlerThreshold();
				operations.put(name, new ServerSettings.OfOperation(
						(concurrent != null) ? PropertyChecks.notNegative(key + "concurrent", concurrent) : null,
						(slow != null) ? PropertyChecks.notNegative(key + "slow-handler-threshold", slow) : null));
			});
		}
		return new ServerSettings.Handlers(
				first(own, "slow-handler-threshold", Server::getSlowHandlerThreshold, PropertyChecks::notNegative),
				operations);
	}

	private Supervision supervision(List<Map.Entry<String, Server>> own, Supervision supervision) {
		SupervisionStrategy strategy = first(own, (each) -> each.getSupervision().getStrategy());
		Supervision result = (strategy != null) ? with(strategy, supervision) : supervision;
		// What comes first counts.
		for (Map.Entry<String, Server> entry : own.reversed()) {
			result = result.with(SupervisionRules.of("genserver.servers." + entry.getKey() + ".supervision.exceptions",
					entry.getValue().getSupervision().getExceptions(), this.classLoader));
		}
		return result;
	}

	/**
	 * Tell whether remote clients may call a server.
	 * @param name name of the server
	 * @return whether they may, or {@code null} if the properties do not say
	 */
	public @Nullable Boolean exposed(String name) {
		return first(entries(name), (each) -> each.getRpc().getExposed());
	}

	/** What is said of a server; what names it exactly comes first. */
	private List<Map.Entry<String, Server>> entries(String name) {
		List<Map.Entry<String, Server>> entries = new ArrayList<>();
		for (Map.Entry<String, Server> entry : this.properties.getServers().entrySet()) {
			if (ServerNames.uniform(entry.getKey()).equals(ServerNames.uniform(name))) {
				entries.add(entry.getKey().equals(name) ? 0 : entries.size(), entry);
			}
		}
		return entries;
	}

	private static <T> @Nullable T first(List<Map.Entry<String, Server>> entries,
			Function<Server, @Nullable T> property) {
		return entries.stream()
			.map((each) -> property.apply(each.getValue()))
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(null);
	}

	private static <T> @Nullable T first(List<Map.Entry<String, Server>> entries, String key,
			Function<Server, @Nullable T> property, Check<T> check) {
		for (Map.Entry<String, Server> entry : entries) {
			T value = property.apply(entry.getValue());
			if (value != null) {
				return check.apply("genserver.servers." + entry.getKey() + "." + key, value);
			}
		}
		return null;
	}

	private static <T> T or(@Nullable T value, T otherwise) {
		return (value != null) ? value : otherwise;
	}

	/** A number of instances as it is written by users: {@code -1} for no limit. */
	static int instances(int said) {
		return (said == -1) ? Integer.MAX_VALUE : said;
	}

	/** An idle time as it is written by users: zero for never. */
	static @Nullable Duration idle(Duration said) {
		return said.isZero() ? null : said;
	}

	/**
	 * Checks a value.
	 *
	 * @param <T> its type
	 */
	@FunctionalInterface
	private interface Check<T> {

		T apply(String key, T value);

	}

}
