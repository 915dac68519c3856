package io.genserver.rpc.client;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Where a {@link GenServerClient} is in its life, in detail.
 *
 * @param address address of the endpoint, without credentials and query
 * @param state the state
 * @param since when the connection was made, or, if there is none, since when
 * @param reason why there is no connection, {@code null} if there is one
 * @param nextAttempt when the next attempt begins, {@code null} unless the client pauses
 * between two
 * @since 0.1.0
 */
public record ClientStatus(String address, ClientState state, Instant since, @Nullable String reason,
		@Nullable Instant nextAttempt) {
}
