// What earlier tables of arguments, options, handlers and peers left out: values that are not what they seem.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { client, internals } from './client.mjs';
import { Failure, Network, NOTHING, settled } from './fakes.mjs';

const { RefusedError, RemoteError } = client;
const MODES = { ext: 'genserver.v1', base: 'muxio' };

const unreadable = new Proxy({}, {
  ownKeys() {
    throw new Error('do not list');
  }
});

const several = (...values) => (function () {
  return arguments;
})(...values);

/** What JSON would silently have something else in place of. */
const LOST = {
  'a Proxy of bytes': new Proxy(Uint8Array.of(65, 66), {}),
  'a Proxy of a Buffer': new Proxy(Buffer.from('AB'), {}),
  'a Proxy of an ArrayBuffer': new Proxy(Uint8Array.of(65).buffer, {}),
  'what inherits from bytes': Object.create(Uint8Array.of(65, 66)),
  'what calls itself an ArrayBuffer': { [Symbol.toStringTag]: 'ArrayBuffer', byteLength: 2 },
  'a Map that has a property': Object.assign(new Map([[1, 2]]), { note: 1 }),
  'a Set that has a property': Object.assign(new Set([1]), { note: 1 }),
  'a Map as JSON': { toJSON: () => new Map([[1, 2]]) },
  'an error that has a property': Object.assign(new Error('x'), { code: 'ENOENT' }),
  'arguments that are no array': several(1, 2),
  'a boxed NaN': Object(NaN),
  'a boxed BigInt': Object(1n),
  'an invalid Date': new Date(NaN),
  'a detached Int8Array': (() => {
    const bytes = new Int8Array(8);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    return bytes;
  })()
};

/** What has bytes instead of itself as JSON. */
const BYTES_AS_JSON = {
  'a Uint8Array': { toJSON: () => Uint8Array.of(65, 66) },
  'a Buffer': { toJSON: () => Buffer.from('xABx').subarray(1, 3) },
  'an ArrayBuffer': { toJSON: () => Uint8Array.of(65, 66).buffer }
};

for (const [mode, protocol] of Object.entries(MODES)) {
  const network = (serve = (method, text) => Buffer.from(text)) =>
    Object.assign(new Network(), { serve, onSocket: (socket) => socket.accept(protocol) });

  describe(`in ${mode} mode`, () => {
    for (const [what, value] of Object.entries(LOST)) {
      test(`${what} is refused, wherever it is`, async () => {
        const net = network();
        const connection = net.connect();
        await connection.ready();
        const timers = net.clock.pending;
        for (const args of [[value], [1, value], [{ deep: [value] }], [[value, 1], 2]]) {
          await assert.rejects(connection.call('kv.get', args), (error) => error instanceof RefusedError
            && /kv\.get: cannot be sent: /.test(error.message));
        }
        await assert.rejects(connection.upload('kv.put', [], [value]));
        assert.equal(net.clock.pending, timers);
        assert.equal(await connection.call('kv.get', ['after']), 'after');
        connection.close();
      });
    }

    for (const [what, value] of Object.entries(BYTES_AS_JSON)) {
      test(`${what} that toJSON() returns is base64`, async () => {
        const connection = network().connect();
        assert.equal(await connection.call('kv.get', [value], { as: 'text' }), '"QUI="');
        assert.deepEqual(await connection.call('kv.get', [{ value }]), { value: 'QUI=' });
        connection.close();
      });
    }

    test('a function or a symbol is refused in an array, where JSON would have null, and left out of an object', async () => {
      const connection = network().connect();
      for (const value of [() => 1, Symbol('x'), async () => 1, class {}]) {
        await assert.rejects(connection.call('kv.get', [1, value]), /cannot be written as JSON/);
        await assert.rejects(connection.call('kv.get', [{ list: [value] }]), /cannot be written as JSON/);
        assert.deepEqual(await connection.call('kv.get', [{ value, a: 1 }]), { a: 1 });
      }
      connection.close();
    });

    test('what JSON can write goes as it always did', async () => {
      const connection = network().connect();
      class Tagged {
        a = 1;

        get [Symbol.toStringTag]() {
          return 'Tagged';
        }
      }
      class Matrix {
        rows = [[1]];

        * [Symbol.iterator]() {
          yield 1;
        }
      }
      for (const [value, expected] of [
        [new Tagged(), { a: 1 }], [new Matrix(), { rows: [[1]] }], [new Date(0), '1970-01-01T00:00:00.000Z'], [Object('x'), 'x'],
        [Object(1), 1], [Object(false), false], [[1, undefined, , 2], [1, null, null, 2]], [new URL('http://a/b'), 'http://a/b'],
        [Object.assign(Object.create(null), { a: null }), { a: null }], [{ toJSON: () => null }, null], [-0, 0],
        [{ '\ud800': '\udc00' }, { '\ud800': '\udc00' }]
      ]) {
        assert.deepEqual(await connection.call('kv.get', [{ value }]), { value: expected });
      }
      connection.close();
    });

    test('an item of an upload that is nothing is null, as one of a stream that is served', async () => {
      const connection = network().connect();
      assert.equal(await connection.upload('kv.put', [], ['a', undefined, , null], { as: 'text' }), '"a"nullnullnull');
      connection.close();
    });

    test('options that cannot be listed reject, whatever the call', async () => {
      const connection = network().connect();
      const calls = {
        call: () => connection.call('kv.get', [], unreadable),
        upload: () => connection.upload('kv.put', [], [1], unreadable),
        stream: () => connection.stream('kv.watch', [], unreadable).next(),
        channel: () => connection.channel('kv.put', [], unreadable).next(),
        proxy: () => connection.proxy(unreadable).kv.get(),
        'keyed proxy': () => connection.proxy(unreadable).kv('key').get()
      };
      for (const [what, call] of Object.entries(calls)) {
        let returned;
        assert.doesNotThrow(() => returned = call(), what);
        await assert.rejects(returned, /cannot be sent: do not list/, what);
      }
      connection.close();
    });

    test('what only calls itself a signal is refused, and nothing is thrown', async () => {
      const connection = network().connect();
      const added = { [Symbol.toStringTag]: 'AbortSignal', addEventListener() {}, get aborted() { throw new Error('no'); } };
      for (const signal of [{ [Symbol.toStringTag]: 'AbortSignal' }, added]) {
        let returned;
        assert.doesNotThrow(() => returned = connection.call('kv.get', [], { signal }));
        await assert.rejects(returned, RefusedError);
      }
      assert.equal(await connection.call('kv.get', ['after']), 'after');
      connection.close();
    });

    test('arguments that are null, and bytes that are no array, are the same with a key', async () => {
      const connection = network().connect();
      const key = 'k';
      assert.deepEqual(await connection.call('kv.get', null, { key }), mode === 'ext' ? null : ['k', null]);
      for (const bytes of [Uint8Array.of(65), [Uint8Array.of(65)]]) {
        const call = connection.call('kv.get', bytes, { key, as: 'text' });
        await (mode === 'ext' ? call.then((text) => assert.equal(text, 'A')) : assert.rejects(call, /bytes with a key need ext mode/));
      }
      // Within others they are base64, and have a place in both modes.
      assert.deepEqual(await connection.call('kv.get', [Uint8Array.of(65), 1], { key }), mode === 'ext' ? ['QQ==', 1] : ['k', 'QQ==', 1]);
      connection.close();
    });

    test('the namespace of a module can be served, and what has no prototype', async () => {
      const net = network();
      const connection = net.connect();
      await connection.ready();
      const handlers = await import('data:text/javascript,export const one = () => 1; export default () => 2;');
      connection.serve('page', handlers);
      assert.equal(await net.last.ask('page.one'), '1');
      assert.equal(await net.last.ask('page.default'), '2');
      connection.serve('bare', Object.assign(Object.create(null), { two: () => 2 }));
      assert.equal(await net.last.ask('bare.two'), '2');
      connection.close();
    });

    test('an error is given once, whether or not an item was waited for', async () => {
      for (const waits of [true, false]) {
        const net = network(() => NOTHING);
        const connection = net.connect();
        const abort = new AbortController();
        const stream = connection.stream('kv.watch', [], { signal: abort.signal });
        await settled();
        const failed = () => assert.rejects(stream.next(), /enough/);
        const first = waits && failed();
        const second = waits && stream.next();
        abort.abort(new Error('enough'));
        await settled();
        await (first || failed());
        assert.deepEqual(await (second || stream.next()), { value: undefined, done: true });
        assert.deepEqual(await stream.next(), { value: undefined, done: true });
        connection.close();
      }
    });
  });
}

test('headers are those of the moment of the call', async () => {
  const sent = [];
  const net = Object.assign(new Network(), { serve: (method, text, { meta }) => void sent.push(Buffer.from(meta[16]).toString()) });
  const connection = net.connect();
  const headers = { tenant: 'one' };
  const call = connection.call('kv.get', [], { headers });
  headers.tenant = 'two';
  // A name like this would be refused.
  headers['ä'.repeat(300)] = 'x';
  await call;
  assert.deepEqual(sent, ['\u0006tenantone']);
  connection.close();
});

test('headers that would be lost, or other ones, are refused', async () => {
  const connection = new Network().connect();
  for (const headers of [new Headers({ a: '1' }), new Map([['a', '1']]), [['a', '1']], new URLSearchParams('a=1'), { a: '\ud800' },
    { a: 'x\udc00' }, { a: Symbol('x') }, { a: 1n }]) {
    await assert.rejects(connection.call('kv.get', [], { headers }), RefusedError);
  }
  connection.close();
});

test('no client may ask for signs of life so often that it is taken for an attacker', async () => {
  const net = new Network();
  for (const interval of [0, 1, 99, 99.9, 1e-7, NaN, '100', null]) {
    assert.throws(() => net.connect({ keepAlive: { interval } }), /the option interval cannot be/, String(interval));
  }
  const connection = net.connect({ keepAlive: { interval: 100 } });
  await connection.ready();
  await settled();
  const { messages } = net.last;
  await net.clock.pass(1000);
  assert.ok(net.last.messages - messages <= 10, `${net.last.messages - messages} in a second`);
  connection.close();
  net.connect({ keepAlive: { interval: Infinity, timeout: Infinity } }).close();
});

/** A frame of ext mode as a peer of any kind may send it. */
const frame = (stream, kind, payload) => {
  const out = internals.newBatch();
  out.frame(stream, 0, kind, Uint8Array.from(payload));
  return { data: out.take()[0].buffer };
};

const SETTINGS = 8, ERROR = 9;

/** What the Java client refuses, too. */
const VIOLATIONS = {
  'an error without a status': [1, ERROR, []],
  'an error with status 0': [1, ERROR, [0]],
  'an error with status 0 and a payload': [1, ERROR, [0, 1, 0, 0, 0, 0, 0, 0]]
};

for (const [what, given] of Object.entries(VIOLATIONS)) {
  test(`${what} is no success, but ends the connection`, async () => {
    for (const start of [(connection) => connection.call('kv.get'), (connection) => connection.stream('kv.watch').next()]) {
      const net = Object.assign(new Network(), { serve: () => NOTHING });
      const connection = net.connect();
      const failed = assert.rejects(start(connection), (error) => error.executed === 'maybe');
      await settled();
      net.last.onmessage(frame(...given));
      await failed;
      assert.equal(net.last.closedWith.code, 4002);
      connection.close();
    }
  });
}

for (const [name, id] of Object.entries({ frame: 1, streams: 3, 'stream window': 4, 'connection window': 5 })) {
  test(`a peer cannot make the ${name} smaller than assumed`, async () => {
    for (const value of [0, 1, 15]) {
      const net = Object.assign(new Network(), {
        onSocket: (socket) => {
          socket.protocol = 'genserver.v1';
          socket.readyState = 1;
          socket.server = { receive() {}, take: () => [] };
          socket.onopen({});
          socket.onmessage(frame(0, SETTINGS, [id, value, 0, 0, 0]));
        }
      });
      const connection = net.connect();
      // With frames of no bytes it would never be sent.
      const failed = assert.rejects(connection.call('kv.get', ['x'.repeat(100)]));
      await settled();
      assert.equal(net.last.closedWith.code, 4002);
      connection.close();
      await failed;
    }
  });
}

test('where ext mode is asked for, a server that answers nothing to it is not spoken to in base mode', async () => {
  const net = Object.assign(new Network(), { onSocket: (socket) => socket.accept('') });
  const connection = net.connect({ mode: 'ext' });
  const states = [];
  connection.on('state', (state) => states.push(state));
  await net.clock.pass(150);
  assert.ok(!states.includes('open') && states.includes('waiting'), states.join());
  net.onSocket = (socket) => socket.accept('genserver.v1');
  await net.clock.pass(20_000);
  assert.equal(connection.mode, 'ext');
  connection.close();
  assert.equal(net.clock.pending, 0);
});

test('a client that is closed when it begins to connect asks for no token, and leaves no timer', async () => {
  const net = new Network();
  let asked = 0;
  const connection = net.connect({ token: () => asked++ ? new Promise(() => {}) : 'good' });
  await connection.ready();
  connection.on('state', (state) => state === 'connecting' && connection.close());
  net.last.drop(1006);
  await net.clock.pass(1000);
  assert.equal(connection.state, 'closed');
  assert.equal(asked, 1);
  assert.equal(net.clock.pending, 0);
});

test('a function for the token that closes the client leaves nothing', async () => {
  const net = new Network();
  const connection = net.connect({ token: () => {
    queueMicrotask(() => connection.close());
    return new Promise(() => {});
  } });
  await settled();
  assert.equal(net.sockets.length, 0);
  assert.equal(net.clock.pending, 0);
  assert.equal(connection.state, 'closed');
});

/** Messages of a stock peer: what is in the header's frame, and what follows it. */
const REQUESTS = {
  'in the metadata': [['["a",1]', ''], []],
  'in the metadata, and then frames without bytes': [['["a",1]', ''], ['', '']],
  'in the payload': [['', '["a",1]'], []],
  'in the payload, and then a frame without bytes': [['', '["a",1]'], ['']],
  'in frames of a few bytes': [['', '["a'], ['', '",', '1', ']', '']]
};

for (const [where, [[metadata, payload], more]] of Object.entries(REQUESTS)) {
  test(`a stock muxio peer's arguments ${where} reach the handler that is served here`, async () => {
    const net = Object.assign(new Network(), { onSocket: (socket) => socket.accept('muxio') });
    const connection = net.connect();
    await connection.ready();
    const got = [];
    connection.serve('page.f', (...args) => got.push(args.slice(0, -1)));
    for (const [i, type] of [0, 2].entries()) {
      const id = 0x80000001 + i;
      const out = internals.newBatch();
      out.frame(id, 0, 0, internals.encodeMessage({ ours: true, type, id, method: internals.methodOf('page.f').id },
        Buffer.from(metadata), Buffer.from(payload)));
      more.forEach((bytes, n) => out.frame(id, n + 1, 1, Buffer.from(bytes)));
      out.frame(id, more.length + 1, 2);
      out.take().forEach((message) => net.last.onmessage({ data: message.buffer }));
      await settled();
    }
    assert.deepEqual(got, [['a', 1], ['a', 1]]);
    connection.close();
  });
}

test('details of errors have large integers as the option longs says, in both directions', async () => {
  for (const [longs, expected] of Object.entries({ bigint: 9007199254740993n, string: '9007199254740993' })) {
    const net = Object.assign(new Network(), {
      serve: () => new Failure(0x15, 'no', { details: Buffer.from('{"id":9007199254740993}'), detailsType: 1 })
    });
    const connection = net.connect({ longs });
    await assert.rejects(connection.call('kv.get'), (error) => error instanceof RemoteError && error.details.id === expected);
    connection.serve('page.fails', () => { throw { message: 'm', details: { id: expected } }; });
    await assert.rejects(net.last.ask('page.fails'), /\{"id":"?9007199254740993"?\}/);
    connection.close();
  }
});
