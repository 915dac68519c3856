package io.genserver.spring;

import java.time.Instant;
import java.time.InstantSource;

import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The time of day that servers see, as a bean. A class that can be extended, since
 * aspects of an application may put a proxy before any bean.
 */
public class TimeOfDay implements InstantSource {

	private final @Nullable Scheduler scheduler;

	/**
	 * Create one.
	 * @param scheduler has the time, {@code null} for that of the system
	 */
	public TimeOfDay(@Nullable Scheduler scheduler) {
		this.scheduler = scheduler;
	}

	@Override
	public Instant instant() {
		return (this.scheduler != null) ? this.scheduler.instant() : Instant.now();
	}

}
