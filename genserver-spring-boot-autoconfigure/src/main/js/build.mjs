// Bundles the client into the resources of this module, where it is checked in: Maven needs no Node. With --check it
// writes nothing, and fails if what is checked in is not what these sources give.

import { build } from 'esbuild';
import { minify } from 'terser';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';



const NAME = 'genserver-client.js';
const MAX_GZIPPED = 12 * 1024;

/**
 * Properties that only these modules use among themselves: their names are shortened. None of them may be one that users
 * see, or that browsers give objects of theirs.
 */
const INTERNAL = [
  // Exchanges
  'ours', 'wants', 'until', 'type', 'method', 'body', 'meta', 'reply', 'over', 'owner', 'streams', 'inOpen', 'inbound', 'exchange', 'respond',
  'consumed', 'waiting', 'bytes',
  // Their owners
  'item', 'ended', 'failed', 'lost', 'restarted', 'settle', 'settled', 'fail', 'begin', 'promise',
  // Sessions, and what is theirs alone
  'listener', 'first', 'peer', 'named', 'tell', 'schedule', 'enter', 'retire', 'forget', 'newStream', 'cut', 'frame', 'take', 'busy',
  'ping', 'goAway', 'session', 'refused', 'credited', 'need', 'write', 'grant',
  'receive', 'head', 'receiving', 'skip', 'payload', 'start', 'violation', 'critical', 'detailsType', 'notExecuted',
  // Links and their host
  'link', 'since', 'probe', 'draining', 'report', 'room', 'leaving', 'violated', 'opened', 'leave', 'flush', 'submit', 'fatal', 'emit'
];

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const resource = (name) => here(`../resources/io/genserver/rpc/server/${name}`);

const { outputFiles } = await build({
  absWorkingDir: here('.'),
  entryPoints: ['index.js'],
  outfile: resource(NAME),
  bundle: true,
  charset: 'utf8',
  format: 'esm',
  legalComments: 'none',
  mangleProps: new RegExp(`^(${INTERNAL.join('|')})$`),
  minify: true,
  sourcemap: true,
  target: 'es2022',
  write: false
});
const text = (end) => outputFiles.find(({ path }) => path.endsWith(end)).text;
// The names that esbuild gives to variables of nested functions are different from function to function. Those of terser are
// the same wherever they can be, which gzip likes.
const shorter = await minify({ [NAME]: text('.js') }, {
  // What is left as it is gives shorter zipped code.
  compress: { passes: 4, pure_getters: true, comparisons: false, if_return: false, sequences: false },
  ecma: 2022,
  module: true,
  sourceMap: { content: text('.map'), filename: NAME, includeSources: true, url: NAME + '.map' }
});
const map = JSON.parse(shorter.map);
// Developer tools show these names; where the files are on this machine is of no use there.
map.sources = map.sources.map((source) => 'genserver-client/' + basename(source));
const outputs = { [NAME]: shorter.code + '\n', [NAME + '.map']: JSON.stringify(map) + '\n' };

const gzipped = gzipSync(outputs[NAME], { level: 9 }).length;
const problems = gzipped > MAX_GZIPPED ? [`${NAME} has ${gzipped} bytes gzipped, ${MAX_GZIPPED} are the limit`] : [];
for (const [name, content] of Object.entries(outputs)) {
  if (!process.argv.includes('--check')) {
    writeFileSync(resource(name), content);
  }
  else if (readFileSync(resource(name), 'utf8') !== content) {
    problems.push(`${name} was not built from these sources: run npm run build`);
  }
}
problems.forEach((problem) => console.error(problem));
console.log(`${NAME}: ${outputs[NAME].length} bytes, ${gzipped} gzipped`);
process.exitCode = problems.length ? 1 : 0;
