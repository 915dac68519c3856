/**
 * Internal: configures the servers of an application. Configuration properties under
 * {@code genserver}, their mapping to settings, the beans of the runtime, context
 * propagation, web support, and the failure analyzers for servers. Other packages of the
 * auto-configuration build on this one, which imports none of them.
 */
@NullMarked
package io.genserver.autoconfigure.server;

import org.jspecify.annotations.NullMarked;
