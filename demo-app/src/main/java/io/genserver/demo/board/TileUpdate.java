package io.genserver.demo.board;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a watcher of a tile is told.
 *
 * @param snapshot the whole tile as {@link Tile#snapshot()} gives it, in the first update
 * only
 * @param painted pixels painted since the update before, at most 256
 * @since 0.1.0
 */
public record TileUpdate(byte @Nullable [] snapshot, List<Pixel> painted) {
}
