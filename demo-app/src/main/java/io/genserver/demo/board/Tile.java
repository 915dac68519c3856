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
	 * Paint a pixel. Over the WebSocket a painter may paint 20 000 pixels per second, and
	 * as many at once after a pause. To paint more than a few from within the application
	 * cast it, {@code ref.cast(tile -> tile.paint(x, y, rgb))}: that waits for nothing
	 * but room.
	 * @param x column, 0 to 63
	 * @param y row, 0 to 63
	 * @param rgb colour as {@code 0xRRGGBB}
	 * @throws IllegalArgumentException if there is no such pixel
	 * @throws PaintRateException if the painter is too fast. One that sends casts instead
	 * of calls wants no answer, and gets none
	 */
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
	 * @return never ends by itself; fails when the tile restarts, and may then be watched
	 * again
	 */
	Flux<TileUpdate> watch();

	/**
	 * Fail with an error, to show what becomes of a server that does.
	 */
	@Cast
	void crash();

}
