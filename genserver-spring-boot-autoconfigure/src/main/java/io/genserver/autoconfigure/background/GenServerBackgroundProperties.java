package io.genserver.autoconfigure.background;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Configuration properties of the background services.
 */
@ConfigurationProperties("genserver.background")
public class GenServerBackgroundProperties {

	/**
	 * Whether beans of type BackgroundService run. Without, they are ordinary beans.
	 */
	private boolean enabled = true;

	/**
	 * Whether background services start with the application. Those that do not are
	 * started through BackgroundServices or the Actuator endpoint.
	 */
	private boolean autostart = true;

	/**
	 * Restarts within the window before a background service that throws is given up.
	 */
	private int maxRestarts = 10;

	/**
	 * Time within which restarts are counted.
	 */
	private Duration window = Duration.ofMinutes(10);

	private final Backoff backoff = new Backoff();

	/**
	 * Time after which a cancelled background service that is still in a step is
	 * interrupted. Zero to interrupt it at once.
	 */
	private Duration interruptAfter = Duration.ofSeconds(1);

	/**
	 * Time background services get at most to end at shutdown, before they are
	 * interrupted whatever 'interrupt-after' says; less if 'genserver.shutdown.timeout'
	 * leaves less. A service that has not ended one second later is abandoned.
	 */
	private Duration shutdownTimeout = Duration.ofSeconds(10);

	private final Lifecycle lifecycle = new Lifecycle();

	/**
	 * Time after which a running step of a background service is logged, once. Zero for
	 * never. 'genserver.slow-handler-threshold' unless set.
	 */
	private @Nullable Duration slowStepThreshold;

	/**
	 * Time after which a running step of a background service counts as stuck, which the
	 * health of the background services shows. Zero for never.
	 * 'genserver.stuck-handler-limit' unless set.
	 */
	private @Nullable Duration stuckStepLimit;

	/**
	 * Settings of single background services, by their names. Case, dashes and
	 * underscores of a name do not matter.
	 */
	private final Map<String, Service> services = new LinkedHashMap<>();

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public boolean isAutostart() {
		return this.autostart;
	}

	public void setAutostart(boolean autostart) {
		this.autostart = autostart;
	}

	public int getMaxRestarts() {
		return this.maxRestarts;
	}

	public void setMaxRestarts(int maxRestarts) {
		this.maxRestarts = maxRestarts;
	}

	public Duration getWindow() {
		return this.window;
	}

	public void setWindow(Duration window) {
		this.window = window;
	}

	public Backoff getBackoff() {
		return this.backoff;
	}

	public Duration getInterruptAfter() {
		return this.interruptAfter;
	}

	public void setInterruptAfter(Duration interruptAfter) {
		this.interruptAfter = interruptAfter;
	}

	public Lifecycle getLifecycle() {
		return this.lifecycle;
	}

	public Duration getShutdownTimeout() {
		return this.shutdownTimeout;
	}

	public void setShutdownTimeout(Duration shutdownTimeout) {
		this.shutdownTimeout = shutdownTimeout;
	}

	public @Nullable Duration getSlowStepThreshold() {
		return this.slowStepThreshold;
	}

	public void setSlowStepThreshold(@Nullable Duration slowStepThreshold) {
		this.slowStepThreshold = slowStepThreshold;
	}

	public @Nullable Duration getStuckStepLimit() {
		return this.stuckStepLimit;
	}

	public void setStuckStepLimit(@Nullable Duration stuckStepLimit) {
		this.stuckStepLimit = stuckStepLimit;
	}

	public Map<String, Service> getServices() {
		return this.services;
	}

	/**
	 * When background services start and stop among other parts of the application.
	 */
	public static class Lifecycle {

		/**
		 * Phase in which background services start and stop, at least that of the
		 * servers. 1024 above that, and below those of web servers, unless set.
		 */
		private @Nullable Integer phase;

		public @Nullable Integer getPhase() {
			return this.phase;
		}

		public void setPhase(@Nullable Integer phase) {
			this.phase = phase;
		}

	}

	/**
	 * Pauses before restarts.
	 */
	public static class Backoff {

		/**
		 * Pause before the first restart. It doubles with each restart within the window.
		 */
		private Duration initial = Duration.ofMillis(500);

		/**
		 * Longest pause.
		 */
		private Duration max = Duration.ofSeconds(30);

		public Duration getInitial() {
			return this.initial;
		}

		public void setInitial(Duration initial) {
			this.initial = initial;
		}

		public Duration getMax() {
			return this.max;
		}

		public void setMax(Duration max) {
			this.max = max;
		}

	}

	/**
	 * Settings of one background service.
	 * <p>
	 * The prefix is where the keys are in the metadata, which so describes what is below
	 * a name. It is never bound to: the map is.
	 */
	@ConfigurationProperties("genserver.background.services.*")
	public static class Service {

		/**
		 * Whether it starts with the application.
		 */
		private @Nullable Boolean autostart;

		/**
		 * Restarts within the window before it is given up.
		 */
		private @Nullable Integer maxRestarts;

		/**
		 * Time within which its restarts are counted.
		 */
		private @Nullable Duration window;

		private final ServiceBackoff backoff = new ServiceBackoff();

		/**
		 * Time after which it is interrupted if it is cancelled and still in a step. Zero
		 * to interrupt it at once.
		 */
		private @Nullable Duration interruptAfter;

		/**
		 * Time after which its running step is logged, once. Zero for never.
		 */
		private @Nullable Duration slowStepThreshold;

		/**
		 * Time after which its running step counts as stuck. Zero for never.
		 */
		private @Nullable Duration stuckStepLimit;

		public @Nullable Boolean getAutostart() {
			return this.autostart;
		}

		public void setAutostart(@Nullable Boolean autostart) {
			this.autostart = autostart;
		}

		public @Nullable Integer getMaxRestarts() {
			return this.maxRestarts;
		}

		public void setMaxRestarts(@Nullable Integer maxRestarts) {
			this.maxRestarts = maxRestarts;
		}

		public @Nullable Duration getWindow() {
			return this.window;
		}

		public void setWindow(@Nullable Duration window) {
			this.window = window;
		}

		public ServiceBackoff getBackoff() {
			return this.backoff;
		}

		public @Nullable Duration getInterruptAfter() {
			return this.interruptAfter;
		}

		public void setInterruptAfter(@Nullable Duration interruptAfter) {
			this.interruptAfter = interruptAfter;
		}

		public @Nullable Duration getSlowStepThreshold() {
			return this.slowStepThreshold;
		}

		public void setSlowStepThreshold(@Nullable Duration slowStepThreshold) {
			this.slowStepThreshold = slowStepThreshold;
		}

		public @Nullable Duration getStuckStepLimit() {
			return this.stuckStepLimit;
		}

		public void setStuckStepLimit(@Nullable Duration stuckStepLimit) {
			this.stuckStepLimit = stuckStepLimit;
		}

	}

	/**
	 * Pauses before restarts of one background service.
	 */
	public static class ServiceBackoff {

		/**
		 * Pause before its first restart. It doubles with each restart within the window.
		 */
		private @Nullable Duration initial;

		/**
		 * Longest pause before its restarts.
		 */
		private @Nullable Duration max;

		public @Nullable Duration getInitial() {
			return this.initial;
		}

		public void setInitial(@Nullable Duration initial) {
			this.initial = initial;
		}

		public @Nullable Duration getMax() {
			return this.max;
		}

		public void setMax(@Nullable Duration max) {
			this.max = max;
		}

	}

}
