/**
 * Internal: base mode, exactly muxio 0.15, as an implementation of
 * {@link io.genserver.protocol.WireSession}. A request or call is one stream, with its
 * sequence in {@code StreamState}; there is neither credit nor metadata. Knows nothing of
 * ext mode.
 */
@NullMarked
package io.genserver.protocol.base;

import org.jspecify.annotations.NullMarked;
