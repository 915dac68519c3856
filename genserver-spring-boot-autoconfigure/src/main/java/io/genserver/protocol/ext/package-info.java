/**
 * Internal: ext mode as an implementation of {@link io.genserver.protocol.WireSession}:
 * settings, credit for bytes and items, deadlines, structured errors and goodbyes. Both
 * directions of a request or call are one {@code ExtStream}; a broken rule is an
 * {@code ExtViolation}. Knows nothing of base mode.
 */
@NullMarked
package io.genserver.protocol.ext;

import org.jspecify.annotations.NullMarked;
