package io.genserver.spring.background;

import java.time.Duration;

import io.genserver.background.RestartPolicy;
import io.genserver.background.StepLimits;

/**
 * What properties say of a background service.
 *
 * @param autostart whether it starts with the application
 * @param restarts how often it is run again when it throws
 * @param interruptAfter time before a cancelled service is interrupted
 * @param stepLimits how long a step may take before that shows
 */
public record ServiceSettings(boolean autostart, RestartPolicy restarts, Duration interruptAfter,
		StepLimits stepLimits) {
}
