package io.genserver;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What became of a call of many instances of a keyed server. Immutable, but for what the
 * replies are.
 *
 * @param <R> type of the replies
 * @param replies the replies by key, in the order in which they came; a reply may be
 * {@code null}
 * @param failures what failed by key, as a call of that instance alone would have thrown
 * it
 * @since 0.1.0
 * @see Keyed#askAll
 */
public record KeyedReplies<R extends @Nullable Object>(Map<String, R> replies, Map<String, Throwable> failures) {

	/**
	 * Create.
	 * @param replies the replies by key
	 * @param failures what failed by key
	 */
	public KeyedReplies {
		replies = Collections.unmodifiableMap(new LinkedHashMap<>(replies));
		failures = Collections.unmodifiableMap(new LinkedHashMap<>(failures));
	}

	/**
	 * Return the replies if there is one for every key.
	 * @return the replies by key
	 * @throws GenServerException if a call failed, naming its key, with the first failure
	 * as its cause and the others as suppressed ones
	 */
	public Map<String, R> orThrow() {
		if (this.failures.isEmpty()) {
			return this.replies;
		}
		Map.Entry<String, Throwable> first = this.failures.entrySet().iterator().next();
		GenServerException failure = new GenServerException(
				this.failures.size() + " of " + (this.failures.size() + this.replies.size())
						+ " calls failed, the first of them for key " + first.getKey(),
				false, first.getValue());
		this.failures.values().stream().skip(1).forEach(failure::addSuppressed);
		throw failure;
	}

}
