// Streams as loops and libraries use them, answers that are none, and what handlers here do wrong.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';

import { client, internals, newExchange } from './client.mjs';
import { Failure, Network, NOTHING, settled } from './fakes.mjs';

const { ClosedError, RefusedError, RemoteError } = client;
const MODES = { ext: 'genserver.v1', base: 'muxio' };

/** What was rejected and nobody handled, while something runs. */
async function unhandled(doing) {
  const seen = [];
  const note = (error) => seen.push(error);
  process.on('unhandledRejection', note);
  try {
    await doing();
    await settled();
    await settled();
  }
  finally {
    process.off('unhandledRejection', note);
  }
  return seen;
}

/** How a stream may be left, before its first next() and while one is pending. */
const LEAVINGS = {
  'return()': (stream) => stream.return('left'),
  'throw()': (stream) => stream.throw(new Error('left')).catch(() => {}),
  'cancel()': (stream) => stream.cancel(),
  'return() of an iterator': (stream) => stream[Symbol.asyncIterator]().return(),
  'return() of an object around it': (stream) => {
    const around = { next: () => stream.next(), return: () => stream.return(), [Symbol.asyncIterator]() { return this; } };
    return around[Symbol.asyncIterator]().return();
  },
  'return() through a Proxy': (stream) => new Proxy(stream, {}).return(),
  'return() of what inherits from it': (stream) => Object.create(stream).return(),
  'destroy() of a Readable': async (stream) => {
    const readable = Readable.from(stream);
    readable.resume();
    await settled();
    readable.destroy();
  },
  'destroy() of a Readable with an error': async (stream) => {
    const readable = Readable.from(stream);
    readable.on('error', () => {});
    readable.resume();
    await settled();
    readable.destroy(new Error('left'));
  }
};

for (const [mode, protocol] of Object.entries(MODES)) {
  describe(`in ${mode} mode`, () => {
    const network = (serve) => Object.assign(new Network(), { serve, onSocket: (socket) => socket.accept(protocol) });
    const given = (...items) => (method, text, request, socket) => {
      items.forEach((item) => request.send(Buffer.from(item)));
      socket.flush();
      return NOTHING;
    };
    /** Answers with a stream that ends, later than its last item comes. */
    const stream = (...items) => async (method, text, request, socket) => {
      given(...items)(method, text, request, socket);
      await settled();
      request.end();
      return NOTHING;
    };

    for (const [how, leave] of Object.entries(LEAVINGS)) {
      test(`${how} cancels at once, before the first item is asked for`, async () => {
        const net = network(given());
        const connection = net.connect();
        const stream = connection.stream('kv.watch');
        await settled();
        assert.deepEqual(await unhandled(() => leave(stream)), []);
        assert.equal(net.last.requests[0].wasCancelled, true);
        assert.deepEqual(await stream.next(), { value: undefined, done: true });
        connection.close();
      });

      test(`${how} cancels at once, while an item is waited for`, async () => {
        const net = network(given('1'));
        const connection = net.connect();
        const stream = connection.stream('kv.watch');
        assert.deepEqual(await stream.next(), { value: 1, done: false });
        const pending = stream.next();
        await settled();
        assert.deepEqual(await unhandled(() => leave(stream)), []);
        assert.deepEqual(await pending, { value: undefined, done: true });
        assert.equal(net.last.requests[0].wasCancelled, true);
        connection.close();
      });
    }

    test('the iterator of a proxy is left at once, too', async () => {
      const net = network(given());
      const connection = net.connect();
      const iterator = connection.proxy().kv.watch()[Symbol.asyncIterator]();
      const pending = iterator.next();
      await settled();
      await iterator.return();
      assert.equal((await pending).done, true);
      await settled();
      assert.equal(net.last.requests[0].wasCancelled, true);
      connection.close();
    });

    test('a loop that stops when its subscriber is closed, as RxJS has it, cancels', async () => {
      const net = network(given('1', '2', '3'));
      const connection = net.connect();
      const subscriber = { closed: false, seen: [] };
      for await (const item of connection.stream('kv.watch')) {
        subscriber.seen.push(item);
        subscriber.closed = subscriber.seen.length === 2;
        if (subscriber.closed) {
          break;
        }
      }
      await settled();
      assert.deepEqual(subscriber.seen, [1, 2]);
      assert.equal(net.last.requests[0].wasCancelled, true);
      connection.close();
    });

    test('items are given in the order they are asked for', async () => {
      const net = network(stream('1', '2'));
      const connection = net.connect();
      const items = connection.stream('kv.watch');
      const asked = await Promise.all([items.next(), items.next(), items.next(), items.next()]);
      assert.deepEqual(asked.map(({ value }) => value), [1, 2, undefined, undefined]);
      connection.close();
    });

    test('an item that is no JSON fails who asks for it, and ends the stream', async () => {
      const net = network(given('1', '{', '3'));
      const connection = net.connect();
      const items = connection.stream('kv.watch');
      assert.equal((await items.next()).value, 1);
      await assert.rejects(items.next(), SyntaxError);
      assert.equal((await items.next()).done, true);
      await settled();
      assert.equal(net.last.requests[0].wasCancelled, true);
      connection.close();
    });

    for (const items of [['1', '5'], ['"a"', '"b"', '"c"'], ['{}', '{}'], ['1', '2', '3', '4', '5'], ...mode === 'ext' ? [['1']] : []]) {
      test(`the call of a stream of [${items}] fails`, async () => {
        const net = network(stream(...items));
        const connection = net.connect();
        for (const options of [{}, { as: 'text' }, ...mode === 'ext' ? [{ as: 'bytes' }] : []]) {
          await assert.rejects(connection.call('kv.watch', [], options), (error) => error instanceof RemoteError
            && /kv\.watch: answers with a stream: use stream\(\)/.test(error.message));
        }
        connection.close();
      });
    }

    test('the call of a stream without end fails at its second item, and cancels', async () => {
      const net = network(given('1', '2'));
      const connection = net.connect();
      await assert.rejects(connection.call('kv.watch'), /use stream\(\)/);
      await settled();
      assert.equal(net.last.requests[0].wasCancelled, true);
      connection.close();
    });

    test('an answer of many frames is no stream', async () => {
      const connection = network(() => Array.from({ length: 40_000 }, (_, i) => i)).connect();
      assert.equal((await connection.call('kv.get')).length, 40_000);
      connection.close();
    });

    test('a stream that fails after items says why', async () => {
      const net = network((method, text, request, socket) => {
        request.send(Buffer.from('1'));
        socket.flush();
        settled().then(() => {
          request.fail(0x18, 'the disk is full');
          socket.flush();
        });
        return NOTHING;
      });
      const connection = net.connect();
      const items = connection.stream('kv.watch');
      assert.equal((await items.next()).value, 1);
      await assert.rejects(items.next(), (error) => error instanceof RemoteError && /the disk is full/.test(error.message));
      // Also to who thought that it was one answer.
      await assert.rejects(connection.call('kv.watch'), /the disk is full|use stream/);
      assert.equal(await connection.call('kv.watch').catch(() => 'go on'), 'go on');
      connection.close();
    });

    /** What handlers throw, and what their caller hears. */
    const THROWN = {
      'an error': [new Error('not today'), /not today/],
      'an error with a known status': [Object.assign(new Error('no'), { status: 0x15 }), mode === 'ext' ? /^Error: 21.*no/ : /^Error: 1no/],
      'the status of an HTTP answer': [{ status: 404, message: 'gone' }, mode === 'ext' ? /^Error: 29.*gone/ : /^Error: 2gone/],
      'a status that is success': [{ status: 0, message: 'ok?' }, mode === 'ext' ? /^Error: 29/ : /^Error: 2/],
      'a status beyond a byte': [{ status: 0x115, message: 'x' }, mode === 'ext' ? /^Error: 29/ : /^Error: 2/],
      'a status that is no number': [{ status: 'bad', message: 'x' }, mode === 'ext' ? /^Error: 29/ : /^Error: 2/],
      'the status of an unknown method': [{ status: 3, message: 'no such thing' }, mode === 'ext' ? /^Error: 21/ : /^Error: 1no such thing/],
      'details of objects': [{ message: 'm', details: { a: [1] } }, mode === 'ext' ? /\{"a":\[1\]\}/ : /m/],
      'details that are bytes': [{ message: 'm', details: Uint8Array.of(88, 89) }, mode === 'ext' ? /XY/ : /m/],
      'details that are text': [{ message: 'm', details: 'why' }, mode === 'ext' ? /"why"/ : /m/],
      'details in a cycle': [(() => { const it = { message: 'm', details: {} }; it.details.it = it; return it; })(), /m/],
      'details of a megabyte': [{ message: 'm', details: 'x'.repeat(1 << 20) }, /m/],
      'a reason that is no text': [{ message: 'm', reason: { a: 1 }, retryAfter: 'soon', retryable: 'yes' }, /m/],
      'a delay beyond all': [{ message: 'm', retryAfter: Infinity }, /m/],
      'a message that is no text': [{ message: { a: 1 } }, /object/],
      'a message of a megabyte': [new Error('€'.repeat(1 << 20)), /€€/],
      'text': ['just text', /just text/],
      'nothing': [undefined, /undefined/],
      'null': [null, /null/],
      'a symbol': [Symbol('s'), /Symbol\(s\)/],
      'a number': [7, /7/],
      'an object of nothing': [Object.create(null), /failed/],
      'what cannot be read': [new Proxy({}, { get() { throw new Error('no'); } }), /failed/],
      'a claim that nothing ran': [Object.assign(new RefusedError('m', 0x18), { notExecuted: true }), /m/]
    };

    for (const [what, [thrown, heard]] of Object.entries(THROWN)) {
      test(`${what} that a handler throws becomes an error for its caller`, async () => {
        const net = network(() => 1);
        const connection = net.connect();
        const reported = [];
        connection.on('error', (error) => reported.push(error));
        connection.serve('page', {
          fails: () => { throw thrown; },
          async *ends() {
            yield 1;
            throw thrown;
          }
        });
        await connection.ready();
        assert.deepEqual(await unhandled(async () => {
          await assert.rejects(net.last.ask('page.fails'), heard);
          await assert.rejects(net.last.ask('page.ends'));
        }), []);
        assert.deepEqual(reported, [thrown, thrown]);
        assert.equal(await connection.call('kv.get'), 1);
        connection.close();
      });
    }

    test('a generator whose finally throws rejects nothing unhandled', async () => {
      const net = network(() => 1);
      const connection = net.connect();
      const reported = [];
      connection.on('error', ({ message }) => reported.push(message));
      connection.serve('page', {
        async *ticks() {
          try {
            for (;;) {
              yield 1;
              await settled();
            }
          }
          finally {
            throw new Error('at the end');
          }
        },
        synchronously: () => ({
          [Symbol.asyncIterator]: () => ({
            next: () => new Promise(() => {}),
            return() {
              throw new Error('at once');
            }
          })
        })
      });
      await connection.ready();
      assert.deepEqual(await unhandled(async () => {
        for (const method of ['page.ticks', 'page.synchronously']) {
          const call = net.last.server.open(newExchange({
            method: internals.methodOf(method).id, owner: { item() {}, ended() {}, failed() {} }
          }));
          net.last.flush();
          await settled();
          call.cancel();
          net.last.flush();
          await settled();
          await settled();
        }
      }), []);
      assert.deepEqual(reported, ['at the end', 'at once']);
      connection.close();
    });
  });
}

/** A response stream of base mode in frames: OPEN with status and payload, and what follows. */
const response = (id, stream, status, payload, ...more) => {
  const out = internals.newBatch();
  out.frame(stream, 0, 0, internals.encodeMessage({ type: 1, id }, [status], Buffer.from(payload)));
  more.forEach((kind, i) => out.frame(stream, i + 1, kind));
  return out.take()[0];
};

const END = 2, CANCEL = 3, SERVER = 0x80000000;

for (const pieces of ['at once', 'one by one']) {
  test(`a second response with an error is why the first one ends, ${pieces}`, async () => {
    const net = new Network();
    net.onSocket = (socket) => socket.accept('muxio');
    net.serve = () => NOTHING;
    const connection = net.connect();
    const items = connection.stream('kv.watch');
    const call = connection.call('kv.get');
    call.catch(() => {});
    await settled();
    const [stream, single] = net.last.requests.map(({ id }) => id);
    const frames = [
      response(stream, SERVER + 1, 0, '1'), response(stream, SERVER + 2, 2, 'it broke', END), response(single, SERVER + 3, 0, '[1,'),
      response(single, SERVER + 4, 2, 'it broke, too', END),
      ...[SERVER + 1, SERVER + 3].map((id) => {
        const out = internals.newBatch();
        out.frame(id, 1, CANCEL);
        return out.take()[0];
      })
    ];
    for (const frame of pieces === 'at once' ? [Buffer.concat(frames)] : frames) {
      net.last.onmessage({ data: new Uint8Array(frame).buffer });
      await settled();
    }
    assert.equal((await items.next()).value, 1);
    await assert.rejects(items.next(), (error) => error instanceof RemoteError && /: it broke$/.test(error.message));
    await assert.rejects(call, /: it broke, too$/);
    // A second success is nothing.
    net.serve = (method, text) => text;
    assert.equal(await connection.call('kv.get', ['x']), '"x"');
    connection.close();
  });
}

test('a failure after the first item goes out as a second response, the cancel last in its message', () => {
  const sent = [];
  const opened = [];
  const session = new internals.BaseSession({
    schedule() {}, opened: (request) => opened.push(Object.assign(request, { owner: { item() {}, ended() {} } }))
  });
  const asking = new internals.BaseSession({ schedule() {} }, { side: SERVER });
  const answers = [];
  const call = asking.open(newExchange({
    owner: {
      item: (_, bytes) => answers.push(Buffer.from(bytes).toString()), restarted: () => answers.push('restarted'),
      ended: ({ status }) => answers.push('ended ' + status), failed: () => answers.push('failed')
    }
  }));
  session.receive(Buffer.concat(asking.take()));
  opened[0].send(Buffer.from('1'));
  opened[0].fail(0x18, 'full');
  for (const message of session.take()) {
    sent.push([message[12], message.at(-1)]);
    asking.receive(message);
  }
  assert.deepEqual(answers, ['1', 'restarted', 'full', 'ended 2']);
  assert.equal(sent.at(-1)[1], CANCEL);
  assert.equal(call.over, true);
  assert.deepEqual(session.close(), []);
});

/** What base mode says, and whether it ran. */
const EXECUTED = {
  'an unknown method of a muxio server': [3, '', RefusedError, 'no'],
  'an unknown method of ours': [3, 'method 00 does not exist here or is not exposed', RefusedError, 'no'],
  'not found, by a handler in plain text': [3, 'no such row', RemoteError, 'maybe'],
  'not found, by a handler of a muxio server without a text': [3, '\x02\x00', RemoteError, 'maybe'],
  'not found, by a handler of a muxio server': [3, '\x02\x04gone', RemoteError, 'maybe'],
  'the same, in the status of a system error': [2, '\x02\x04gone', RemoteError, 'maybe'],
  // It may have been found before anything ran, as arguments that cannot be decoded are.
  'a mistake of the caller': [1, 'bad', RemoteError, 'maybe'],
  'a failure': [2, 'bad', RemoteError, 'maybe']
};

for (const [what, [status, payload, type, executed]] of Object.entries(EXECUTED)) {
  test(`in base mode, ${what} says that it was executed: ${executed}`, async () => {
    const net = new Network();
    net.onSocket = (socket) => socket.accept('muxio');
    net.serve = () => NOTHING;
    const connection = net.connect();
    const call = connection.call('kv.get');
    call.catch(() => {});
    await settled();
    net.last.onmessage({ data: new Uint8Array(response(net.last.requests[0].id, SERVER + 1, status, payload, END)).buffer });
    await assert.rejects(call, (error) => error.constructor === type && error.executed === executed);
    connection.close();
  });
}

test('what is not served here was not executed', async () => {
  const net = new Network();
  const connection = net.connect();
  await connection.ready();
  await settled();
  const payload = await new Promise((resolve) => {
    net.last.server.open(newExchange({
      method: internals.methodOf('page.none').id, owner: { item() {}, ended: (_, whole) => resolve(whole) }
    }));
    net.last.flush();
  });
  assert.equal(internals.remoteError(3, true, payload)[3].executed, 'no');
  connection.close();
});
