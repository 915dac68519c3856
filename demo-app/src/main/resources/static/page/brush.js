// Painting with a mouse, a finger or the keyboard. Tells which pixels to paint; knows nothing of servers.

import { HEIGHT, WIDTH } from './board.js';

export class Brush {

	#canvas;

	#cursor;

	#paint;

	#moved;

	#last = null;

	position = { x: WIDTH / 2, y: HEIGHT / 2 };

	size = 4;

	/**
	 * @param canvas where to paint
	 * @param cursor an element shown where the keyboard would paint
	 * @param paint called with an array of {x, y}
	 * @param moved called with the position
	 */
	constructor(canvas, cursor, paint, moved) {
		this.#canvas = canvas;
		this.#cursor = cursor;
		this.#paint = paint;
		this.#moved = moved;
		canvas.addEventListener('pointerdown', (event) => this.#down(event));
		canvas.addEventListener('pointermove', (event) => this.#move(event));
		for (const end of ['pointerup', 'pointercancel']) {
			canvas.addEventListener(end, () => { this.#last = null; });
		}
		canvas.addEventListener('keydown', (event) => this.#key(event));
		canvas.addEventListener('focus', () => {
			if (canvas.matches(':focus-visible')) {
				this.#showCursor();
			}
		});
		canvas.addEventListener('blur', () => { cursor.hidden = true; });
	}

	#down(event) {
		// One finger paints: a stroke from one to another is not meant.
		if (event.button !== 0 || !event.isPrimary) {
			return;
		}
		this.#canvas.setPointerCapture(event.pointerId);
		this.#cursor.hidden = true;
		this.#last = this.#at(event);
		this.#stroke(this.#last, this.#last);
	}

	#move(event) {
		if (this.#last === null || !event.isPrimary) {
			return;
		}
		for (const each of event.getCoalescedEvents?.() ?? [event]) {
			const now = this.#at(each);
			this.#stroke(this.#last, now);
			this.#last = now;
		}
	}

	#key(event) {
		const step = event.shiftKey ? 16 : 1;
		const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
		if (event.key in moves) {
			const [dx, dy] = moves[event.key];
			this.#go(this.position.x + dx, this.position.y + dy);
			this.#showCursor();
		}
		else if (event.key === ' ') {
			this.#stroke(this.position, this.position);
		}
		else {
			return;
		}
		event.preventDefault();
	}

	#at(event) {
		const box = this.#canvas.getBoundingClientRect();
		return {
			x: Math.floor((event.clientX - box.left) * WIDTH / box.width),
			y: Math.floor((event.clientY - box.top) * HEIGHT / box.height),
		};
	}

	#go(x, y) {
		this.position = { x: Math.min(Math.max(x, 0), WIDTH - 1), y: Math.min(Math.max(y, 0), HEIGHT - 1) };
		this.#moved(this.position);
	}

	#showCursor() {
		const scale = this.#canvas.clientWidth / WIDTH;
		const half = (this.size - 1) / 2;
		Object.assign(this.#cursor.style, {
			left: `${(this.position.x - Math.floor(half)) * scale}px`,
			top: `${(this.position.y - Math.floor(half)) * scale}px`,
			width: `${Math.max(this.size * scale, 3)}px`,
			height: `${Math.max(this.size * scale, 3)}px`,
		});
		this.#cursor.hidden = false;
		this.#cursor.scrollIntoView({ block: 'nearest', inline: 'nearest' });
	}

	/** Every pixel the brush touches on the way, once. */
	#stroke(from, to) {
		const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
		const touched = new Map();
		for (let i = 0; i <= steps; i++) {
			this.#dab(Math.round(from.x + (to.x - from.x) * i / steps), Math.round(from.y + (to.y - from.y) * i / steps), touched);
		}
		this.#go(to.x, to.y);
		if (touched.size > 0) {
			this.#paint([...touched.values()]);
		}
	}

	#dab(x, y, touched) {
		const left = x - Math.floor((this.size - 1) / 2);
		const top = y - Math.floor((this.size - 1) / 2);
		const radius = this.size / 2;
		for (let row = 0; row < this.size; row++) {
			for (let column = 0; column < this.size; column++) {
				const round = this.size < 4 || Math.hypot(column + 0.5 - radius, row + 0.5 - radius) <= radius;
				const px = left + column;
				const py = top + row;
				if (round && px >= 0 && px < WIDTH && py >= 0 && py < HEIGHT) {
					touched.set(py * WIDTH + px, { x: px, y: py });
				}
			}
		}
	}

}
