// The board as it is known here: one picture, kept up to date tile by tile and shown once per animation frame.

export const SIZE = 64;
export const COLUMNS = 20;
export const ROWS = 16;
export const WIDTH = COLUMNS * SIZE;
export const HEIGHT = ROWS * SIZE;

const OPAQUE = 0xff000000;

export function tileKey(column, row) {
	return `${column},${row}`;
}

export class Board {

	#context;

	#image = new ImageData(WIDTH, HEIGHT);

	/** One number per pixel, as the image holds it: alpha, blue, green, red. */
	#pixels = new Uint32Array(this.#image.data.buffer);

	#changed = new Set();

	constructor(canvas) {
		this.#context = canvas.getContext('2d', { alpha: false });
		this.#pixels.fill(0xffffffff);
		this.#context.putImageData(this.#image, 0, 0);
	}

	/** Take what a tile tells: all of it at first, then pixels as they are painted. */
	apply(column, row, update) {
		const origin = row * SIZE * WIDTH + column * SIZE;
		if (update.snapshot) {
			this.#fill(origin, bytes(update.snapshot));
		}
		for (const { x, y, rgb } of update.painted) {
			this.#pixels[origin + y * WIDTH + x] = abgr(rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255);
		}
		if (this.#changed.size === 0) {
			requestAnimationFrame(() => this.#show());
		}
		this.#changed.add(row * COLUMNS + column);
	}

	#fill(origin, rgb) {
		for (let i = 0, from = 0; i < SIZE * SIZE; i++, from += 3) {
			this.#pixels[origin + (i >> 6) * WIDTH + (i & 63)] = abgr(rgb[from], rgb[from + 1], rgb[from + 2]);
		}
	}

	#show() {
		for (const tile of this.#changed) {
			const x = tile % COLUMNS * SIZE;
			const y = Math.floor(tile / COLUMNS) * SIZE;
			this.#context.putImageData(this.#image, 0, 0, x, y, SIZE, SIZE);
		}
		this.#changed.clear();
	}

}

function abgr(red, green, blue) {
	return (OPAQUE | blue << 16 | green << 8 | red) >>> 0;
}

function bytes(snapshot) {
	return (snapshot instanceof Uint8Array) ? snapshot : Uint8Array.from(atob(snapshot), (each) => each.charCodeAt(0));
}
