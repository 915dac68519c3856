package io.genserver.demo.board;

import io.genserver.Cast;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One tile of the board, 64 by 64 opaque pixels. The key of a tile is {@code "x,y"}, its
 * column and row on the board, counted from 0. Coordinates of pixels are counted from the
 * tile's own corner.
 *
 * @since 0.1.0
 */
public interface Tile {

	/**
	 * Width and height of a tile in pixels.
	 */
	int SIZE = 64;

	/**
	 * Paint a pixel. Returns once the message is queued.
	 * @param x column, 0 to 63
	 * @param y row, 0 to 63
	 * @param rgb colour as {@code 0xRRGGBB}
	 */
	@Cast
	void paint(int x, int y, int rgb);

	/**
	 * Return all pixels.
	 * @return row by row, three bytes each: red, green, blue
	 */
	Mono<byte[]> snapshot();

	/**
	 * Watch the tile: a snapshot first, then what is painted, without a gap. A watcher
	 * that is slow misses colours a pixel had for a while, never its last one; what waits
	 * for it never exceeds the pixels of the tile.
	 * @return never ends by itself
	 */
	Flux<TileUpdate> watch();

}
