package io.genserver.demo.board;

/**
 * An opaque picture in memory.
 *
 * @param width width in pixels
 * @param height height in pixels
 * @param rgb colours row by row, as {@code 0xRRGGBB}
 */
record Picture(int width, int height, int[] rgb) {

	static Picture blank(int width, int height) {
		return new Picture(width, height, new int[width * height]);
	}

	int at(int x, int y) {
		return this.rgb[y * this.width + x];
	}

	void set(int x, int y, int colour) {
		this.rgb[y * this.width + x] = colour;
	}

}
