/**
 * Internal: the only way to the log. Whatever is logged, from any source, becomes a text
 * that fits into one line and forges none, and a log that fails throws nothing into the
 * work that writes to it. Knows nothing of servers.
 */
@NullMarked
package io.genserver.log;

import org.jspecify.annotations.NullMarked;
