package io.genserver.rpc.outbound;

import java.util.Map;
import java.util.concurrent.Flow;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * What a request brings: its arguments, and perhaps headers and a stream of items after
 * them.
 *
 * @param arguments the encoded arguments
 * @param items the items, subscribed to when the request is sent; {@code null} for none
 * @param encoder encodes an item, on the publisher's thread; {@code null} without items
 * @param headers what goes with them, in ext mode
 */
public record RequestBody(byte[] arguments, Flow.@Nullable Publisher<?> items,
		@Nullable Function<@Nullable Object, byte[]> encoder, Map<String, String> headers) {

	/**
	 * Make the body of a request that has no stream.
	 * @param arguments the encoded arguments
	 * @return the body
	 */
	public static RequestBody of(byte[] arguments) {
		return new RequestBody(arguments, null, null, Map.of());
	}

	/**
	 * Return the same body with headers.
	 * @param headers all of them
	 * @return the body
	 */
	public RequestBody with(Map<String, String> headers) {
		return headers.isEmpty() ? this : new RequestBody(this.arguments, this.items, this.encoder, headers);
	}

}
