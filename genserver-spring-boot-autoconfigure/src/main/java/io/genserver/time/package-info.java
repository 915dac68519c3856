/**
 * Internal: durations as they are set and as numbers. The one place where a
 * {@link java.time.Duration} becomes a {@code long}, which a longer duration than fits
 * must not overflow.
 */
@NullMarked
package io.genserver.time;

import org.jspecify.annotations.NullMarked;
