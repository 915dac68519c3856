package io.genserver.background;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What is to run in the background, and how. Immutable: each {@code with} method returns
 * another definition.
 *
 * @param <T> type of the service's items
 * @param <H> type of the service's own handle
 * @since 0.1.0
 */
public final class ServiceDefinition<T, H> {

	private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");

	private static final Duration INTERRUPT_AFTER = Duration.ofSeconds(1);

	private final String name;

	private final Instances<T> instances;

	private final @Nullable CancellationToken token;

	private final @Nullable ItemConsumer<? super T> consumer;

	private final RestartPolicy restarts;

	private final Duration interruptAfter;

	private final @Nullable StepLimits stepLimits;

	private ServiceDefinition(String name, Instances<T> instances, @Nullable CancellationToken token,
			@Nullable ItemConsumer<? super T> consumer, RestartPolicy restarts, Duration interruptAfter,
			@Nullable StepLimits stepLimits) {
		this.name = name;
		this.instances = instances;
		this.token = token;
		this.consumer = consumer;
		this.restarts = restarts;
		this.interruptAfter = interruptAfter;
		this.stepLimits = stepLimits;
	}

	/**
	 * Define a service. It is never restarted by itself; on request, the same instance
	 * runs again with the state it has.
	 * @param <T> type of its items
	 * @param name its name: a letter, then letters, digits, dashes and underscores
	 * @param service the service
	 * @return the definition
	 * @throws IllegalArgumentException if the name is not well-formed
	 */
	public static <T> ServiceDefinition<T, ?> of(String name, BackgroundService<T> service) {
		return ServiceDefinition.<T, Object>of(name, new Instances<>(() -> service, false, null));
	}

	/**
	 * Define a service with a handle of its own. It is never restarted by itself; on
	 * request, the same instance runs again with the state and the handle it has.
	 * @param <T> type of its items
	 * @param <H> type of its own handle
	 * @param <S> type of the service
	 * @param name its name: a letter, then letters, digits, dashes and underscores
	 * @param service the service
	 * @return the definition
	 * @throws IllegalArgumentException if the name is not well-formed
	 */
	public static <T, H, S extends BackgroundService<T> & HandleProvider<H>> ServiceDefinition<T, H> providing(
			String name, S service) {
		return of(name, new Instances<>(() -> service, false, null));
	}

	/**
	 * Define a service of which each start and restart makes a new instance.
	 * @param <T> type of its items
	 * @param name its name: a letter, then letters, digits, dashes and underscores
	 * @param factory makes an instance; the first one on the thread that spawns it,
	 * others on the service's own
	 * @param release takes an instance that is no longer needed, on the service's own
	 * thread
	 * @return the definition
	 * @throws IllegalArgumentException if the name is not well-formed
	 */
	public static <T> ServiceDefinition<T, ?> ofEach(String name, Supplier<? extends BackgroundService<T>> factory,
			Consumer<BackgroundService<T>> release) {
		return ServiceDefinition.<T, Object>of(name, new Instances<>(factory, true, release));
	}

	private static <T, H> ServiceDefinition<T, H> of(String name, Instances<T> instances) {
		if (!isName(name)) {
			throw new IllegalArgumentException("'" + name + "' cannot be the name of a background service: it must"
					+ " begin with a letter and consist of letters, digits, dashes and underscores");
		}
		return new ServiceDefinition<>(name, instances, null, null, RestartPolicy.NEVER, INTERRUPT_AFTER, null);
	}

	/**
	 * Return whether a background service may have a name.
	 * @param name the name
	 * @return {@code true} if it begins with a letter and consists of letters, digits,
	 * dashes and underscores
	 */
	public static boolean isName(String name) {
		return NAME.matcher(name).matches();
	}

	/**
	 * Cancel the service together with a token.
	 * @param token the token; the service gets one below it
	 * @return another definition
	 */
	public ServiceDefinition<T, H> withToken(CancellationToken token) {
		return new ServiceDefinition<>(this.name, this.instances, token, this.consumer, this.restarts,
				this.interruptAfter, this.stepLimits);
	}

	/**
	 * Hand the service's items to a consumer. Without one they are counted, and dropped.
	 * @param consumer takes the items
	 * @return another definition
	 */
	public ServiceDefinition<T, H> withConsumer(ItemConsumer<? super T> consumer) {
		return new ServiceDefinition<>(this.name, this.instances, this.token, consumer, this.restarts,
				this.interruptAfter, this.stepLimits);
	}

	/**
	 * Run the service again when it throws.
	 * @param restarts how often
	 * @return another definition
	 */
	public ServiceDefinition<T, H> withRestarts(RestartPolicy restarts) {
		return new ServiceDefinition<>(this.name, this.instances, this.token, this.consumer, restarts,
				this.interruptAfter, this.stepLimits);
	}

	/**
	 * Interrupt a cancelled service that is still in a step, or in its consumer, after a
	 * time. The default is one second, not zero, because interruption is not harmless: it
	 * closes channels and breaks connections, which a service that watches its token need
	 * not suffer.
	 * @param interruptAfter the time; zero to interrupt at once
	 * @return another definition
	 * @throws IllegalArgumentException if the time is negative
	 */
	public ServiceDefinition<T, H> withInterruptAfter(Duration interruptAfter) {
		if (interruptAfter.isNegative()) {
			throw new IllegalArgumentException(
					"The time before an interruption must not be negative, but is " + interruptAfter);
		}
		return new ServiceDefinition<>(this.name, this.instances, this.token, this.consumer, this.restarts,
				interruptAfter, this.stepLimits);
	}

	/**
	 * Choose how long a step may take before that shows. Without it the limits are those
	 * of the {@link BackgroundServices}.
	 * @param stepLimits the limits
	 * @return another definition
	 */
	public ServiceDefinition<T, H> withStepLimits(StepLimits stepLimits) {
		return new ServiceDefinition<>(this.name, this.instances, this.token, this.consumer, this.restarts,
				this.interruptAfter, stepLimits);
	}

	/**
	 * Return the service's name.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	Instances<T> instances() {
		return this.instances;
	}

	@Nullable CancellationToken token() {
		return this.token;
	}

	@Nullable ItemConsumer<? super T> consumer() {
		return this.consumer;
	}

	RestartPolicy restarts() {
		return this.restarts;
	}

	Duration interruptAfter() {
		return this.interruptAfter;
	}

	@Nullable StepLimits stepLimits() {
		return this.stepLimits;
	}

	@Override
	public String toString() {
		return "background service '" + this.name + "'";
	}

	/**
	 * Where the instances of a service come from, and where they go.
	 *
	 * @param <T> type of the service's items
	 * @param factory makes an instance
	 * @param fresh whether each run needs another instance
	 * @param release takes an instance that is no longer needed
	 */
	record Instances<T>(Supplier<? extends BackgroundService<T>> factory, boolean fresh,
			@Nullable Consumer<BackgroundService<T>> release) {

		BackgroundService<T> create() {
			return Objects.requireNonNull(this.factory.get(), "The factory of a background service returned null");
		}

		void destroy(BackgroundService<T> instance) {
			if (this.release != null) {
				this.release.accept(instance);
			}
		}

	}

}
