package io.genserver.rpc.inbound;

import io.genserver.remote.RpcAuthorization;
import org.jspecify.annotations.Nullable;

/**
 * What a peer may call, and what it gets if that fails.
 *
 * @param operations what peers may call
 * @param authorization decides which of these a peer may call, or {@code null} if it may
 * call all of them
 * @param disclosure decides which texts of exceptions the peer gets
 * @param streamFailure how a stream that fails after its first item ends in base mode
 */
public record Exposure(ExposedOperations operations, @Nullable RpcAuthorization authorization, Disclosure disclosure,
		StreamFailure streamFailure) {
}
