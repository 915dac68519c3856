package io.genserver.rpc.inbound;

import org.jspecify.annotations.Nullable;

/**
 * A reply that never changes and is encoded when there is room for it.
 *
 * @param value what the handler returned
 * @param bytes about how many of the heap it takes
 */
record LaterReply(@Nullable Object value, long bytes) {
}
