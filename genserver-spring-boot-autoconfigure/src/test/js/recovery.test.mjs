// Connections that fail, and what becomes of calls then.

import assert from 'node:assert/strict';
import net from 'node:net';
import { describe, test } from 'node:test';

import { client, internals, newExchange } from './client.mjs';
import { Failure, Network, NOTHING, settled } from './fakes.mjs';

const { ClosedError, RefusedError, RemoteError } = client;
const MODES = { ext: 'genserver.v1', base: 'muxio' };
const realSetTimeout = globalThis.setTimeout;
const realClearTimeout = globalThis.clearTimeout;
const realPerformance = globalThis.performance;

/** How a first attempt may fail. */
const FAILURES = {
  'a reset': (socket) => socket.drop(1006),
  'an error, and a close after it': (socket) => {
    socket.onerror({});
    socket.drop(1006);
  },
  'an error alone': (socket) => socket.onerror({}),
  'silence': () => {}
};

const offers = ({ sockets }) => sockets.map(({ protocols }) => protocols.join());

for (const [what, fails] of Object.entries(FAILURES)) {
  test(`${what} at first does not keep the client in base mode`, async () => {
    const network = new Network();
    network.onSocket = (socket) => network.sockets.length === 1 ? fails(socket) : socket.accept(socket.protocols[0] ?? '');
    const connection = network.connect();
    await network.clock.pass(10_500);
    assert.equal(connection.state, 'open');
    assert.deepEqual(offers(network), ['genserver.v1,muxio', '']);
    network.last.drop(1006);
    await network.clock.pass(1000);
    assert.equal(connection.mode, 'ext');
    connection.close();
  });

  test(`${what} at first does not lose the token`, async () => {
    const network = new Network();
    network.onSocket = (socket) => network.sockets.length < 4 ? fails(socket) : socket.accept(socket.protocols[0] ?? '');
    const connection = network.connect({ token: () => 'old' });
    await network.clock.pass(40_000);
    assert.equal(connection.mode, 'ext');
    assert.deepEqual(offers(network), Array(4).fill('genserver.v1,muxio,bearer.b2xk'));
    connection.close();
  });
}

test('a handshake that is refused by an error alone is noticed at once', async () => {
  const network = new Network();
  network.onSocket = (socket) => socket.onerror({ message: 'non-101 status code' });
  const connection = network.connect({ mode: 'ext' });
  await network.clock.pass(0);
  assert.equal(connection.state, 'waiting');
  connection.close();
  assert.equal(network.clock.pending, 0);
});

test('a real WebSocket whose handshake gets 503 is noticed at once', async () => {
  assert.ok(globalThis.WebSocket, 'this Node has none');
  const [clock, setTimeout, clearTimeout] = [performance, globalThis.setTimeout, globalThis.clearTimeout];
  Object.defineProperty(globalThis, 'performance', { value: realPerformance, configurable: true });
  Object.assign(globalThis, { setTimeout: realSetTimeout, clearTimeout: realClearTimeout });
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    // Far longer than any guard: only an event of the socket can end the attempt.
    const connection = client.connect(`ws://127.0.0.1:${server.address().port}/ws`,
      { mode: 'ext', connectTimeout: 1e9, backoff: { initial: 1e9, max: 1e9 } });
    await new Promise((resolve) => connection.on('state', (state) => state === 'waiting' && resolve()));
    connection.close();
  }
  finally {
    server.close();
    Object.defineProperty(globalThis, 'performance', { value: clock, configurable: true });
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
});

test('close codes after which another connection is made', async () => {
  for (const code of [1001, 1005, 1006, 1011, 1012, 1013, 1014, 4008, 4010, 4029]) {
    const network = new Network();
    const connection = network.connect();
    await connection.ready();
    network.last.drop(code);
    assert.equal(connection.state, 'waiting', code);
    await network.clock.pass(20_000);
    assert.equal(connection.state, 'open', code);
    connection.close();
  }
});

test('a connection that was left at once is followed by the back-off', async () => {
  const network = new Network();
  network.onSocket = (socket) => {
    socket.accept('genserver.v1');
    socket.server.goAway(1, 0, 'malformed');
    socket.flush();
  };
  const connection = network.connect();
  await network.clock.pass(60_000);
  assert.ok(network.sockets.length < 12, `${network.sockets.length} connections in a minute`);
  connection.close();
  assert.equal(network.clock.pending, 0);
});

for (const [mode, protocol] of Object.entries(MODES)) {
  describe(`in ${mode} mode`, () => {
    const newNetwork = (serve) => Object.assign(new Network(), { serve, onSocket: (socket) => socket.accept(protocol) });

    /** What may become of a call that was sent once, and is sent again because it is idempotent. */
    const SECOND = {
      'a refusal': [(network) => {
        network.serve = () => new Failure(mode === 'ext' ? 0x18 : 3, 'full', { notExecuted: true });
      }, RemoteError],
      'the end of the client': [(network, connection) => {
        network.onSocket = () => {};
        connection.close();
      }, ClosedError],
      'a connection that is closed for good': [(network) => {
        network.onSocket = (socket) => {
          socket.accept(protocol);
          socket.drop(4003);
        };
      }, ClosedError]
    };

    for (const [what, [happens, type]] of Object.entries(SECOND)) {
      test(`a call that was sent once and meets ${what} may have been executed`, async () => {
        const network = newNetwork(() => NOTHING);
        const connection = network.connect();
        const failed = assert.rejects(connection.call('kv.set', ['a'], { idempotent: true }), (error) =>
          error.constructor === type && error.executed === 'maybe');
        await network.clock.pass(1);
        network.last.drop(1006);
        happens(network, connection);
        await network.clock.pass(1000);
        await failed;
        connection.close();
      });
    }

    test('a call that was never sent was not executed', async () => {
      const network = newNetwork(() => NOTHING);
      network.onSocket = () => {};
      const connection = network.connect();
      const failed = assert.rejects(connection.call('kv.set', ['a'], { idempotent: true }), (error) => error.executed === 'no');
      await settled();
      connection.close();
      await failed;
    });

    test('an answer that comes once more is counted once more', async () => {
      // Twice less than what may wait, together more.
      const half = 'x'.repeat(2_500_000);
      const network = newNetwork((method, text, request, socket) => {
        if (mode === 'ext') {
          // A piece of it, as far as the window goes.
          request.respond(Buffer.from(JSON.stringify(half)));
          socket.onmessage = null;
          return NOTHING;
        }
        request.begin([0], Buffer.from(JSON.stringify(half)));
        socket.flush();
        return NOTHING;
      });
      const connection = network.connect({ timeout: 60_000 });
      const call = connection.call('kv.get', [], { idempotent: true });
      for (let i = 0; i < 200; i++) {
        await settled();
      }
      network.serve = () => half;
      network.last.drop(1006);
      await network.clock.pass(1000);
      for (let i = 0; i < 200; i++) {
        await settled();
      }
      assert.equal(await call, half);
      connection.close();
    });
  });
}

test('a session retires before its ids run out, and every id is used once', () => {
  const left = [];
  const listener = { schedule() {}, leaving: (...why) => left.push(why) };
  const session = new internals.ExtSession(listener, { first: 0x7fffffff - 4 });
  session.receive(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8));
  const owner = { item() {}, ended() {}, failed() {} };
  const calls = [];
  while (session.ready()) {
    calls.push(session.open(newExchange({ owner })));
  }
  session.take();
  assert.deepEqual(calls.map(({ id }) => id), [0x7ffffffb, 0x7ffffffc, 0x7ffffffd, 0x7ffffffe, 0x7fffffff]);
  assert.equal(left.length, 1);
  assert.deepEqual(left[0][0], []);
  assert.equal(session.busy(), 5);
  assert.equal(session.ready(), false);
});

test('calls and casts one after the other use every id, too', () => {
  let left = 0;
  const session = new internals.ExtSession({ schedule() {}, leaving: () => left++ }, { first: 0x7fffffff - 4 });
  session.receive(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8));
  const owner = { item() {}, ended() {}, failed() {} };
  let casts = 0;
  while (session.ready()) {
    assert.equal(left, 0);
    session.open(newExchange({ owner, type: 2 }));
    session.take();
    casts++;
  }
  assert.equal(left, 1);
  assert.ok(casts >= 4 && casts <= 5, String(casts));
});

test('a refusal of the first attempt leaves a call not executed', async () => {
  const network = new Network();
  network.serve = () => new Failure(0x18, 'full', { notExecuted: true });
  const connection = network.connect();
  await assert.rejects(connection.call('kv.set', [], { idempotent: true }), (error) =>
    error instanceof RefusedError && error.executed === 'no');
  connection.close();
});
