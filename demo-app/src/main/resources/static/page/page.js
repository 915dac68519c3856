// Brings the parts of the page together.

import { Board, COLUMNS, HEIGHT, ROWS, SIZE, tileKey, WIDTH } from './board.js';
import { Brush } from './brush.js';
import { Panel } from './panel.js';
import { Servers } from './servers.js';

const COLOURS = ['#1b1f26', '#ffffff', '#e11d48', '#f97316', '#facc15', '#22c55e', '#14b8a6', '#3b82f6', '#8b5cf6'];
const ADJECTIVES = ['Quick', 'Calm', 'Bold', 'Shy', 'Merry', 'Wise', 'Brave', 'Gentle'];
const ANIMALS = ['Otter', 'Finch', 'Lynx', 'Heron', 'Badger', 'Gecko', 'Moth', 'Tapir'];
const MESSAGE_SHOWN = 6000;

const element = (id) => document.getElementById(id);
const any = (list) => list[Math.floor(Math.random() * list.length)];

const me = { name: `${any(ADJECTIVES)} ${any(ANIMALS)} ${Math.floor(Math.random() * 100)}`, colour: any(COLOURS.slice(2)) };
const board = new Board(element('canvas'));
const panel = new Panel();
// With ?mode=base one sees how the page does without flow control.
const mode = new URLSearchParams(location.search).get('mode') ?? 'auto';
const servers = new Servers({ mode, state: showState, failed: (error) => tell(error.message, true) });

let colour = me.colour;
let tile = { column: COLUMNS / 2, row: ROWS / 2 };
let quiet;
/** The server may be asked until it is known to be away: what it would not answer, browsers complain of. */
let reachable = true;

function showState(state, detail) {
	reachable = state === 'open';
	document.body.classList.toggle('away', !reachable);
	if (!reachable) {
		element('latency').textContent = '–';
	}
	document.querySelector('.state').dataset.state = state;
	const more = { open: `, ${detail.mode} mode`, waiting: `, again in ${Math.ceil((detail.delay ?? 0) / 1000)} s`, closed: detail.error ? `: ${detail.error.message}` : '' };
	element('state').textContent = state + (more[state] ?? '');
}

function tell(text, bad = false) {
	element('message').textContent = text;
	element('message').className = bad ? 'bad' : '';
	clearTimeout(quiet);
	quiet = setTimeout(() => { element('message').textContent = ''; }, MESSAGE_SHOWN);
}

/** A stream that ended although nobody wanted it to is told, and asked for again when the connection is back. */
async function keep(watch) {
	const signal = new AbortController().signal;
	for (;;) {
		try {
			await watch(signal);
		}
		catch (error) {
			tell(error.message, true);
		}
		await new Promise((resolve) => { setTimeout(resolve, 1000); });
	}
}

// Tiles are watched while they can be seen.

const watched = new Map();

function watchVisible() {
	const view = element('viewport').getBoundingClientRect();
	const canvas = element('canvas').getBoundingClientRect();
	const scale = canvas.width / WIDTH * SIZE;
	const from = (edge, start) => Math.floor((edge - start) / scale);
	const seen = new Set();
	const top = Math.max(view.top, 0);
	const bottom = Math.min(view.bottom, innerHeight);
	for (let row = Math.max(0, from(top, canvas.top)); row <= Math.min(ROWS - 1, from(bottom, canvas.top)); row++) {
		for (let column = Math.max(0, from(view.left, canvas.left)); column <= Math.min(COLUMNS - 1, from(view.right, canvas.left)); column++) {
			seen.add(tileKey(column, row));
			watchTile(column, row);
		}
	}
	for (const [key, stop] of watched) {
		if (!seen.has(key)) {
			stop.abort();
			watched.delete(key);
		}
	}
}

function watchTile(column, row) {
	const key = tileKey(column, row);
	if (watched.has(key)) {
		return;
	}
	const stop = new AbortController();
	watched.set(key, stop);
	servers.watchTile(column, row, stop.signal, (update) => board.apply(column, row, update))
		.catch(() => panel.log(`Tile ${key} ended its stream; asking again.`))
		.finally(() => {
			// Ended by itself, as when the tile was started anew: look again soon.
			if (watched.get(key) === stop) {
				watched.delete(key);
				setTimeout(watchVisible, 300);
			}
		});
}

// Painting

const brush = new Brush(element('canvas'), element('cursor'),
	(pixels) => servers.paint(pixels, parseInt(colour.slice(1), 16)).catch((error) => tell(error.message, true)),
	({ x, y }) => {
		tile = { column: Math.floor(x / SIZE), row: Math.floor(y / SIZE) };
		element('crash-key').textContent = tileKey(tile.column, tile.row);
	});

function choose(chosen) {
	colour = chosen;
	for (const button of element('palette').children) {
		const on = button.dataset.colour === chosen;
		button.setAttribute('aria-checked', on);
		button.tabIndex = on ? 0 : -1;
	}
}

function setBrush(size) {
	brush.size = Math.min(Math.max(size, 1), 16);
	element('brush').value = brush.size;
	element('brush-size').value = brush.size;
}

COLOURS.forEach((each, index) => {
	const button = document.createElement('button');
	Object.assign(button, { type: 'button', title: `${each} (${index + 1})`, onclick: () => choose(each) });
	button.dataset.colour = each;
	button.setAttribute('role', 'radio');
	button.setAttribute('aria-label', `Colour ${index + 1}`);
	button.style.setProperty('--colour', each);
	element('palette').append(button);
});
choose(colour);

element('palette').addEventListener('keydown', (event) => {
	const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
	if (step) {
		const now = COLOURS.indexOf(document.activeElement.dataset.colour);
		const next = (now + step + COLOURS.length) % COLOURS.length;
		choose(COLOURS[next]);
		element('palette').children[next].focus();
		event.preventDefault();
	}
});
element('custom').addEventListener('input', (event) => choose(event.target.value));
element('brush').addEventListener('input', (event) => setBrush(event.target.valueAsNumber));
element('canvas').addEventListener('keydown', (event) => {
	if (event.key >= '1' && event.key <= String(COLOURS.length)) {
		choose(COLOURS[event.key - 1]);
	}
	else if (event.key === '+' || event.key === '-') {
		setBrush(brush.size + (event.key === '+' ? 1 : -1));
	}
});
element('zoom').addEventListener('change', (event) => {
	const zoom = event.target.value;
	element('stage').classList.toggle('zoomed', zoom !== 'fit');
	element('stage').style.width = zoom === 'fit' ? '' : `${WIDTH * zoom}px`;
	watchVisible();
});

// Pictures

async function paintPicture(file, x, y) {
	try {
		tell('Painting…');
		const { pixels, milliseconds } = await servers.upload(await fitting(file, WIDTH - x, HEIGHT - y), x, y);
		tell(`${pixels.toLocaleString('en')} pixels, one message each, in ${milliseconds} ms.`);
	}
	catch (error) {
		tell(error.message, true);
	}
}

/** Any picture a browser can show, as PNG, not larger than there is room for. */
async function fitting(file, width, height) {
	const picture = await createImageBitmap(file).catch(() => { throw new Error(`${file.name ?? 'This'} is no picture`); });
	const scale = Math.min(1, width / picture.width, height / picture.height);
	const canvas = new OffscreenCanvas(Math.max(1, Math.floor(picture.width * scale)), Math.max(1, Math.floor(picture.height * scale)));
	canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
	return canvas.convertToBlob({ type: 'image/png' });
}

element('file').addEventListener('change', (event) => {
	const [file] = event.target.files;
	if (file) {
		paintPicture(file, 0, 0);
	}
	event.target.value = '';
});

const viewport = element('viewport');
viewport.addEventListener('dragover', (event) => {
	event.preventDefault();
	viewport.classList.add('over');
});
viewport.addEventListener('dragleave', () => viewport.classList.remove('over'));
viewport.addEventListener('drop', (event) => {
	event.preventDefault();
	viewport.classList.remove('over');
	const box = element('canvas').getBoundingClientRect();
	const x = Math.max(0, Math.min(WIDTH - 1, Math.floor((event.clientX - box.left) * WIDTH / box.width)));
	const y = Math.max(0, Math.min(HEIGHT - 1, Math.floor((event.clientY - box.top) * HEIGHT / box.height)));
	const [file] = event.dataTransfer.files;
	if (file) {
		paintPicture(file, x, y);
	}
});

// The panel

element('crash').addEventListener('click', () => {
	servers.crash(tile.column, tile.row);
	panel.log(`You made tile ${tileKey(tile.column, tile.row)} crash.`);
});

async function every(pause, task) {
	for (;;) {
		if (reachable && document.visibilityState === 'visible') {
			await task().catch(() => {});
		}
		await new Promise((resolve) => { setTimeout(resolve, pause); });
	}
}

let restarts;

async function readMetrics() {
	const waited = 'genserver.mailbox.wait.percentile?tag=server:tile&tag=phi';
	const [connections, restarted, p50, p99] = await Promise.all([
		servers.metric('genserver.rpc.connections', 'VALUE'), servers.metric('genserver.restarts', 'COUNT'),
		servers.metric(`${waited}:0.5`, 'VALUE'), servers.metric(`${waited}:0.99`, 'VALUE')]);
	if (restarts !== undefined && restarted > restarts) {
		panel.log(`${restarted - restarts === 1 ? 'A server was' : `${restarted - restarts} servers were`} started anew.`);
	}
	restarts = restarted;
	panel.showMetrics({ connections, restarts: restarted, p50, p99 });
}

async function measureLatency() {
	const taken = await servers.ping().catch(() => undefined);
	element('latency').textContent = taken?.toFixed(1) ?? '–';
}

viewport.addEventListener('scroll', watchVisible);
addEventListener('scroll', watchVisible);
addEventListener('resize', watchVisible);
watchVisible();
keep((signal) => servers.watchVisitors(me.name, me.colour, signal, (visitors) => panel.showVisitors(visitors, me.name)));
keep((signal) => servers.watchPulse(signal, (pulse) => panel.show(pulse)));
every(2000, measureLatency);
every(1000, readMetrics);
