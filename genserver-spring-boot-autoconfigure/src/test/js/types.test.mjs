// What is declared and what is documented is what there is.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { client } from './client.mjs';
import { Network } from './fakes.mjs';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const DECLARED = read('../../main/resources/io/genserver/rpc/server/genserver-client.d.ts').replace(/\/\*\*.*?\*\//gs, '');
const PAGE = read('../../../../docs/browser-client.md');
const SOURCE = ['client', 'calls', 'options'].map((name) => read(`../../main/js/${name}.js`)).join('\n');

/** Names of the members of an interface, with those of its parts. */
function members(name) {
  const [, body] = new RegExp(`interface ${name}\\b[^{]*\\{\\n(.*?)\\n\\}`, 's').exec(DECLARED);
  return [...new Set(body.split('\n').flatMap((line) => {
    const [, member, rest] = /^ {2}(?:readonly )?(\w+)\??[(:<](.*)$/.exec(line) ?? [];
    const parts = /^ \{ (.*) \};$/.exec(rest)?.[1].split('; ').map((part) => `${member}.${part.split('?')[0]}`);
    return member ? parts ?? [member] : [];
  }))].sort();
}

/** Options of the page's table below a heading, with their defaults. */
function table(heading) {
  const rows = PAGE.split(`| option of ${heading} | default | |\n`)[1].split('\n\n')[0].split('\n').slice(1);
  return Object.fromEntries(rows.flatMap((row) => {
    const [, names, values] = row.split('|').map((cell) => cell.trim());
    const defaults = values.split(', ');
    return names.split(', ').map((name, i) => [name.replaceAll('`', ''), defaults[i] ?? values]);
  }));
}

const CONNECT = table('`connect(url, options)`');
const OPERATION = table('an operation');

test('the page names every option that is declared', () => {
  assert.deepEqual(Object.keys(CONNECT).sort(), members('ConnectOptions'));
  assert.deepEqual(Object.keys(OPERATION).sort(), [...members('CallOptions'), ...members('StreamOptions')].sort());
});

test('the page and the declarations have the defaults of the code', () => {
  const numbers = Object.entries({ ...CONNECT, prefetch: OPERATION.prefetch }).filter(([, value]) => /^\d+$/.test(value));
  assert.equal(numbers.length, 8);
  const code = { 'keepAlive.timeout': 'timeout: patience', prefetch: 'DEFAULT_PREFETCH' };
  const source = SOURCE + read('../../main/js/constants.js');
  const declared = read('../../main/resources/io/genserver/rpc/server/genserver-client.d.ts');
  for (const [name, value] of numbers) {
    assert.match(source, new RegExp(`\\b${code[name] ?? name.split('.').at(-1)} = ${value}\\b`), name);
    assert.match(declared, new RegExp(`\\b${value}\\b`), name);
  }
});

test('every option that is checked is declared', () => {
  const [, rules] = /const RULES = \{\n(.*?)\n\};/s.exec(SOURCE);
  // What is checked under another name, or is an argument.
  const others = { interval: 'keepAlive.interval', patience: 'keepAlive.timeout', initial: 'backoff.initial', max: 'backoff.max' };
  const names = [...rules.matchAll(/(?:^ {2}|, )(\w+): (?=[A-Z/(])/gm)].map(([, name]) => others[name] ?? name);
  const declared = [...members('ConnectOptions'), ...members('CallOptions'), ...members('StreamOptions'), 'operation', 'items'];
  assert.ok(names.length > 18, names.join());
  assert.deepEqual(names.filter((name) => !declared.includes(name)), []);
});

test('the client, its streams and the module have the members that are declared', () => {
  const connection = new Network().connect();
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(connection)).filter((name) => name !== 'constructor');
  assert.deepEqual(own.sort(), members('GenServerClient'));
  const channel = connection.channel('kv.put');
  assert.deepEqual(Object.keys(channel).sort(), [...members('ItemStream'), ...members('Channel')].sort());
  channel.cancel();
  connection.close();
  const exported = [...DECLARED.matchAll(/^export declare (?:class|function) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(Object.keys(client).sort(), exported.sort());
});
