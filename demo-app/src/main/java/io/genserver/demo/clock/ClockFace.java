package io.genserver.demo.clock;

import java.time.LocalTime;
import java.util.BitSet;

import io.genserver.demo.board.Tile;

/**
 * A time as it looks on a tile: hours and minutes above, seconds in larger digits below.
 */
final class ClockFace {

	/** Digits 0 to 9, then a colon; each in 7 rows of 5 pixels. */
	private static final String[] GLYPHS = { """
			.###.
			#...#
			#...#
			#...#
			#...#
			#...#
			.###.
			""", """
			..#..
			.##..
			..#..
			..#..
			..#..
			..#..
			.###.
			""", """
			.###.
			#...#
			....#
			...#.
			..#..
			.#...
			#####
			""", """
			.###.
			#...#
			....#
			..##.
			....#
			#...#
			.###.
			""", """
			...#.
			..##.
			.#.#.
			#..#.
			#####
			...#.
			...#.
			""", """
			#####
			#....
			####.
			....#
			....#
			#...#
			.###.
			""", """
			.###.
			#....
			#....
			####.
			#...#
			#...#
			.###.
			""", """
			#####
			....#
			...#.
			..#..
			..#..
			..#..
			..#..
			""", """
			.###.
			#...#
			#...#
			.###.
			#...#
			#...#
			.###.
			""", """
			.###.
			#...#
			#...#
			.####
			....#
			....#
			.###.
			""", """
			.....
			..#..
			..#..
			.....
			..#..
			..#..
			.....
			""" };

	private static final int GLYPH_WIDTH = 5;

	private static final int COLON = 10;

	private final BitSet lit = new BitSet(Tile.SIZE * Tile.SIZE);

	private ClockFace() {
	}

	static ClockFace of(LocalTime time) {
		ClockFace face = new ClockFace();
		int hour = time.getHour();
		int minute = time.getMinute();
		face.line(9, 2, hour / 10, hour % 10, COLON, minute / 10, minute % 10);
		face.line(31, 3, time.getSecond() / 10, time.getSecond() % 10);
		return face;
	}

	boolean isLit(int x, int y) {
		return this.lit.get(y * Tile.SIZE + x);
	}

	/** Glyphs in a row, centred, one column apart; each pixel a square of some size. */
	private void line(int top, int size, int... glyphs) {
		int advance = (GLYPH_WIDTH + 1) * size;
		int left = (Tile.SIZE - glyphs.length * advance + size) / 2;
		for (int glyph : glyphs) {
			glyph(left, top, size, GLYPHS[glyph]);
			left += advance;
		}
	}

	private void glyph(int left, int top, int size, String rows) {
		int row = 0;
		for (String pixels : rows.lines().toList()) {
			for (int column = 0; column < GLYPH_WIDTH; column++) {
				if (pixels.charAt(column) == '#') {
					square(left + column * size, top + row * size, size);
				}
			}
			row++;
		}
	}

	private void square(int left, int top, int size) {
		for (int y = top; y < top + size; y++) {
			this.lit.set(y * Tile.SIZE + left, y * Tile.SIZE + left + size);
		}
	}

}
