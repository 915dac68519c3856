/**
 * A board of pixels that everybody paints on: a server per tile, and HTTP on top. No
 * pixel is touched outside the turn of its tile.
 */
@NullMarked
package io.genserver.demo.board;

import org.jspecify.annotations.NullMarked;
