package io.genserver.runtime.supervision;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.genserver.SupervisionStrategy;
import io.genserver.time.Durations;

/**
 * What becomes of a server whose handler failed.
 *
 * @param onException for exceptions no rule mentions
 * @param onError for errors no rule mentions
 * @param rules strategies for types of throwables, the most specific one counts
 * @param maxRestarts restarts within the window before the server counts as failed
 * @param window time within which restarts are counted
 * @param initialBackoff pause before the first restart in a row
 * @param maxBackoff longest pause
 */
public record Supervision(SupervisionStrategy onException, SupervisionStrategy onError,
		List<Map.Entry<Class<? extends Throwable>, SupervisionStrategy>> rules, int maxRestarts, Duration window,
		Duration initialBackoff, Duration maxBackoff) {

	/**
	 * The defaults: exceptions leave the state alone, errors cost it.
	 */
	public static final Supervision DEFAULTS = new Supervision(SupervisionStrategy.RESUME, SupervisionStrategy.RESTART,
			List.of(), 3, Duration.ofSeconds(5), Duration.ofMillis(100), Duration.ofSeconds(1));

	public Supervision {
		rules = List.copyOf(rules);
		if (maxRestarts < 0) {
			throw new IllegalArgumentException(
					"Maximum number of restarts must not be negative, but is " + maxRestarts);
		}
		Durations.positive("Window for restarts", window);
		if (initialBackoff.isNegative() || maxBackoff.compareTo(initialBackoff) < 0) {
			throw new IllegalArgumentException(
					"Backoff must lie between zero and its maximum, but is " + initialBackoff + " to " + maxBackoff);
		}
	}

	/**
	 * Return this with another strategy for exceptions and errors alike.
	 * @param strategy what becomes of the server
	 * @return another supervision
	 */
	public Supervision with(SupervisionStrategy strategy) {
		return new Supervision(strategy, strategy, this.rules, this.maxRestarts, this.window, this.initialBackoff,
				this.maxBackoff);
	}

	/**
	 * Return this with more rules.
	 * @param rules strategies for types of throwables; they replace rules for the same
	 * types
	 * @return another supervision
	 */
	public Supervision with(Map<Class<? extends Throwable>, SupervisionStrategy> rules) {
		Map<Class<? extends Throwable>, SupervisionStrategy> all = new LinkedHashMap<>();
		this.rules.forEach((rule) -> all.put(rule.getKey(), rule.getValue()));
		all.putAll(rules);
		List<Map.Entry<Class<? extends Throwable>, SupervisionStrategy>> merged = all.entrySet()
			.stream()
			.map(Map.Entry::copyOf)
			.toList();
		return new Supervision(this.onException, this.onError, merged, this.maxRestarts, this.window,
				this.initialBackoff, this.maxBackoff);
	}

	/**
	 * Return what limits the restarts of one instance.
	 * @return a history without restarts
	 */
	public RestartHistory history() {
		return new RestartHistory(this.maxRestarts, this.window, this.initialBackoff, this.maxBackoff);
	}

	/**
	 * Return the strategy for a failure.
	 * @param failure what a handler threw
	 * @return the strategy
	 */
	public SupervisionStrategy strategyFor(Throwable failure) {
		Class<?> nearest = Throwable.class;
		SupervisionStrategy strategy = (failure instanceof Error) ? this.onError : this.onException;
		for (Map.Entry<Class<? extends Throwable>, SupervisionStrategy> rule : this.rules) {
			if (rule.getKey().isInstance(failure) && nearest.isAssignableFrom(rule.getKey())) {
				nearest = rule.getKey();
				strategy = rule.getValue();
			}
		}
		return strategy;
	}

}
