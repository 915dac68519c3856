package io.genserver.demo.kv;

/**
 * A key got a value.
 *
 * @param key the key
 * @param value its new value
 * @since 0.1.0
 */
public record Change(String key, String value) {
}
