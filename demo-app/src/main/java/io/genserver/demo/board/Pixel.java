package io.genserver.demo.board;

/**
 * A pixel of a tile.
 *
 * @param x column within the tile
 * @param y row within the tile
 * @param rgb colour as {@code 0xRRGGBB}
 * @since 0.1.0
 */
public record Pixel(int x, int y, int rgb) {
}
