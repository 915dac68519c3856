// What a stranger may pass to the client: whatever it is, its caller hears of it, and nothing else is harmed.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';

import { client } from './client.mjs';
import { Network, NOTHING, settled } from './fakes.mjs';

const { CallTimeoutError, ClosedError, RefusedError } = client;
const MODES = { ext: 'genserver.v1', base: 'muxio' };

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const thrower = new Proxy({}, {
  get() {
    throw new Error('do not read');
  },
  ownKeys() {
    throw new Error('do not list');
  }
});

/** Whatever there is. */
const VALUES = {
  'undefined': () => undefined,
  'null': () => null,
  'true': () => true,
  'NaN': () => NaN,
  '-1': () => -1,
  '-0': () => -0,
  '1e10': () => 1e10,
  'Infinity': () => Infinity,
  'a BigInt': () => 1n,
  'no text': () => '',
  'half a character': () => '\ud800',
  'a long text': () => 'x'.repeat(70_000),
  'a symbol': () => Symbol('s'),
  'an array': () => [1],
  'an object': () => ({ a: 1 }),
  'an object of nothing': () => Object.create(null),
  'a function': () => () => 1,
  'a promise': () => Promise.resolve(1),
  'a revoked Proxy': revoked,
  'what cannot be read': () => thrower,
  'what is no text': () => ({ toString() { throw new Error('no text'); } }),
  'what throws nothing': () => ({ toString() { throw undefined; }, get [Symbol.toStringTag]() { throw null; } }),
  'what fails as JSON, deep inside': () => ({ a: [{ toJSON() { throw Symbol('deep'); } }] }),
  'an iterable that throws': () => ({ [Symbol.iterator]() { throw undefined; } }),
  'an iterator of no objects': () => ({ [Symbol.asyncIterator]: () => ({ next: () => 5 }) }),
  'no signal': () => ({ addEventListener() {}, aborted: false }),
  'an aborted signal': () => AbortSignal.abort(),
  'a signal aborted with nothing': () => AbortSignal.abort(null)
};

/** Where a value may be given, and a call that gives it there. */
const PLACES = {
  'the method': (connection, value) => connection.call(value),
  'the arguments': (connection, value) => connection.call('kv.get', value),
  'an argument': (connection, value) => connection.call('kv.get', [value]),
  'one of two arguments': (connection, value) => connection.call('kv.get', [1, { value }]),
  'the options': (connection, value) => connection.call('kv.get', [], value),
  ...Object.fromEntries(['timeout', 'signal', 'key', 'as', 'idempotent', 'headers', 'traceParent', 'prefetch', 'resume', 'items', 'channel']
    .map((name) => [`the option ${name}`, (connection, value) => connection.call('kv.get', [], { [name]: value })])),
  'a getter of an option': (connection, value) => connection.call('kv.get', [], { get key() { throw value; } }),
  'a header': (connection, value) => connection.call('kv.get', [], { headers: { h: value } }),
  'the items of an upload': (connection, value) => connection.upload('kv.put', [], value),
  'an item of an upload': (connection, value) => connection.upload('kv.put', [], [value]),
  'what the items throw': (connection, value) => connection.upload('kv.put', [], (function* () { throw value; })()),
  'an item of a channel': async (connection, value) => {
    const channel = connection.channel('kv.put', []);
    try {
      return await channel.send(value);
    }
    finally {
      channel.cancel();
    }
  },
  'what stream() takes': (connection, value) => connection.stream(value, value, value).next(),
  'an option of a proxy': async (connection, value) => await connection.proxy(value).kv.get(),
  'the key of a proxy': async (connection, value) => await connection.proxy().kv(value).get()
};

/** What the values above throw, and what aborts with nothing: code of the caller, whose failures reach it as they are. */
const THROWS_ODDLY = ['what throws nothing', 'what fails as JSON, deep inside', 'an iterable that throws', 'a signal aborted with nothing'];

/** What fails with the very thing that was thrown, or with an error of this client or of the language. */
const isClear = (error, given, what) => Object.is(error, given) || (THROWS_ODDLY.includes(what) && !(error instanceof Object))
  || (error instanceof Error && error.message.length > 0 && error.message.length < 3 << 20);

for (const [mode, protocol] of Object.entries(MODES)) {
  describe(`in ${mode} mode, whatever is given as`, () => {
    for (const [place, call] of Object.entries(PLACES)) {
      test(place, async () => {
        const unhandled = [];
        const note = (error) => unhandled.push(error);
        process.on('unhandledRejection', note);
        const net = Object.assign(new Network(), {
          serve: (method, text) => Buffer.from('"done"'), onSocket: (socket) => socket.accept(protocol)
        });
        const connection = net.connect();
        await connection.ready();
        await settled();
        const timers = net.clock.pending;
        for (const [what, make] of Object.entries(VALUES)) {
          const value = make();
          let returned;
          assert.doesNotThrow(() => returned = call(connection, value), `${what}: throws instead of rejecting`);
          // What is valid is answered, what is not fails now: only a time limit that was asked for runs out.
          const outcome = Promise.resolve(returned).then(() => 'answered', (error) => {
            assert.ok(isClear(error, value, what), `${what}: ${typeof error}`);
            return 'refused';
          });
          let state = 'pending';
          outcome.then((settledAs) => state = settledAs, () => state = 'failed');
          for (let i = 0; i < 200 && state === 'pending'; i++) {
            await settled();
          }
          if (state === 'pending') {
            await net.clock.pass(5000);
          }
          assert.ok(['answered', 'refused'].includes(state), `${what}: ${state} ${state === 'failed' && await outcome}`);
        }
        assert.equal(await connection.call('kv.get', ['after']), 'done');
        assert.equal(net.clock.pending, timers);
        assert.equal(net.sockets.length, 1);
        assert.equal(connection.state, 'open');
        await settled();
        process.off('unhandledRejection', note);
        assert.deepEqual(unhandled, []);
        connection.close();
        assert.equal(net.clock.pending, 0);
      });
    }

    test('the result of a handler that is served, or its error', async () => {
      const net = Object.assign(new Network(), { onSocket: (socket) => socket.accept(protocol) });
      const connection = net.connect();
      connection.on('error', () => {});
      await connection.ready();
      await settled();
      for (const [what, make] of Object.entries(VALUES)) {
        connection.serve('page', { gives: make, fails: () => { throw make(); }, async *streams() { yield make(); } });
        for (const method of ['page.gives', 'page.fails', 'page.streams']) {
          let state;
          net.last.ask(method).then(() => state = 'answered', () => state = 'failed');
          for (let i = 0; i < 300 && !state; i++) {
            await settled();
          }
          assert.ok(state, `${method} of ${what} is not answered`);
        }
      }
      assert.equal(connection.state, 'open');
      connection.close();
      assert.equal(net.clock.pending, 0);
    });

    test('a number that JSON does not have', async () => {
      const net = Object.assign(new Network(), { serve: (method, text) => text, onSocket: (socket) => socket.accept(protocol) });
      const connection = net.connect();
      for (const value of [NaN, Infinity, -Infinity]) {
        await assert.rejects(connection.call('kv.get', [{ value }]), new RegExp(`${value} cannot be written as JSON`));
      }
      assert.equal(await connection.call('kv.get', [-0]), '0');
      connection.close();
    });
  });
}

test('names and keys with half a pair of surrogates are refused: in UTF-8 they would be others', async () => {
  const net = new Network();
  const connection = net.connect();
  for (const half of ['\ud800', 'a\udc00', '\udc00\ud800']) {
    await assert.rejects(connection.call('kv.get', [], { key: half }), /the option key cannot be/);
    await assert.rejects(connection.call('kv.' + half), /the option operation cannot be/);
  }
  const pair = connection.call('kv.get', [], { key: '\ud83d\ude00\n' });
  assert.equal(await pair, undefined);
  connection.close();
});

describe('a token', () => {
  test('that never comes is waited for as long as for a connection, and asked for again after the back-off', async () => {
    const net = new Network();
    const asked = [];
    const connection = net.connect({ token: ({ fresh }) => {
      asked.push(fresh);
      return asked.length < 3 ? new Promise(() => {}) : 'late';
    }, connectTimeout: 3000 });
    const seen = [];
    const errors = [];
    connection.on('state', (state, { reason }) => seen.push(reason ? `${state}: ${reason}` : state));
    connection.on('error', (error) => errors.push(error));
    const call = connection.call('kv.get', [], { timeout: 60_000 });
    await net.clock.pass(2999);
    assert.deepEqual(seen, []);
    await net.clock.pass(10_000);
    assert.equal(await call, undefined);
    const why = 'waiting: token(): timed out after 3000 ms, executed: no';
    assert.deepEqual(seen, [why, 'connecting', why, 'connecting', 'open']);
    assert.ok(errors.length === 2 && errors.every((error) => error instanceof CallTimeoutError && error.executed === 'no'));
    assert.deepEqual(net.last.protocols[2], 'bearer.bGF0ZQ');
    assert.equal(net.sockets.length, 1);
    connection.close();
    assert.equal(net.clock.pending, 0);
  });

  test('that comes after its time makes no connection', async () => {
    const net = new Network();
    const give = [];
    const connection = net.connect({ token: () => new Promise((resolve) => give.push(resolve)), connectTimeout: 1000 });
    await net.clock.pass(1001);
    give[0]('late');
    await settled();
    assert.equal(net.sockets.length, 0);
    await net.clock.pass(300);
    give[1]('new');
    await net.clock.pass(1);
    assert.equal(net.sockets.length, 1);
    assert.deepEqual(net.last.protocols[2], 'bearer.bmV3');
    connection.close();
    assert.equal(net.clock.pending, 0);
  });

  test('that is waited for keeps no timer once the client is closed', async () => {
    const net = new Network();
    const connection = net.connect({ token: () => new Promise(() => {}) });
    await settled();
    connection.close();
    await settled();
    assert.equal(net.clock.pending, 0);
    assert.equal(connection.state, 'closed');
    assert.equal(net.sockets.length, 0);
  });

  for (const [what, make] of Object.entries(VALUES)) {
    test(`that is, or whose function throws, ${what} leaves a client that goes on`, async () => {
      for (const token of [make, () => { throw make(); }, async () => { throw make(); }]) {
        const net = new Network();
        let good = false;
        const connection = net.connect({ token: () => good ? 'good' : token() });
        connection.on('error', () => {});
        await net.clock.pass(100);
        good = true;
        // No token at all is none; whatever is no text is a mistake.
        const value = make();
        assert.equal(connection.state, token === make && (!value || typeof value === 'string') ? 'open' : 'waiting');
        if (connection.state !== 'open') {
          await net.clock.pass(1000);
        }
        assert.equal(connection.state, 'open');
        connection.close();
        assert.equal(net.clock.pending, 0);
      }
    });
  }
});

describe('calls that are over', () => {
  test('take no place among those that wait for a connection', async () => {
    const net = new Network();
    net.onSocket = () => {};
    net.serve = () => 'done';
    const connection = net.connect({ mode: 'ext', connectTimeout: 100_000 });
    const abort = new AbortController();
    const added = [];
    const { addEventListener, removeEventListener } = abort.signal;
    Object.assign(abort.signal, {
      addEventListener(...given) {
        added.push(given[1]);
        addEventListener.apply(this, given);
      },
      removeEventListener(...given) {
        added.splice(added.indexOf(given[1]), 1);
        removeEventListener.apply(this, given);
      }
    });
    const over = Promise.allSettled([
      ...Array.from({ length: 500 }, () => connection.call('kv.get', [], { signal: abort.signal })),
      ...Array.from({ length: 500 }, () => connection.call('kv.get', [], { timeout: 10 }))
    ]);
    assert.equal(added.length, 500);
    abort.abort();
    await net.clock.pass(10);
    const last = Promise.allSettled(Array.from({ length: 3000 }, () => connection.call('kv.get', [], { signal: abort.signal })));
    assert.ok([...await over, ...await last].every(({ reason }) => reason instanceof CallTimeoutError || reason.name === 'AbortError'));
    assert.equal(added.length, 0);
    const calls = Array.from({ length: 1024 }, () => connection.call('kv.get', [], { timeout: 50_000 }));
    await assert.rejects(connection.call('kv.get'), RefusedError);
    net.last.accept('genserver.v1');
    await net.clock.pass(1);
    for (let i = 0; i < 20; i++) {
      await settled();
    }
    assert.ok((await Promise.all(calls)).every((each) => each === 'done'));
    connection.close();
    assert.equal(net.clock.pending, 0);
  });

  test('let what gives their items clean up, also while the next one does not come', async () => {
    const net = new Network();
    net.serve = () => NOTHING;
    const connection = net.connect();
    let returned = 0;
    const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), async return() { returned++; throw new Error('x'); } }) };
    const abort = new AbortController();
    const uploads = [connection.upload('kv.put', [], never, { signal: abort.signal }), connection.upload('kv.put', [], never, { timeout: 100 })];
    const ends = Promise.allSettled(uploads);
    await settled();
    await settled();
    abort.abort();
    await net.clock.pass(100);
    assert.deepEqual((await ends).map(({ reason }) => reason.name), ['AbortError', 'CallTimeoutError']);
    assert.equal(returned, 2);
    connection.close();
    assert.equal(net.clock.pending, 0);
  });

  test('of a channel take no items after end()', async () => {
    for (const protocol of Object.values(MODES)) {
      const net = Object.assign(new Network(), { serve: (method, text) => text.length, onSocket: (socket) => socket.accept(protocol) });
      const connection = net.connect();
      const channel = connection.channel('kv.put', []);
      assert.equal(await channel.send('x'), true);
      const ends = [channel.end(), channel.end()];
      assert.equal(await channel.send('y'), false);
      await Promise.all(ends);
      assert.equal((await channel.next()).value, 3);
      connection.close();
    }
  });
});

/** At whatever moment the client is closed, from whatever callback. */
const CLOSINGS = {
  'at once': async () => {},
  'while it connects': () => settled(),
  'once it is open': (connection) => connection.ready(),
  'while it waits': async (connection, net) => {
    await connection.ready();
    net.last.drop(1006);
  },
  'while it drains': async (connection, net) => {
    await connection.ready();
    net.last.server.goAway(0, 5000, 'bye');
    net.last.flush();
    await settled();
  }
};

for (const [mode, protocol] of Object.entries(MODES)) {
  for (const [when, come] of Object.entries(CLOSINGS)) {
    test(`in ${mode} mode, close() ${when}, and again, and inside every callback, leaves nothing`, async () => {
      const net = Object.assign(new Network(), { serve: () => NOTHING, onSocket: (socket) => socket.accept(protocol) });
      const connection = net.connect();
      const calls = [connection.call('kv.get'), connection.stream('kv.watch').next(), connection.upload('kv.put', [], [1]),
        connection.call('kv.set', [], { idempotent: true })].map((each) => each.catch((error) => error));
      connection.cast('kv.set', [1]);
      connection.on('state', (state) => {
        if (state === 'closed') {
          connection.close();
          calls.push(connection.call('kv.get').catch((error) => error));
        }
      });
      connection.on('error', () => connection.close());
      if (mode === 'ext' || when !== 'while it drains') {
        await come(connection, net);
      }
      connection.close();
      connection.close();
      for (const error of await Promise.all(calls)) {
        assert.ok(error instanceof ClosedError, String(error));
      }
      await net.clock.pass(60_000);
      assert.equal(connection.state, 'closed');
      assert.equal(net.clock.pending, 0);
      await assert.rejects(connection.ready(), ClosedError);
    });
  }

  test(`in ${mode} mode, close() inside of resume() lets the stream end`, async () => {
    const net = Object.assign(new Network(), { onSocket: (socket) => socket.accept(protocol) });
    net.serve = (method, text, request, socket) => {
      request.send(Buffer.from('1'));
      socket.flush();
      return NOTHING;
    };
    const connection = net.connect();
    const stream = connection.stream('kv.watch', [], { resume: () => {
      connection.close();
      return [];
    } });
    await stream.next();
    const failed = assert.rejects(stream.next(), ClosedError);
    net.last.drop(1006);
    await failed;
    assert.equal(net.clock.pending, 0);
  });

  test(`in ${mode} mode, an upload whose items throw nothing fails`, async () => {
    const net = Object.assign(new Network(), { serve: () => 'done', onSocket: (socket) => socket.accept(protocol) });
    const connection = net.connect();
    const failed = connection.upload('kv.put', [], (async function* () { throw undefined; })());
    assert.deepEqual(await failed.then(() => 'done', (error) => [error]), [undefined]);
    assert.deepEqual(await connection.call('kv.get'), 'done');
    connection.close();
  });

  for (const value of [undefined, null]) {
    test(`in ${mode} mode, resume() that returns or throws ${value} fails the stream`, async () => {
      for (const resume of [() => value, () => { throw value; }]) {
        const net = Object.assign(new Network(), { onSocket: (socket) => socket.accept(protocol) });
        net.serve = (method, text, request, socket) => {
          request.send(Buffer.from('1'));
          socket.flush();
          return NOTHING;
        };
        const connection = net.connect();
        const stream = connection.stream('kv.watch', [], { resume });
        await stream.next();
        const failed = assert.rejects(stream.next(), (error) => error === value || /the option resume\(\) cannot be/.test(error.message));
        net.last.drop(1006);
        await failed;
        connection.close();
      }
    });
  }
}

test('a listener that adds listeners is called once for each event', async () => {
  const net = new Network();
  const connection = net.connect();
  let called = 0;
  const listen = () => {
    called++;
    connection.on('state', () => listen());
  };
  connection.on('state', listen);
  await connection.ready();
  assert.equal(called, 1);
  connection.close();
  assert.equal(called, 3);
});

for (const [mode, protocol] of Object.entries(MODES)) {
  test(`in ${mode} mode, a WebSocket that throws when it is used costs its connection only`, async () => {
    const net = Object.assign(new Network(), { serve: () => 'done', onSocket: (socket) => socket.accept(protocol) });
    const connection = net.connect();
    await connection.ready();
    await settled();
    const broken = () => {
      throw new Error('broken');
    };
    Object.assign(net.last, { send: broken, close: broken });
    const lost = assert.rejects(connection.call('kv.set'), ClosedError);
    const again = connection.call('kv.get', [], { idempotent: true });
    await net.clock.pass(1000);
    await lost;
    assert.equal(await again, 'done');
    assert.equal(net.sockets.length, 2);
    net.last.close = broken;
    const ended = assert.rejects(connection.call('kv.get'), ClosedError);
    connection.close();
    await ended;
    assert.equal(net.clock.pending, 0);
  });
}

test('two clients on one page know nothing of each other', async () => {
  const net = new Network();
  net.serve = (method, text, request, socket) => net.sockets.indexOf(socket);
  const [one, two] = [net.connect(), net.connect()];
  await Promise.all([one.ready(), two.ready()]);
  const answers = await Promise.all([one.call('kv.get'), two.call('kv.get'), one.call('kv.get')]);
  assert.deepEqual(answers, [0, 1, 0]);
  one.close();
  assert.equal(await two.call('kv.get'), 1);
  two.close();
  assert.equal(net.clock.pending, 0);
});

test('time that jumps asks the peer before it is given up', async () => {
  const net = new Network();
  net.serve = () => 'here';
  const connection = net.connect();
  await connection.ready();
  await settled();
  // A machine that slept: the clock is an hour ahead before any timer has run.
  const { now } = performance;
  performance.now = () => now() + 3_600_000;
  await net.clock.pass(6000);
  assert.equal(connection.state, 'open');
  assert.equal(await connection.call('kv.get'), 'here');
  assert.equal(net.sockets.length, 1);
  connection.close();
  assert.equal(net.clock.pending, 0);
});

test('a process whose calls failed and whose client is closed ends by itself', async () => {
  const program = `
    import { client } from ${JSON.stringify(new URL('client.mjs', import.meta.url).href)};
    const never = new Promise(() => {});
    class Silent { close() {} send() {} }
    const connection = client.connect('ws://127.0.0.1:1/ws', { WebSocket: Silent, timeout: 1e9, connectTimeout: 1e9, token: () => never });
    const other = client.connect('ws://127.0.0.1:1/ws', { WebSocket: Silent, timeout: 1e9, connectTimeout: 1e9 });
    const calls = [connection, other].flatMap((each) => [each.call('a.b'), each.stream('a.b').next(), each.upload('a.b', [], (async function* () { await never; })())]);
    const results = Promise.allSettled(calls);
    setTimeout(() => [connection, other].forEach((each) => each.close()), 1);
    console.log((await results).map(({ reason }) => reason.name).join());`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  assert.equal(stdout.trim(), Array(6).fill('ClosedError').join());
});
