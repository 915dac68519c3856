/**
 * Internal: configures clients of remote servers. Configuration properties under
 * {@code genserver.clients}, their mapping to clients, and the beans for clients and for
 * the servers they reach.
 */
@NullMarked
package io.genserver.autoconfigure.client;

import org.jspecify.annotations.NullMarked;
