/**
 * Internal: configures background services. Configuration properties under
 * {@code genserver.background}, their mapping to settings, and the beans that start and
 * stop the services.
 */
@NullMarked
package io.genserver.autoconfigure.background;

import org.jspecify.annotations.NullMarked;
