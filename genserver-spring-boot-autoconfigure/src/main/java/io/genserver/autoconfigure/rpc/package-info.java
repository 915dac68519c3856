/**
 * Internal: configures the RPC endpoint and the codecs that it shares with clients.
 * Configuration properties under {@code genserver.rpc}, their mapping to limits, the
 * beans of the endpoint, and the failure analyzers for what it exposes.
 */
@NullMarked
package io.genserver.autoconfigure.rpc;

import org.jspecify.annotations.NullMarked;
