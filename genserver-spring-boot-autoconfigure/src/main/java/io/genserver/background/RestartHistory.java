package io.genserver.background;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

/**
 * How often a service was restarted lately. Belongs to the service's thread.
 */
final class RestartHistory {

	private final RestartPolicy policy;

	private final Deque<Long> times = new ArrayDeque<>();

	RestartHistory(RestartPolicy policy) {
		this.policy = policy;
	}

	/**
	 * Count a restart.
	 * @return the pause before it, or {@code null} if it would be one too many
	 */
	@Nullable Duration next(ServiceEnvironment environment) {
		long now = environment.nanoTime();
		long window = this.policy.window().toNanos();
		while (!this.times.isEmpty() && now - this.times.getFirst() >= window) {
			this.times.removeFirst();
		}
		int before = this.times.size();
		if (before >= this.policy.maxRestarts()) {
			return null;
		}
		this.times.addLast(now);
		double pause = Math.min(this.policy.initialBackoff().toNanos() * Math.pow(2, before),
				this.policy.maxBackoff().toNanos());
		return Duration.ofNanos((long) (pause * (1 - 0.2 * environment.random())));
	}

}
