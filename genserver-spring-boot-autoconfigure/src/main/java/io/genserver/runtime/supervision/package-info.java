/**
 * Internal: what becomes of a server, or of a background service, that failed: which
 * strategy applies, how many restarts are allowed and how long the pause before each is.
 */
@NullMarked
package io.genserver.runtime.supervision;

import org.jspecify.annotations.NullMarked;
