// The side panel: what the servers are doing, from a stream and from Actuator.

import { HeatMap, Plot } from './plots.js';

const element = (id) => document.getElementById(id);

const number = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

const LOGGED = 6;

export class Panel {

	#heat = new HeatMap(element('heat'));

	#rate = new Plot(element('rate-plot'), 'first');

	#times = new Plot(element('time-plot'), 'first', 'second');

	show(pulse) {
		this.#heat.show(pulse.tiles);
		const busiest = pulse.tiles.reduce((most, tile) => tile.depth > (most?.depth ?? 0) ? tile : most, null);
		element('heat-text').textContent = busiest
			? `Fullest: tile ${busiest.key}, ${busiest.depth} of ${busiest.capacity} messages.`
			: 'No tile has messages waiting.';
		element('rate').value = number.format(pulse.perSecond);
		this.#rate.add(pulse.perSecond);
		element('tiles').textContent = pulse.instances;
		element('waiting').textContent = number.format(pulse.waiting);
	}

	/** @param p50 seconds, as p99 */
	showMetrics({ connections, restarts, p50, p99 }) {
		element('p50').value = duration(p50);
		element('p99').value = duration(p99);
		this.#times.add(p50 ?? 0, p99 ?? 0);
		element('connections').textContent = connections ?? '–';
		element('restarts').textContent = restarts ?? '–';
	}

	showVisitors(visitors, me) {
		element('visitors').replaceChildren(...visitors.map(({ name, colour }) => {
			const item = document.createElement('li');
			item.textContent = name === me ? `${name} (you)` : name;
			item.className = name === me ? 'me' : '';
			item.style.setProperty('--colour', colour);
			return item;
		}));
	}

	log(text) {
		const item = document.createElement('li');
		item.textContent = `${new Date().toLocaleTimeString()}  ${text}`;
		element('log').prepend(item);
		while (element('log').childElementCount > LOGGED) {
			element('log').lastElementChild.remove();
		}
	}

}

function duration(seconds) {
	if (seconds === undefined) {
		return '–';
	}
	const micros = seconds * 1e6;
	return micros < 1000 ? `${Math.round(micros)} µs` : `${(micros / 1000).toFixed(1)} ms`;
}
