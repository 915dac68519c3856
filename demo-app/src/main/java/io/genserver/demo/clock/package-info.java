/**
 * A clock on the board: a background service that paints like anybody else.
 */
@NullMarked
package io.genserver.demo.clock;

import org.jspecify.annotations.NullMarked;
