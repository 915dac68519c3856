package io.genserver.background;

import java.time.Duration;

import io.genserver.log.SafeLogger;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * Knows what a service is doing and since when, and logs it once if that takes long.
 * <p>
 * There is one timer at most, which is started by the first thing that is done and that
 * looks at whatever is done when it is due: a service of short steps needs no timer for
 * each of them.
 */
final class StepWatch {

	static final String STEP = "step";

	static final String CONSTRUCTOR = "constructor";

	static final String DESTRUCTION = "@PreDestroy";

	private static final SafeLogger logger = SafeLogger.of(BackgroundServices.class);

	private final String name;

	private final ServiceEnvironment environment;

	private final StepLimits limits;

	private @Nullable String operation;

	private long since;

	private boolean reported;

	/** The timer that counts, if there is one. */
	private @Nullable Registration timer;

	/** Which one that is: one that was called off may come all the same. */
	private long timers;

	private boolean armed;

	StepWatch(String name, ServiceEnvironment environment, StepLimits limits) {
		this.name = name;
		this.environment = environment;
		this.limits = limits;
	}

	synchronized void begin(String operation) {
		this.operation = operation;
		this.since = this.environment.nanoTime();
		this.reported = false;
		if (!this.limits.slow().isZero() && !this.armed) {
			arm(this.limits.slow());
		}
	}

	synchronized void end() {
		this.operation = null;
	}

	/** Nothing is to be done for now. */
	synchronized void close() {
		this.operation = null;
		if (this.timer != null) {
			this.timer.close();
			this.timer = null;
		}
		this.armed = false;
		this.timers++;
	}

	synchronized ServiceInfo.@Nullable InFlight inFlight() {
		return (this.operation != null)
				? new ServiceInfo.InFlight(this.operation, Duration.ofNanos(age()), this.limits.stuck()) : null;
	}

	private long age() {
		return Math.max(0, this.environment.nanoTime() - this.since);
	}

	private void arm(Duration delay) {
		this.armed = true;
		long number = ++this.timers;
		this.timer = this.environment.after(delay, () -> look(number));
	}

	private void look(long number) {
		ServiceInfo.InFlight slow = findSlow(number);
		if (slow != null) {
			logger.warn(
					"Background service '{}' has been busy with its {} for {} ms;"
							+ " genserver.background.services.{}.slow-step-threshold sets when that is logged",
					this.name, slow.operation(), Durations.millis(slow.age()), this.name);
		}
	}

	private synchronized ServiceInfo.@Nullable InFlight findSlow(long number) {
		if (number != this.timers) {
			return null;
		}
		this.armed = false;
		this.timer = null;
		if (this.operation == null || this.reported) {
			return null;
		}
		Duration left = this.limits.slow().minusNanos(age());
		if (left.isPositive()) {
			arm(left);
			return null;
		}
		this.reported = true;
		return inFlight();
	}

}
