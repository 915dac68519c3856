/**
 * Internal: what Actuator and Micrometer show of the servers: the endpoint, the health
 * contributor and the meters. Reads snapshots and listens to the engine; never sends a
 * message, never sees a payload, and never holds a server up.
 */
@NullMarked
package io.genserver.actuate;

import org.jspecify.annotations.NullMarked;
