// What becomes of casts and streams when an endpoint leaves.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { client, internals, newExchange } from './client.mjs';
import { Failure, Network, NOTHING, settled } from './fakes.mjs';

const { CallTimeoutError, ClosedError } = client;
const UNAVAILABLE = 0x1e;
const PING = 5;

/** A network that notes what reaches which connection. */
function noting(protocol = 'genserver.v1') {
  const net = new Network();
  net.seen = [];
  net.onSocket = (socket) => socket.accept(protocol);
  net.serve = (method, text, request, socket) => {
    net.seen.push(`${net.sockets.indexOf(socket)} ${text}`);
    return text;
  };
  return net;
}

/** Keeps what the endpoint sends from the client, until it is called. */
function hold(socket) {
  const held = [];
  const { onmessage } = socket;
  socket.onmessage = (event) => held.push(event);
  return async () => {
    socket.onmessage = onmessage;
    held.forEach(onmessage);
    await settled();
  };
}

async function connected(net, options) {
  const connection = net.connect(options);
  await connection.ready();
  // So long that it is a good connection.
  await net.clock.pass(10_000);
  return connection;
}

const leave = (socket, reason = 'bye') => {
  socket.server.goAway(0, 5000, reason);
  socket.flush();
};

test('casts that cross the GOAWAY are sent again over the next connection, once and in order', async () => {
  const net = noting();
  const connection = await connected(net);
  connection.cast('kv.set', [1]);
  await settled();
  const first = net.last;
  const deliver = hold(first);
  leave(first);
  await settled();
  connection.cast('kv.set', [2]);
  const call = connection.call('kv.get', [3]);
  connection.cast('kv.set', [4]);
  await settled();
  assert.deepEqual(net.seen, ['0 1']);
  await deliver();
  await net.clock.pass(1000);
  assert.equal(await call, '3');
  assert.deepEqual(net.seen, ['0 1', '1 2', '1 3', '1 4']);
  connection.close();
  assert.equal(net.clock.pending, 0);
});

test('a cast that was aborted after it was written goes nowhere else', async () => {
  const net = noting();
  const connection = await connected(net);
  const deliver = hold(net.last);
  leave(net.last);
  await settled();
  const abort = new AbortController();
  const errors = [];
  connection.on('error', (error) => errors.push(error.message));
  connection.cast('kv.set', [1], { signal: abort.signal });
  connection.cast('kv.set', [2]);
  await settled();
  abort.abort(new Error('not this one'));
  await deliver();
  await net.clock.pass(1000);
  assert.deepEqual(net.seen, ['1 2']);
  assert.deepEqual(errors, ['not this one']);
  connection.close();
});

test('casts that cannot be sent again are reported', async () => {
  for (const [what, end, type] of [
    ['their time is over', (connection, net) => net.clock.pass(6000), CallTimeoutError],
    ['the client is closed', (connection) => connection.close(), ClosedError],
    ['the endpoint wants no other connection', (connection, net) => net.last.drop(4003), ClosedError]
  ]) {
    const net = noting();
    const connection = await connected(net);
    const errors = [];
    connection.on('error', (error) => errors.push(error));
    const deliver = hold(net.last);
    leave(net.last);
    await settled();
    connection.cast('kv.set', [1]);
    connection.cast('kv.set', [2]);
    await settled();
    net.onSocket = () => {};
    await deliver();
    assert.equal(net.sockets.length, 2);
    await end(connection, net);
    await settled();
    assert.deepEqual(errors.map((error) => [error.constructor, error.executed]), [[type, 'no'], [type, 'no']], what);
    assert.match(errors[0].message, /^kv\.set: /);
    connection.close();
    assert.equal(net.clock.pending, 0, what);
  }
});

test('casts that were taken are kept no longer, however many there are', () => {
  const left = [];
  const session = new internals.ExtSession({ schedule() {}, leaving: (unserved) => left.push(unserved) });
  session.receive(frame(8, 0, Buffer.from('0500ca9a3b' + '04ffffff7f', 'hex')));
  const owner = { item() {}, ended() {}, failed() {} };
  const pings = [];
  const write = () => session.take().forEach((message) => {
    for (let at = 0; at < message.length;) {
      const view = new DataView(message.buffer, message.byteOffset + at);
      const length = view.getUint32(0, true);
      view.getUint8(12) === PING && pings.push(Buffer.from(message.subarray(at + 13, at + 13 + length)));
      at += 13 + length;
    }
  });
  for (let i = 0; i < 3000; i++) {
    session.open(newExchange({ owner, type: 2, which: i }));
    write();
  }
  write();
  assert.equal(pings.length, 2);
  // What says nothing of them lets none go; a PONG lets those before its PING go.
  session.receive(frame(4, 0, pings[0]));
  session.receive(frame(7, 0, Buffer.concat([Buffer.alloc(10), Buffer.from('bye')])));
  assert.deepEqual(left[0].map(({ which }) => which), Array.from({ length: 3000 - 1024 }, (_, i) => i + 1024));
  assert.equal(session.busy(), 0);
});

test('an answer lets the casts before it go', () => {
  const left = [];
  const session = new internals.ExtSession({ schedule() {}, leaving: (unserved) => left.push(unserved) });
  session.receive(frame(8, 0, Buffer.alloc(0)));
  const owner = { item() {}, ended() {}, failed() {} };
  const open = (type, which) => {
    const exchange = session.open(newExchange({ owner, type, which }));
    session.take();
    return exchange;
  };
  open(2, 'first');
  const call = open(0, 'call');
  open(2, 'last');
  session.receive(frame(9, call.id, Buffer.from([1])));
  session.receive(frame(7, 0, Buffer.alloc(10)));
  assert.deepEqual(left[0].map(({ which }) => which), ['last']);
});

function frame(kind, stream, payload) {
  const head = Buffer.alloc(13);
  head.writeUInt32LE(payload.length, 0);
  head.writeUInt32LE(stream, 4);
  head[12] = kind;
  return new Uint8Array(Buffer.concat([head, payload]));
}

for (const [mode, protocol] of Object.entries({ ext: 'genserver.v1', base: 'muxio' })) {
  test(`in ${mode} mode, what is asked for while the socket closes goes over the next connection`, async () => {
    const net = noting(protocol);
    const connection = await connected(net);
    // The close frame of the endpoint has come; what is sent now is thrown away.
    net.last.readyState = 2;
    connection.cast('kv.set', [1]);
    const call = connection.call('kv.get', [2]);
    await settled();
    net.last.drop(1001);
    await net.clock.pass(1000);
    assert.equal(await call, '2');
    assert.deepEqual(net.seen, ['1 1', '1 2']);
    connection.close();
  });
}

/** How an endpoint that leaves may end a stream. */
const ENDINGS = {
  'a GOAWAY and a status': ['ext', (net, request) => {
    leave(net.sockets[0]);
    request.fail(UNAVAILABLE, 'the server stops');
    net.sockets[0].flush();
  }],
  'a GOAWAY, a status and a close at once': ['ext', async (net, request) => {
    leave(net.sockets[0]);
    request.fail(UNAVAILABLE, 'the server stops');
    net.sockets[0].flush();
    await settled();
    net.sockets[0].drop(1001, 'bye');
  }],
  'a GOAWAY and close 1001': ['ext', async (net) => {
    leave(net.sockets[0]);
    await settled();
    net.sockets[0].drop(1001, 'bye');
  }],
  'a GOAWAY of the connection\'s age, and close 1001 much later': ['ext', async (net) => {
    leave(net.sockets[0]);
    await net.clock.pass(4000);
    net.sockets[0].drop(1001, 'bye');
  }],
  'close 1001 in ext mode': ['ext', (net) => net.sockets[0].drop(1001, 'bye')],
  'close 1001 in base mode': ['base', (net) => net.sockets[0].drop(1001, 'bye')]
};

describe('a stream of an endpoint that leaves', () => {
  for (const [what, [mode, end]] of Object.entries(ENDINGS)) {
    const begun = async () => {
      const net = noting(mode === 'ext' ? 'genserver.v1' : 'muxio');
      net.serve = (method, text, request, socket) => {
        net.request = request;
        request.send(Buffer.from(text.slice(0, 1) || '0'));
        socket.flush();
        return NOTHING;
      };
      const connection = await connected(net);
      return [net, connection];
    };

    for (const kind of ['stream', 'channel']) {
      test(`ends with an error that may be tried again, by ${what}, as a ${kind}`, async () => {
        const [net, connection] = await begun();
        const stream = connection[kind]('kv.watch', mode === 'ext' ? [1] : []);
        if (kind === 'channel') {
          await stream.send(1);
          await stream.end();
        }
        await stream.next();
        const failed = assert.rejects(stream.next(), (error) => error.code === 'UNAVAILABLE' && error.retryable === true
          && error.executed === 'maybe' && /^kv\.watch: ./.test(error.message));
        await end(net, net.request);
        await net.clock.pass(1000);
        await failed;
        connection.close();
        assert.equal(net.clock.pending, 0);
      });
    }

    test(`goes on if it can, by ${what}`, async () => {
      const [net, connection] = await begun();
      const stream = connection.stream('kv.watch', [1], { resume: (last) => [last + 1] });
      assert.equal((await stream.next()).value, 1);
      const next = stream.next();
      await end(net, net.request);
      await net.clock.pass(1000);
      assert.deepEqual(await next, { value: 2, done: false });
      assert.equal(net.sockets.length, 2);
      stream.cancel();
      connection.close();
      assert.equal(net.clock.pending, 0);
    });
  }

  test('that says it is unavailable, but does not leave, ends: there is nowhere to go on', async () => {
    const net = noting();
    net.serve = () => new Failure(UNAVAILABLE, 'it has failed');
    const connection = await connected(net);
    const stream = connection.stream('kv.watch', [1], { resume: (last) => [last] });
    await assert.rejects(stream.next(), (error) => error.code === 'UNAVAILABLE' && /it has failed/.test(error.message));
    assert.equal(net.sockets.length, 1);
    connection.close();
  });
});

describe('A stream that ends in a way that may be tried again', () => {
  const RESOURCE_EXHAUSTED = 0x18;

  /** Gives one item, and then an error; every other time it is asked for, the error alone. */
  function failing(more) {
    const net = noting();
    net.asked = 0;
    net.serve = async (method, text, request, socket) => {
      if (net.asked++ % 2 === 0) {
        request.send(Buffer.from(text));
        socket.flush();
        await settled();
      }
      request.fail(RESOURCE_EXHAUSTED, 'again', more);
      return NOTHING;
    };
    return net;
  }

  test('goes on after its last item, on the same connection', async () => {
    const net = failing({ retryable: true });
    const connection = await connected(net, { backoff: { initial: 10, max: 90 } });
    const stream = connection.stream('kv.watch', [1], { resume: (last) => [last + 1] });
    for (let i = 1; i <= 5; i++) {
      const next = stream.next();
      // Each second time it is asked for it is refused.
      await net.clock.pass(20);
      await net.clock.pass(20);
      assert.deepEqual(await next, { value: i, done: false });
    }
    assert.equal(net.sockets.length, 1);
    stream.cancel();
    await net.clock.pass(1000);
    const { asked } = net;
    await net.clock.pass(1000);
    assert.equal(net.asked, asked, 'it is not asked for once it was cancelled');
    connection.close();
    assert.equal(net.clock.pending, 0);
  });

  test('may be cancelled while it waits', async () => {
    const net = failing({ retryable: true });
    const connection = await connected(net);
    const stream = connection.stream('kv.watch', [1], { resume: (last) => [last + 1] });
    assert.equal((await stream.next()).value, 1);
    const next = stream.next();
    await settled();
    stream.cancel();
    assert.deepEqual(await next, { value: undefined, done: true });
    await net.clock.pass(60_000);
    assert.equal(net.asked, 1);
    connection.close();
  });

  for (const [what, more, options] of [
    ['without a way to go on', { retryable: true, reason: 'fell-behind' }, {}],
    ['after an error that is for good', { reason: 'fell-behind' }, { resume: (last) => [last] }]
  ]) {
    test(`ends ${what}`, async () => {
      const net = failing(more);
      const connection = await connected(net);
      const stream = connection.stream('kv.watch', [1], options);
      assert.equal((await stream.next()).value, 1);
      await assert.rejects(stream.next(), (error) => error.code === 'RESOURCE_EXHAUSTED' && error.reason === 'fell-behind'
        && error.retryable === !!more.retryable);
      assert.equal(net.asked, 1);
      connection.close();
    });
  }
});
