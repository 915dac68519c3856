// The client under test: the bundle as it is shipped, and what is inside, from its sources.

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The bundle is a .js file, which Node takes for a module only under another name. */
async function bundle() {
  const folder = mkdtempSync(join(tmpdir(), 'genserver-client-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const module = join(folder, 'genserver-client.mjs');
  writeFileSync(module, readFileSync(join(here, '../../main/resources/io/genserver/rpc/server/genserver-client.js')));
  return import(pathToFileURL(module).href);
}

export const client = await bundle();

const source = (name) => import(`../../main/js/${name}.js`);
export const internals = Object.assign({}, ...await Promise.all(
  ['bytes', 'constants', 'methods', 'wire', 'base', 'ext', 'errors', 'metadata', 'address', 'values'].map(source)));

const resource = (name) => JSON.parse(readFileSync(join(here, '../resources/io/genserver/protocol', name), 'utf8'));
export const muxio = resource('muxio-0.15.json');
export const ext = resource('ext.json');

/** Bytes as hex, or as hex and how often: 61*3. */
export function bytes(text) {
  const [hex, times = 1] = text.split('*');
  return new Uint8Array(Buffer.from(hex.repeat(Number(times)), 'hex'));
}

/** A request of ours, but for what is said. */
export const newExchange = (fields) => ({
  ours: true, type: 0, method: new Uint8Array(8), name: new Uint8Array(0), body: new Uint8Array(0), meta: new Uint8Array(0),
  until: Infinity, status: 0, ...fields
});

export const hex = (value) => Buffer.from(value).toString('hex');

/** Short bytes as hex, long ones as length and hash. */
export function show(value) {
  return value.length <= 64 ? hex(value) : `${value.length} bytes ${createHash('sha1').update(value).digest('hex')}`;
}

export function joined(...parts) {
  return new Uint8Array(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
}

/** A generator of numbers from 0 to 1 whose seed replays. */
export function seeded(seed) {
  let state = seed * 2654435761 + 1 >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** All ways to cut bytes that a test goes through: at once, one by one, at every place, at random. */
export function* splits(value) {
  yield [value];
  if (value.length < 100_000) {
    yield Array.from(value, (_, i) => value.subarray(i, i + 1));
  }
  for (let at = 1; at < Math.min(value.length, 300); at++) {
    yield [value.subarray(0, at), value.subarray(at)];
  }
  for (let seed = 1; seed <= 20; seed++) {
    const random = seeded(seed);
    const pieces = [];
    for (let at = 0; at < value.length;) {
      const length = 1 + Math.floor(random() * (1 + random() * value.length));
      pieces.push(value.subarray(at, at + length));
      at += length;
    }
    yield pieces;
  }
}
