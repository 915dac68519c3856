/**
 * Internal: conditions and wiring, configuration properties, failure analyzers and
 * runtime hints. Nothing that does work of its own lives here.
 */
@NullMarked
package io.genserver.autoconfigure;

import org.jspecify.annotations.NullMarked;
