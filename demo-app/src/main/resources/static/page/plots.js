// Small plots of the last minute, and the heat map of the mailboxes.

import { COLUMNS, ROWS } from './board.js';

const POINTS = 60;

/** Lines over the last points, each scaled to the greatest of all. */
export class Plot {

	#lines;

	#values;

	#width;

	#height;

	constructor(svg, ...classes) {
		const box = svg.viewBox.baseVal;
		this.#width = box.width;
		this.#height = box.height;
		this.#values = classes.map(() => []);
		this.#lines = classes.map((name) => {
			const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
			path.setAttribute('class', name);
			svg.append(path);
			return path;
		});
	}

	add(...values) {
		values.forEach((value, line) => {
			const known = this.#values[line];
			known.push(value);
			if (known.length > POINTS) {
				known.shift();
			}
		});
		const top = Math.max(1e-9, ...this.#values.flat());
		this.#lines.forEach((path, line) => path.setAttribute('d', this.#path(this.#values[line], top)));
	}

	#path(values, top) {
		const step = this.#width / (POINTS - 1);
		const start = this.#width - (values.length - 1) * step;
		return values.map((value, i) => {
			const x = start + i * step;
			const y = this.#height - 2 - value / top * (this.#height - 6);
			return `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
		}).join('');
	}

}

/**
 * How many messages wait per tile: the stronger the colour the more, on a logarithmic scale. Tiles that only did something
 * are faint. The colours are the canvas's own: its text for messages that wait, its outline for the others.
 */
export class HeatMap {

	#canvas;

	#context;

	constructor(canvas) {
		this.#canvas = canvas;
		this.#context = canvas.getContext('2d');
	}

	/** @param tiles an array of {key, depth, capacity, handled} */
	show(tiles) {
		const { width, height } = this.#canvas;
		const cell = width / COLUMNS;
		const style = getComputedStyle(this.#canvas);
		this.#context.clearRect(0, 0, width, height);
		for (const { key, depth, capacity, handled } of tiles) {
			const [column, row] = key.split(',').map(Number);
			if (column >= COLUMNS || row >= ROWS) {
				continue;
			}
			const waiting = depth > 0 ? 0.25 + 0.75 * Math.log1p(depth) / Math.log1p(capacity) : 0;
			this.#context.globalAlpha = depth > 0 ? waiting : 0.18;
			this.#context.fillStyle = depth > 0 ? style.color : style.outlineColor;
			if (depth > 0 || handled > 0) {
				this.#context.fillRect(column * cell + 0.5, row * cell + 0.5, cell - 1, cell - 1);
			}
		}
		this.#context.globalAlpha = 1;
	}

}
