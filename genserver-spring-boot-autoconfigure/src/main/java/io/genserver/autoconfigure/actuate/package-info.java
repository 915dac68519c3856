/**
 * Internal: configures what Spring Boot Actuator and Micrometer show: endpoints, health
 * contributors, meters and observations of servers, background services, clients and the
 * RPC endpoint. Builds on the other packages of the auto-configuration.
 */
@NullMarked
package io.genserver.autoconfigure.actuate;

import org.jspecify.annotations.NullMarked;
