// What callers pass: what cannot be sent fails its caller, and nothing else.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import vm from 'node:vm';

import { client, internals } from './client.mjs';
import { Network, settled } from './fakes.mjs';

const { RefusedError } = client;
const MODES = { ext: 'genserver.v1', base: 'muxio' };
const CYCLE = {};
CYCLE.self = CYCLE;

/** What is neither bytes nor JSON. */
const IMPOSSIBLE = {
  'a BigInt': 1n,
  'a cycle': CYCLE,
  'a Map': new Map([['a', 1]]),
  'a Set': new Set([1]),
  'a WeakMap': new WeakMap(),
  'a Blob': new Blob(['x']),
  'a promise': Promise.resolve(1),
  'a regular expression': /x/,
  'an error': new Error('x'),
  'URL parameters': new URLSearchParams('a=b'),
  'a function': () => 1,
  'a symbol': Symbol('x'),
  'what fails when it is read': { get a() { throw new Error('no'); } },
  'what fails as JSON': { toJSON() { throw new Error('no'); } },
  'a detached buffer': (() => {
    const buffer = new ArrayBuffer(8);
    const view = new DataView(buffer);
    structuredClone(buffer, { transfer: [buffer] });
    return view;
  })()
};

/** What is the bytes 65 and 66. */
const AB = {
  'a Uint8Array': Uint8Array.of(65, 66),
  'a part of one': Uint8Array.of(64, 65, 66, 67).subarray(1, 3),
  'a Buffer': Buffer.from('AB'),
  'an ArrayBuffer': Uint8Array.of(65, 66).buffer,
  'a SharedArrayBuffer': (() => {
    const shared = new SharedArrayBuffer(2);
    new Uint8Array(shared).set([65, 66]);
    return shared;
  })(),
  'an Int8Array': Int8Array.of(65, 66),
  'a Uint8ClampedArray': Uint8ClampedArray.of(65, 66),
  'a Uint16Array': Uint16Array.of(65 + 256 * 66),
  'a DataView': new DataView(Uint8Array.of(64, 65, 66).buffer, 1),
  'a Uint8Array of another realm': vm.runInNewContext('Uint8Array.of(65, 66)'),
  'an ArrayBuffer of another realm': vm.runInNewContext('Uint8Array.of(65, 66).buffer')
};

/** Options of a call that no endpoint may see, and what is said. */
const WRONG_OPTIONS = {
  'a header that is too long': { headers: { a: 'x'.repeat(9000) } },
  'headers that are too long together': { headers: Object.fromEntries(Array.from({ length: 90 }, (_, i) => ['h' + i, 'x'.repeat(90)])) },
  'a header beyond 65535 bytes': { headers: { a: 'x'.repeat(70_000) } },
  'a name of a header beyond 255 bytes': { headers: { ['x'.repeat(256)]: '1' } },
  'a name of a header with a space': { headers: { 'a b': '1' } },
  'an empty name of a header': { headers: { '': '1' } },
  'a header that is no text': { headers: { a: 1 } },
  'a key beyond the metadata': { key: 'k'.repeat(9000) },
  'a key beyond 65535 bytes': { key: 'k'.repeat(70_000) },
  'a key of many bytes a character': { key: '€'.repeat(3000) },
  'a short traceparent': { traceParent: '00-1-2-01' },
  'a traceparent of other characters': { traceParent: `00-${'z'.repeat(32)}-${'0'.repeat(16)}-01` },
  'a traceparent of two lines': { traceParent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01\n` }
};

/** Options that are mistakes in whatever mode. */
const MISTAKES = {
  timeout: [-1, NaN, '5', null],
  prefetch: [0, -1, 1.5, 2 ** 32, NaN, '1'],
  key: [5, null, {}],
  as: ['xml'],
  signal: [{}, 'x'],
  resume: [1],
  traceParent: [5],
  headers: [null, { a: undefined }]
};

for (const [mode, protocol] of Object.entries(MODES)) {
  describe(`in ${mode} mode`, () => {
    const network = (serve = (method, text) => text) =>
      Object.assign(new Network(), { serve, onSocket: (socket) => socket.accept(protocol) });

    /** Whatever is done, the connection stays, other calls go on, and nothing is left behind. */
    const unharmed = async (doing) => {
      const net = network();
      const connection = net.connect();
      await connection.ready();
      await settled();
      const timers = net.clock.pending;
      const other = connection.call('kv.get', ['other']);
      await doing(connection, net);
      assert.equal(await other, '"other"');
      assert.equal(await connection.call('kv.get', ['after']), '"after"');
      assert.equal(net.clock.pending, timers);
      assert.equal(net.sockets.length, 1);
      connection.close();
    };

    for (const [what, value] of Object.entries(IMPOSSIBLE)) {
      test(`${what} rejects what is returned`, () => unharmed(async (connection) => {
        const refused = (error) => error instanceof RefusedError && error.executed === 'no'
          && error.code === 'INVALID_ARGUMENT' && /kv\.set: cannot be sent/.test(error.message);
        await assert.rejects(connection.call('kv.set', [value]), refused);
        if (!['a function', 'a symbol'].includes(what)) {
          await assert.rejects(connection.call('kv.set', [{ deep: [value] }, 1]), refused);
        }
        await assert.rejects(connection.stream('kv.set', [value]).next(), refused);
        await assert.rejects(connection.proxy().kv.set(value), refused);
        const failures = [];
        connection.on('error', (error) => failures.push(error));
        connection.cast('kv.set', [value]);
        await settled();
        assert.equal(refused(failures[0]), true);
        if (what !== 'a promise') {
          // An item that is promised is awaited.
          await assert.rejects(connection.upload('kv.put', [], [1, value]));
        }
      }));
    }

    for (const [what, value] of Object.entries(AB)) {
      test(`${what} is bytes`, async () => {
        const net = network();
        const connection = net.connect();
        assert.equal(await connection.call('kv.get', [value], { as: 'text' }), '"AB"');
        // Within JSON they are what Java makes bytes of.
        assert.deepEqual(await connection.call('kv.get', [{ data: value }]), '{"data":"QUI="}');
        assert.deepEqual(await connection.call('kv.get', [value, 1]), '["QUI=",1]');
        assert.equal(await connection.upload('kv.put', [], [value]), 'AB');
        connection.serve('page.bytes', () => value);
        assert.equal(await net.last.ask('page.bytes'), 'AB');
        connection.close();
      });
    }

    test('arguments are those of the moment of the call', async () => {
      const net = network();
      const connection = net.connect();
      const { buffer } = Uint8Array.of(65);
      const object = { a: 1 };
      const calls = [connection.call('kv.get', [buffer]), connection.call('kv.get', [object])];
      new Uint8Array(buffer)[0] = 66;
      object.a = 2;
      assert.deepEqual(await Promise.all(calls), ['A', '{"a":1}']);
      connection.close();
    });

    for (const [what, options] of Object.entries(WRONG_OPTIONS)) {
      test(`${what} does not reach the endpoint`, () => unharmed(async (connection) => {
        const call = connection.call('kv.get', ['x'], options);
        // In base mode no headers are sent, and a key is an argument.
        await (mode === 'base' && isLong(options) ? call
          : assert.rejects(call, (error) => error instanceof RefusedError && error.executed === 'no'));
      }));
    }

    for (const [name, values] of Object.entries(MISTAKES)) {
      test(`the option ${name} is looked at`, () => unharmed(async (connection) => {
        for (const value of values) {
          const mistake = new RegExp(`the option ${name} cannot be `);
          await assert.rejects(connection.call('kv.get', [], { [name]: value }), mistake, String(value));
          await assert.rejects(connection.stream('kv.watch', [], { [name]: value }).next(), mistake, String(value));
        }
      }));
    }

    test('a method has a name, and what is sent is iterable', () => unharmed(async (connection) => {
      for (const name of ['', undefined, null, 5, {}, Symbol('x')]) {
        await assert.rejects(connection.call(name), /the option operation cannot be/);
      }
      for (const items of [null, 5, {}]) {
        await assert.rejects(connection.upload('kv.put', [], items), /the option items cannot be/);
      }
    }));

    test('a method\'s name that is too long is refused', () => unharmed(async (connection) => {
      const call = connection.call('x'.repeat(70_000));
      await (mode === 'ext' ? assert.rejects(call, RefusedError) : call);
    }));
  });
}

const isLong = ({ headers = {}, key = '' }) => key.length > 2000 || Object.values(headers).join('').length > 8000;

const MISTAKEN_CONNECTIONS = [
  { timeout: -1 }, { timeout: '5' }, { connectTimeout: 0 }, { maxQueued: 0 }, { maxQueued: 1.5 }, { mode: 'best' }, { token: 'abc' },
  { longs: 'long' }, { keepAlive: { interval: 0 } }, { keepAlive: { timeout: -1 } }, { backoff: { initial: 0 } }, { backoff: { max: NaN } }
];

for (const options of MISTAKEN_CONNECTIONS) {
  test(`connect says that ${JSON.stringify(options)} is a mistake`, () => {
    const net = new Network();
    assert.throws(() => net.connect(options), /^TypeError: the option \w+ cannot be /);
    assert.equal(net.sockets.length, 0);
    assert.equal(net.clock.pending, 0);
  });
}

const LONGS = '[9007199254740993,-9223372036854775808,9007199254740991,1.5,123456789012345678e20,"9007199254740993","\\"9007199254740993\\\\",'
  + '{"9007199254740993":9007199254740993}]';

test('integers that a number cannot hold come as the option longs says', async () => {
  for (const [longs, expected] of Object.entries({
    number: JSON.parse(LONGS),
    string: ['9007199254740993', '-9223372036854775808', 9007199254740991, 1.5, 123456789012345678e20, '9007199254740993',
      '"9007199254740993\\', { '9007199254740993': '9007199254740993' }],
    bigint: [9007199254740993n, -9223372036854775808n, 9007199254740991, 1.5, 123456789012345678e20, '9007199254740993',
      '"9007199254740993\\', { '9007199254740993': 9007199254740993n }]
  })) {
    const net = new Network();
    net.serve = (method, text) => method === 'kv.get' ? Buffer.from(LONGS) : Buffer.from(text);
    const connection = net.connect({ longs });
    assert.deepEqual(await connection.call('kv.get'), expected, longs);
    connection.serve('page.one', (one) => longs === 'number' || typeof one === longs);
    assert.equal(await net.last.ask('page.one', Buffer.from('9007199254740993')), 'true');
    if (longs === 'bigint') {
      // And they go back as they came.
      assert.deepEqual(await connection.call('kv.set', [expected]), expected);
      assert.deepEqual(await connection.call('kv.set', [{ n: 1n, text: 'n1' }, 2n]), [{ n: 1, text: 'n1' }, 2]);
    }
    connection.close();
  }
});

test('the address is that of the endpoint which serves the module', () => {
  const { addressOf } = internals;
  const module = (path) => `https://example.test${path}genserver/genserver-client.js`;
  const page = 'https://example.test/some/page.html';
  assert.equal(addressOf(undefined, module('/'), page), 'wss://example.test/ws');
  assert.equal(addressOf(undefined, module('/app/'), page), 'wss://example.test/app/ws');
  assert.equal(addressOf(undefined, module('/a/b/') + '?v=1', undefined), 'wss://example.test/a/b/ws');
  // Bundled by others, the module is anywhere.
  assert.equal(addressOf(undefined, 'https://example.test/assets/main.js', page), 'wss://example.test/ws');
  assert.equal(addressOf('/ws', module('/app/'), page), 'wss://example.test/ws');
  assert.equal(addressOf('ws', module('/app/'), page), 'wss://example.test/some/ws');
  assert.equal(addressOf(new URL('http://there:81/x#y'), module('/app/'), page), 'ws://there:81/x');
  assert.equal(addressOf('ws://there/ws', 'file:///client.mjs', undefined), 'ws://there/ws');
  for (const wrong of [undefined, '/ws', 'ftp://there/ws', 'there:80', 'http://']) {
    assert.throws(() => addressOf(wrong, 'file:///client.mjs', undefined), /^TypeError: no address/, wrong);
  }
});
