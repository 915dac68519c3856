import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { client } from './client.mjs';
import { Failure, Network, NOTHING, settled } from './fakes.mjs';

const { CallTimeoutError, ClosedError, RefusedError, RemoteError } = client;

function states(connection) {
  const seen = [];
  connection.on('state', (state, detail) => seen.push(detail.delay === undefined ? state : `${state} ${detail.delay}`));
  return seen;
}

const MODES = { ext: 'genserver.v1', base: 'muxio' };

for (const [mode, protocol] of Object.entries(MODES)) {
  describe(`in ${mode} mode`, () => {
    const network = (serve) => Object.assign(new Network(), { serve, onSocket: (socket) => socket.accept(protocol) });

    test('calls made before the connection is open wait for it, and go out in one message', async () => {
      const net = network((method, text) => text);
      const connection = net.connect();
      const answers = Promise.all(['a', 'b', 'c'].map((each) => connection.call('kv.get', [each])));
      assert.deepEqual(await answers, ['"a"', '"b"', '"c"']);
      assert.equal(connection.mode, mode);
      // In ext mode settings go first.
      assert.equal(net.last.messages, mode === 'ext' ? 2 : 1);
      assert.deepEqual(net.last.protocols, ['genserver.v1', 'muxio']);
      connection.close();
    });

    test('arguments go as the contract has them', async () => {
      const net = network((method, text) => text);
      const connection = net.connect();
      const sent = (args, options) => connection.call('kv.get', args, options);
      assert.equal(await sent([]), '');
      assert.equal(await sent(['a']), '"a"');
      assert.equal(await sent([null]), 'null');
      assert.equal(await sent(['a', 1]), '["a",1]');
      assert.equal(await sent({ key: 'a' }), '{"key":"a"}');
      assert.equal(await sent([['a']]), '["a"]');
      // In ext mode the key has a place of its own.
      assert.equal(await sent([], { key: 'lobby' }), mode === 'ext' ? '' : '["lobby"]');
      assert.equal(await sent(['a'], { key: 'lobby' }), mode === 'ext' ? '"a"' : '["lobby","a"]');
      if (mode === 'ext') {
        assert.equal(new TextDecoder().decode(net.last.requests.at(-1).meta[9]), 'lobby');
        assert.equal(await sent([Uint8Array.of(65)], { key: 'lobby' }), 'A');
      }
      else {
        await assert.rejects(sent([Uint8Array.of(65)], { key: 'lobby' }), RefusedError);
      }
      assert.equal(await sent([Uint8Array.of(65, 66)]), 'AB');
      connection.close();
    });

    test('answers come as JSON, as nothing, as text and as bytes', async () => {
      const net = network((method, text) => text === '"nothing"' ? undefined : { a: [1, 'é'] });
      const connection = net.connect();
      assert.deepEqual(await connection.call('kv.get', ['x']), { a: [1, 'é'] });
      assert.equal(await connection.call('kv.get', ['nothing']), undefined);
      assert.equal(await connection.call('kv.get', ['x'], { as: 'text' }), '{"a":[1,"é"]}');
      assert.deepEqual([...await connection.call('kv.get', ['nothing'], { as: 'bytes' })], []);
      connection.close();
    });

    test('an answer of many frames is put together', async () => {
      const long = 'x'.repeat(1_000_000);
      const connection = network(() => long).connect();
      assert.equal(await connection.call('kv.get', [long]), long);
      connection.close();
    });

    test('a cast is sent and not answered', async () => {
      const net = network(() => undefined);
      const connection = net.connect();
      connection.cast('kv.set', ['a', 'b']);
      await settled();
      assert.equal(net.last.requests[0].type, 2);
      assert.equal(net.last.requests[0].text, '["a","b"]');
      connection.close();
    });

    test('ten thousand items come in order', async () => {
      const net = network(async function* () {
        for (let i = 0; i < 10_000; i++) {
          yield i;
        }
      });
      net.serve = (method, text, request, socket) => {
        for (let i = 0; i < 10_000; i++) {
          request.send(Buffer.from(String(i)));
        }
        request.end();
        socket.flush();
        return NOTHING;
      };
      const connection = net.connect();
      let expected = 0;
      for await (const item of connection.stream('kv.watch', ['k'])) {
        assert.equal(item, expected++);
      }
      assert.equal(expected, 10_000);
      connection.close();
    });

    test('leaving the loop cancels the stream at the other end', async () => {
      const net = network(async function* () {
        for (let i = 0; ; i++) {
          yield i;
        }
      });
      let request;
      net.serve = (method, text, asked, socket) => {
        request = asked;
        asked.send(Buffer.from('1'));
        asked.send(Buffer.from('2'));
        socket.flush();
        return NOTHING;
      };
      const connection = net.connect();
      for await (const item of connection.stream('kv.watch', [])) {
        assert.equal(item, 1);
        break;
      }
      await settled();
      assert.equal(request.wasCancelled, true);
      connection.close();
    });

    test('a stream ends with the error of the other end, after its items', async () => {
      const net = network((method, text, request, socket) => {
        request.send(Buffer.from('1'));
        request.fail(0x18, 'too much');
        socket.flush();
        return NOTHING;
      });
      const connection = net.connect();
      const items = [];
      await assert.rejects(async () => {
        for await (const item of connection.stream('kv.watch')) {
          items.push(item);
        }
      }, (error) => error instanceof RemoteError && /too much/.test(error.message));
      assert.deepEqual(items, [1]);
      connection.close();
    });

    test('a call that gets no answer times out and is cancelled', async () => {
      const net = network(() => NOTHING);
      const connection = net.connect();
      const call = connection.call('kv.get', ['a'], { timeout: 100 });
      const failed = assert.rejects(call, (error) => error instanceof CallTimeoutError && error.executed === 'maybe'
        && error.code === 'DEADLINE_EXCEEDED' && /kv\.get: timed out after 100 ms/.test(error.message));
      await net.clock.pass(99);
      assert.equal(net.last.requests[0].wasCancelled, undefined);
      await net.clock.pass(1);
      await failed;
      assert.equal(net.last.requests[0].wasCancelled, true);
      connection.close();
    });

    test('a signal cancels, with its reason', async () => {
      const net = network(() => NOTHING);
      const connection = net.connect();
      const abort = new AbortController();
      const call = connection.call('kv.get', ['a'], { signal: abort.signal });
      await settled();
      const failed = assert.rejects(call, /enough/);
      abort.abort(new Error('enough'));
      await failed;
      await settled();
      assert.equal(net.last.requests[0].wasCancelled, true);
      await assert.rejects(connection.call('kv.get', ['a'], { signal: abort.signal }), /enough/);
      connection.close();
    });

    test('errors are typed', async () => {
      const net = network((method, text) => text === '"missing"' ? new Failure(3, 'method 00 does not exist here or is not exposed') : new Failure(1, 'bad'));
      const connection = net.connect();
      await assert.rejects(connection.call('kv.get', ['missing']),
        (error) => error instanceof RefusedError && error.executed === 'no' && error.code === 'METHOD_NOT_FOUND');
      await assert.rejects(connection.call('kv.get', ['x']),
        (error) => error instanceof RemoteError && error.executed === 'maybe' && error.code === 'FAIL' && /bad/.test(error.message));
      connection.close();
    });

    test('what was in flight when the connection is lost fails as maybe executed, unless it is idempotent', async () => {
      const net = network(() => NOTHING);
      const connection = net.connect();
      const lost = assert.rejects(connection.call('kv.set', ['a']), (error) => error instanceof ClosedError
        && error.executed === 'maybe' && error.code === 'UNAVAILABLE');
      const again = connection.call('kv.get', ['b'], { idempotent: true });
      await settled();
      net.serve = (method, text) => text;
      net.last.drop(1006);
      await lost;
      await net.clock.pass(200);
      assert.equal(await again, '"b"');
      assert.equal(net.sockets.length, 2);
      connection.close();
    });

    test('a stream that can resume goes on after its last item', async () => {
      const net = network((method, text, request, socket) => {
        const from = JSON.parse(text);
        request.send(Buffer.from(String(from + 1)));
        if (from === 2) {
          request.end();
        }
        socket.flush();
        return NOTHING;
      });
      const connection = net.connect();
      const items = [];
      for await (const item of connection.stream('kv.watch', [0], { resume: (last) => [last] })) {
        items.push(item);
        if (item < 3) {
          net.last.drop(1006);
          await net.clock.pass(1000);
        }
      }
      assert.deepEqual(items, [1, 2, 3]);
      connection.close();
    });

    test('a stream whose resume fails ends with that, and the connection comes back', async () => {
      const net = network((method, text, request, socket) => {
        request.send(Buffer.from('1'));
        socket.flush();
        return NOTHING;
      });
      const connection = net.connect();
      const stream = connection.stream('kv.watch', [], { resume: () => { throw new Error('no way'); } });
      await stream.next();
      const failed = assert.rejects(stream.next(), /no way/);
      net.last.drop(1006);
      await failed;
      await net.clock.pass(1000);
      assert.equal(connection.state, 'open');
      connection.close();
    });

    test('a stream that can resume and has no item yet begins again', async () => {
      const net = network(() => NOTHING);
      const connection = net.connect();
      const first = connection.stream('kv.watch', ['k'], { resume: () => ['never'] }).next();
      await settled();
      net.serve = async function* (method, text) {
        yield text;
      };
      net.last.drop(1006);
      await net.clock.pass(1000);
      assert.deepEqual(await first, { value: '"k"', done: false });
      connection.close();
    });

    test('the other end calls what is served here', async () => {
      const net = network(() => undefined);
      const connection = net.connect();
      connection.serve('page', {
        notify: (text) => `got ${text}`,
        add: (a, b) => a + b,
        count: (...args) => args.length,
        fails: () => { throw new Error('not today'); },
        async* ticks(n) {
          for (let i = 0; i < n; i++) {
            yield i;
          }
        }
      });
      connection.on('error', (error) => assert.match(error.message, /not today/));
      await connection.ready();
      const ask = (method, args) => net.last.ask(method, args);
      assert.equal(await ask('page.notify', 'hi'), '"got hi"');
      assert.equal(await ask('page.add', [1, 2]), '3');
      // No arguments: what is left is what a handler gets after them.
      assert.equal(await ask('page.count'), '1');
      assert.equal(await ask('page.ticks', 4), '0123');
      await assert.rejects(ask('page.fails', 1), /not today/);
      await assert.rejects(ask('page.toString', 1), /does not exist here/);
      connection.close();
    });

    test('a cast of the other end is not answered, whatever comes of it', async () => {
      const net = network(() => undefined);
      const connection = net.connect();
      const errors = [];
      connection.on('error', (error) => errors.push(error.message));
      connection.serve('page', { fails: () => { throw new Error('not today'); } });
      await connection.ready();
      await settled();
      const before = net.last.messages;
      for (const method of ['page.fails', 'page.nothing']) {
        net.last.tell(method, 1);
        await settled();
      }
      assert.deepEqual(errors, ['not today']);
      assert.equal(net.last.messages, before);
      assert.equal(await net.last.ask('page.nothing').catch(({ message }) => /does not exist/.test(message)), true);
      connection.close();
    });

    test('an upload sends its items, and stops when they are not wanted', async () => {
      const net = network((method, text) => text);
      const connection = net.connect();
      const items = (async function* () {
        yield 1;
        yield 2;
      })();
      assert.equal(await connection.upload('kv.put', mode === 'ext' ? ['a'] : [], items), mode === 'ext' ? '"a"12' : '12');
      const channel = connection.channel('kv.put', []);
      await channel.send('x');
      await channel.end();
      for await (const item of channel) {
        assert.equal(item, '"x"');
      }
      connection.close();
    });

    test('a proxy calls, and streams if it is asked for an iterator', async () => {
      const net = network((method, text, request, socket) => {
        if (method === 'kv.watch') {
          request.send(Buffer.from('1'));
          request.send(Buffer.from('2'));
          request.end();
          socket.flush();
          return NOTHING;
        }
        return method + text;
      });
      const connection = net.connect();
      const api = connection.proxy();
      assert.equal(await api.kv.get('k'), 'kv.get"k"');
      assert.equal(await api.kv('lobby').get('k'), mode === 'ext' ? 'kv.get"k"' : 'kv.get["lobby","k"]');
      const items = [];
      for await (const item of api.kv.watch('k')) {
        items.push(item);
      }
      assert.deepEqual(items, [1, 2]);
      api.kv.set('not', 'awaited');
      await settled();
      assert.equal(net.last.requests.at(-1).text, '["not","awaited"]');
      assert.equal(await Promise.resolve(api) === api, true);
      connection.close();
    });

    test('when nobody answers a sign of life is asked for, and the connection given up', async () => {
      const net = network(() => NOTHING);
      const connection = net.connect();
      await connection.ready();
      await settled();
      const first = net.last;
      await net.clock.pass(24_000);
      assert.equal(connection.state, 'open');
      first.server.receive = () => {};
      await net.clock.pass(20_000);
      assert.equal(first.readyState, 3);
      await settled();
      assert.equal(net.sockets.length > 1, true);
      connection.close();
    });

    test('closing fails what is open, and leaves no timer', async () => {
      const net = network(() => NOTHING);
      const connection = net.connect();
      const seen = states(connection);
      const call = assert.rejects(connection.call('kv.get', ['a']), ClosedError);
      await settled();
      connection.close();
      await call;
      assert.deepEqual(seen, ['open', 'closed']);
      assert.equal(net.clock.pending, 0);
      assert.equal(net.last.closedWith.code, 1000);
      await assert.rejects(connection.call('kv.get', ['a']), ClosedError);
    });
  });
}

test('structured errors say what they can', async () => {
  const net = new Network();
  net.serve = () => new Failure(0x18, 'try later', {
    reason: 'full', retryable: true, notExecuted: true, retryAfter: 250, detailsType: 1, details: Buffer.from('{"depth":64}')
  });
  const connection = net.connect();
  await assert.rejects(connection.call('kv.get'), (error) => {
    const { name, code, reason, retryable, executed, retryAfter, details } = error;
    assert.deepEqual({ name, code, reason, retryable, executed, retryAfter, details }, {
      name: 'RefusedError', code: 'RESOURCE_EXHAUSTED', reason: 'full', retryable: true, executed: 'no', retryAfter: 250,
      details: { depth: 64 }
    });
    return true;
  });
  connection.close();
});

test('credit for items comes back as they are consumed, not as they arrive', async () => {
  const net = new Network();
  let sent = 0;
  net.serve = (method, text, request, socket) => {
    for (; sent < 20; sent++) {
      request.send(Buffer.from(String(sent)));
    }
    net.request = request;
    socket.flush();
    return NOTHING;
  };
  const connection = net.connect();
  const stream = connection.stream('kv.watch', [], { prefetch: 4 });
  await settled();
  await settled();
  assert.equal(net.request.waiting(), 16);
  assert.equal((await stream.next()).value, 0);
  await settled();
  assert.equal(net.request.waiting(), 16);
  assert.equal((await stream.next()).value, 1);
  await settled();
  assert.equal(net.request.waiting(), 14);
  stream.cancel();
  await settled();
  assert.equal(net.request.wasCancelled, true);
  connection.close();
});

test('a long item passes a small window, which is never exceeded', async () => {
  const net = new Network();
  net.serve = (method, text, asked, socket) => {
    asked.send(Buffer.from(JSON.stringify('x'.repeat(3_000_000))));
    asked.send(Buffer.from(JSON.stringify('y'.repeat(1_000_000))));
    asked.end();
    socket.flush();
    return NOTHING;
  };
  const connection = net.connect();
  const lengths = [];
  for await (const item of connection.stream('kv.watch')) {
    lengths.push(item.length);
    assert.ok(net.last.granted <= net.last.carried, `${net.last.granted} of ${net.last.carried}`);
  }
  assert.deepEqual(lengths, [3_000_000, 1_000_000]);
  assert.ok(net.last.granted > 3_000_000);
  connection.close();
});

test('delays grow with full jitter, and end with the first good connection', async () => {
  const net = new Network();
  net.onSocket = (socket) => socket.drop(1006);
  net.random = 0.5;
  const connection = net.connect({ mode: 'ext' });
  const seen = states(connection);
  await net.clock.pass(60_000);
  assert.deepEqual(seen.filter((state) => state.startsWith('waiting')).slice(0, 9),
    [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000].map((delay) => `waiting ${delay}`));
  net.onSocket = (socket) => socket.accept('genserver.v1');
  await net.clock.pass(10_000);
  assert.equal(connection.state, 'open');
  await net.clock.pass(10_000);
  seen.length = 0;
  net.last.drop(1001);
  assert.deepEqual(seen, ['waiting 100']);
  connection.close();
});

test('a connection that does not last does not count as good', async () => {
  const net = new Network();
  const connection = net.connect();
  await connection.ready();
  const seen = states(connection);
  for (let i = 0; i < 3; i++) {
    net.last.drop(1006);
    await net.clock.pass(2000);
  }
  assert.deepEqual(seen.filter((state) => state.startsWith('waiting')), ['waiting 200', 'waiting 400', 'waiting 800']);
  connection.close();
});

test('what the page hears of ends the waiting', async () => {
  const page = new EventTarget();
  globalThis.document = new EventTarget();
  globalThis.addEventListener = page.addEventListener.bind(page);
  globalThis.removeEventListener = page.removeEventListener.bind(page);
  try {
    for (const wake of [() => page.dispatchEvent(new Event('online')), () => document.dispatchEvent(new Event('visibilitychange'))]) {
      const net = new Network();
      net.onSocket = (socket) => socket.drop(1006);
      const connection = net.connect({ mode: 'ext' });
      await net.clock.pass(0);
      assert.equal(connection.state, 'waiting');
      net.onSocket = (socket) => socket.accept('genserver.v1');
      document.hidden = true;
      wake();
      assert.equal(connection.state, 'waiting');
      document.hidden = false;
      wake();
      await settled();
      assert.equal(connection.state, 'open');
      connection.close();
    }
  }
  finally {
    delete globalThis.document;
    delete globalThis.addEventListener;
    delete globalThis.removeEventListener;
  }
});

test('a peer that knows no protocols is spoken to without them, in base mode', async () => {
  const net = new Network();
  net.serve = (method, text) => text;
  net.onSocket = (socket) => socket.protocols.length ? socket.drop(1006) : socket.accept('');
  const connection = net.connect();
  assert.equal(await connection.call('kv.get', ['a']), '"a"');
  assert.equal(connection.mode, 'base');
  assert.deepEqual(net.sockets.map(({ protocols }) => protocols.length), [2, 0]);
  net.last.drop(1006);
  await net.clock.pass(200);
  // Next time it may know them: a first attempt can fail for many reasons.
  assert.deepEqual(net.sockets.map(({ protocols }) => protocols.length), [2, 0, 2, 0]);
  connection.close();
});

test('a peer that knew protocols is never spoken to without them', async () => {
  const net = new Network();
  const connection = net.connect();
  await connection.ready();
  net.onSocket = (socket) => socket.drop(1006);
  net.last.drop(1006);
  await net.clock.pass(2000);
  assert.equal(net.sockets.every(({ protocols }) => protocols.length === 2), true);
  connection.close();
});

test('a token goes with the offer, and is asked for anew once when it is refused', async () => {
  const net = new Network();
  const asked = [];
  const connection = net.connect({ token: async ({ fresh }) => {
    asked.push(fresh);
    return fresh ? 'new ✓' : 'old';
  } });
  await connection.ready();
  assert.deepEqual(net.last.protocols, ['genserver.v1', 'muxio', 'bearer.b2xk']);
  net.last.drop(4001);
  await settled();
  assert.deepEqual(net.last.protocols[2], 'bearer.bmV3IOKckw');
  assert.deepEqual(asked, [false, true]);
  net.last.drop(4001);
  await settled();
  assert.equal(connection.state, 'closed');
});

test('a token that the handshake refuses is replaced by a fresh one at once, and once, then after the back-off', async () => {
  const net = new Network();
  const asked = [];
  const seen = [];
  // Of a handshake that is refused a browser says no more than of a host that is not there.
  net.onSocket = (socket) => socket.protocols[2] === 'bearer.bmV3' ? socket.accept('genserver.v1') : socket.drop(1006);
  let fresh = 'stale';
  const connection = net.connect({ token: async (how) => {
    asked.push(how.fresh);
    return how.fresh ? fresh : 'old';
  } });
  connection.on('state', (state, { reason }) => seen.push(reason ? `${state}: ${reason}` : state));
  await settled();
  await settled();
  assert.deepEqual(asked, [false, true]);
  assert.deepEqual(seen, ['connecting', 'waiting: refused or timed out']);
  fresh = 'new';
  await net.clock.pass(1000);
  assert.equal(connection.state, 'open');
  assert.deepEqual(asked, [false, true, true]);
  // After a good connection the token that is kept is tried first.
  await net.clock.pass(20_000);
  net.last.drop(1006);
  await net.clock.pass(1000);
  assert.deepEqual(asked.slice(3), [false, true]);
  assert.equal(connection.state, 'open');
  connection.close();
});

test('without a token a host that is not there is not dialled again at once', async () => {
  const net = new Network();
  net.onSocket = (socket) => socket.drop(1006);
  const connection = net.connect({ mode: 'ext' });
  await settled();
  await settled();
  assert.equal(net.sockets.length, 1);
  assert.equal(connection.state, 'waiting');
  connection.close();
});

test('a listener that fails keeps the client from nothing', async (t) => {
  const net = new Network();
  const told = t.mock.method(console, 'error', () => {});
  const connection = net.connect();
  connection.on('state', () => {
    throw new Error('oops');
  });
  await connection.ready();
  net.last.drop(1006);
  await net.clock.pass(1000);
  assert.equal(connection.state, 'open');
  assert.equal(told.mock.callCount(), 4);
  connection.close();
});

test('close codes that mean it are for good', async () => {
  for (const code of [1000, 1002, 1003, 1008, 1009, 4001, 4002, 4003]) {
    const net = new Network();
    const connection = net.connect();
    await connection.ready();
    net.last.drop(code, 'because');
    assert.equal(connection.state, 'closed', code);
    await assert.rejects(connection.call('kv.get'), new RegExp(`${code}, because`));
    assert.equal(net.clock.pending, 0);
  }
});

test('a page that closes the client when the server leaves is not connected again', async () => {
  const net = new Network();
  const connection = net.connect();
  const seen = states(connection);
  connection.on('state', (state) => state === 'draining' && connection.close());
  await connection.ready();
  await settled();
  net.last.server.goAway(0, 5000, 'bye');
  await settled();
  await net.clock.pass(60_000);
  assert.deepEqual(seen, ['open', 'draining', 'closed']);
  assert.equal(net.sockets.length, 1);
});

test('a token that is refused after the client was closed does not open it again', async () => {
  const net = new Network();
  let refuse;
  const connection = net.connect({ token: () => new Promise((resolve, reject) => refuse = reject) });
  connection.close();
  refuse(new Error('no token'));
  await settled();
  assert.equal(connection.state, 'closed');
  assert.equal(net.clock.pending, 0);
});

test('a long reason of the other end keeps nothing from ending', async () => {
  const net = new Network();
  net.serve = (method) => method === 'kv.watch' ? NOTHING : undefined;
  const connection = net.connect({ timeout: 60_000 });
  await connection.ready();
  const drained = connection.call('kv.watch', []);
  await settled();
  net.last.server.goAway(0, 5000, 'bye');
  await net.clock.pass(1_000);
  assert.equal(net.sockets.length, 2);
  const lost = connection.call('kv.watch', []);
  const ends = [drained, lost].map((each) => assert.rejects(each, ClosedError));
  await settled();
  net.last.drop(4003, 'x'.repeat(123));
  await Promise.all(ends);
  assert.equal(net.sockets[0].closedWith.code, 1000);
  assert.equal(connection.state, 'closed');
});

test('on GOAWAY the new connection opens while the old one is drained', async () => {
  const net = new Network();
  let answer;
  net.serve = (method, text, request, socket) => {
    if (text === '"slow"') {
      answer = () => {
        request.respond(Buffer.from('"done"'));
        socket.flush();
      };
      return NOTHING;
    }
    return net.sockets.indexOf(socket);
  };
  const connection = net.connect();
  const seen = states(connection);
  const slow = connection.call('kv.get', ['slow'], { timeout: 60_000 });
  await net.clock.pass(10_000);
  const old = net.last;
  old.server.goAway(0, 5000, 'bye');
  old.flush();
  await settled();
  await settled();
  assert.deepEqual(seen, ['open', 'draining', 'connecting', 'open']);
  assert.equal(await connection.call('kv.get', ['quick']), 1);
  assert.equal(old.readyState, 1);
  answer();
  assert.equal(await slow, 'done');
  await settled();
  assert.equal(old.closedWith.code, 1000);
  connection.close();
});

test('a call above the last stream of a GOAWAY is made again elsewhere', async () => {
  const net = new Network();
  net.serve = (method, text, request, socket) => net.sockets.indexOf(socket) === 0 ? NOTHING : text;
  const connection = net.connect();
  await connection.ready();
  await net.clock.pass(10_000);
  net.last.server.goAway(0, 5000, 'bye');
  net.last.flush();
  const call = connection.call('kv.set', ['a']);
  assert.equal(await call, '"a"');
  assert.equal(net.sockets.length, 2);
  connection.close();
});

test('more than may wait for a connection is refused', async () => {
  const net = new Network();
  net.onSocket = () => {};
  const connection = net.connect({ maxQueued: 2 });
  const calls = ['a', 'b', 'c'].map((each) => connection.call('kv.get', [each]));
  await assert.rejects(calls[2], RefusedError);
  const closed = Promise.allSettled(calls);
  connection.close();
  assert.deepEqual((await closed).map(({ reason }) => reason.name), ['ClosedError', 'ClosedError', 'RefusedError']);
});

test('calls wait for a place when there are as many as the peer allows', async () => {
  const net = new Network();
  const answers = [];
  net.serve = (method, text, request, socket) => {
    answers.push(() => {
      request.respond(Buffer.from(text));
      socket.flush();
    });
    return NOTHING;
  };
  const connection = net.connect();
  await connection.ready();
  // The peer's settings say how many it takes.
  await settled();
  const calls = Promise.all(Array.from({ length: 1500 }, (_, i) => connection.call('kv.get', [i])));
  await settled();
  await settled();
  assert.equal(answers.length, 1024);
  for (let i = 0; i < 1500; i++) {
    answers[i]();
    await (i % 100 ? undefined : settled());
    while (!answers[i + 1] && i < 1499) {
      await settled();
    }
  }
  assert.deepEqual(await calls, Array.from({ length: 1500 }, (_, i) => i));
  connection.close();
});

test('a full socket holds an upload back', async () => {
  const net = new Network();
  net.serve = (method, text) => text.length;
  const connection = net.connect();
  await connection.ready();
  let given = 0;
  net.last.bufferedAmount = 2 << 20;
  const upload = connection.upload('kv.put', [], (async function* () {
    for (; given < 3; given++) {
      yield 'x';
    }
  })());
  await net.clock.pass(100);
  assert.equal(given, 0);
  net.last.bufferedAmount = 0;
  await net.clock.pass(20);
  assert.equal(await upload, 9);
  connection.close();
});

test('without a WebSocket connect says so', () => {
  assert.throws(() => client.connect('ws://here/ws', { WebSocket: null }), /no WebSocket: pass the option WebSocket/);
});
