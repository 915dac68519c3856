package io.genserver.demo.board;

import java.util.Arrays;
import java.util.Random;

/**
 * Pictures to paint.
 */
final class Pictures {

	private Pictures() {
	}

	/** Gradients with noise, as in a photograph: hardly two pixels are alike. */
	static Picture photograph(int width, int height, long seed) {
		Random random = new Random(seed);
		Picture picture = Picture.blank(width, height);
		for (int y = 0; y < height; y++) {
			for (int x = 0; x < width; x++) {
				int red = (x * 255 / width + random.nextInt(32)) & 255;
				int green = (y * 255 / height + random.nextInt(32)) & 255;
				int blue = ((x + y) * 255 / (width + height) + random.nextInt(32)) & 255;
				picture.set(x, y, red << 16 | green << 8 | blue);
			}
		}
		return picture;
	}

	static Picture filled(int width, int height, int rgb) {
		Picture picture = Picture.blank(width, height);
		Arrays.fill(picture.rgb(), rgb);
		return picture;
	}

}
