// What the page asks of the servers, and how: the only module that knows their names.

import { connect } from '/genserver/genserver-client.js';
import { SIZE, tileKey } from './board.js';

/** A stream that is lost with its connection begins again: with what is so now. */
const AGAIN = { resume: () => [] };

export class Servers {

	#client;

	/**
	 * @param mode 'auto' for the best both ends speak, or 'base'
	 * @param state called with each state of the connection
	 * @param failed called with what goes wrong beside any call
	 */
	constructor({ mode, state, failed }) {
		this.#client = connect('/ws', { mode });
		this.#client.on('state', state);
		this.#client.on('error', failed);
	}

	get mode() {
		return this.#client.mode;
	}

	/**
	 * Paints pixel by pixel, a call each: a painter who is too fast is told so.
	 * @param pixels an array of {x, y} on the board
	 */
	async paint(pixels, rgb) {
		const calls = pixels.map(({ x, y }) => {
			const key = tileKey(Math.floor(x / SIZE), Math.floor(y / SIZE));
			return this.#client.call('tile.paint', [x % SIZE, y % SIZE, rgb], { key });
		});
		const refused = (await Promise.allSettled(calls)).filter((each) => each.status === 'rejected');
		if (refused.length > 0) {
			throw new Error(`${refused.length} of ${pixels.length} pixels were not painted. ${refused[0].reason.message}`);
		}
	}

	/** Calls back with every update of a tile, a whole picture first, until the signal says stop. */
	watchTile(column, row, signal, update) {
		return follow(this.#client.stream('tile.watch', [], { ...AGAIN, key: tileKey(column, row), signal }), signal, update);
	}

	/** Being here lasts as long as the stream: whoever leaves, or is cut off, is gone. */
	watchVisitors(name, colour, signal, update) {
		return follow(this.#client.stream('visitors.enter', [name, colour], { resume: () => [name, colour], signal }), signal, update);
	}

	watchPulse(signal, update) {
		return follow(this.#client.stream('pulse.watch', [], { ...AGAIN, signal }), signal, update);
	}

	/** Milliseconds there and back. */
	async ping() {
		const start = performance.now();
		await this.#client.call('pulse.ping', [], { timeout: 5000, idempotent: true });
		return performance.now() - start;
	}

	crash(column, row) {
		this.#client.cast('tile.crash', [], { key: tileKey(column, row) });
	}

	async upload(png, x, y) {
		const response = await fetch(`board.png?x=${x}&y=${y}`, { method: 'POST', body: png });
		const answer = await response.json();
		if (!response.ok) {
			throw new Error(answer.detail ?? response.statusText);
		}
		return answer;
	}

	/** A measurement of an Actuator meter, or undefined if there is none yet. */
	async metric(name, statistic) {
		const response = await fetch(`actuator/metrics/${name}`);
		const answer = response.ok ? await response.json() : { measurements: [] };
		return answer.measurements.find((each) => each.statistic === statistic)?.value;
	}

}

async function follow(stream, signal, update) {
	try {
		for await (const item of stream) {
			update(item);
		}
	}
	catch (error) {
		if (!signal.aborted) {
			throw error;
		}
	}
}
