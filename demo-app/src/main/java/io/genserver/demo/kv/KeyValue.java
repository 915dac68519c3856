package io.genserver.demo.kv;

import java.util.concurrent.CompletableFuture;

import io.genserver.Cast;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * A key-value store. The same interface whether it is injected or called over a
 * WebSocket.
 *
 * @since 0.1.0
 */
public interface KeyValue {

	/**
	 * Return the value of a key, waiting for it.
	 * @param key the key
	 * @return the value, or {@code null} if the key has none
	 */
	@Nullable String get(String key);

	/**
	 * Return the value of a key without waiting for it.
	 * @param key the key
	 * @return completes with the value, or {@code null} if the key has none
	 */
	CompletableFuture<@Nullable String> find(String key);

	/**
	 * Set the value of a key. Returns once the message is queued.
	 * @param key the key
	 * @param value the value
	 */
	@Cast
	void set(String key, String value);

	/**
	 * Watch the keys that begin with a prefix: what they are now, and every change from
	 * then on. A watcher that falls behind by more than 1024 changes gets an error.
	 * @param prefix the prefix, empty for all keys
	 * @return never ends by itself
	 */
	Flux<Change> watch(String prefix);

}
