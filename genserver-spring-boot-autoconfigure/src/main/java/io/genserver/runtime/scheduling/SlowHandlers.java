package io.genserver.runtime.scheduling;

import java.util.concurrent.TimeUnit;

import io.genserver.ServerInfo;
import io.genserver.log.SafeLogger;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * Logs handlers that run for longer than the threshold, a limited number per second. Only
 * the monitor's thread uses it.
 */
final class SlowHandlers {

	private static final SafeLogger logger = SafeLogger.of(SlowHandlers.class);

	/** Handlers that are logged within one second at most. */
	private static final int MOST = 10;

	/** For servers and operations that have none of their own; 0 for never. */
	private final long threshold;

	/** Logged, or counted instead, in the current second. */
	private int found;

	private long second;

	SlowHandlers(long threshold) {
		this.threshold = threshold;
	}

	/** Look at what a worker runs. */
	void look(@Nullable Runnable task, long now) {
		if (task instanceof SlowHandlerProbe probe && probe.isSlow(now, this.threshold)) {
			report(probe, now);
		}
	}

	private void report(SlowHandlerProbe probe, long now) {
		if (now - this.second > TimeUnit.SECONDS.toNanos(1)) {
			if (this.found > MOST) {
				logger.warn("{} more handlers are slow", this.found - MOST);
			}
			this.second = now;
			this.found = 0;
		}
		if (++this.found <= MOST) {
			ServerInfo.InFlight inFlight = probe.inFlight();
			if (inFlight != null) {
				logger.warn("Server {} has been handling {} from {} for {} ms; {} messages wait", probe.label(),
						inFlight.operation(), inFlight.caller(), Durations.millis(inFlight.age()), probe.queued());
			}
		}
	}

}
