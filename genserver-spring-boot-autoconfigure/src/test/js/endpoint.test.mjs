// Against a real endpoint, in both modes if it knows them: GENSERVER_URL says where, and the Java test starts it.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';

import { client } from './client.mjs';

const { CallTimeoutError, RefusedError, RemoteError } = client;
const url = process.env.GENSERVER_URL && new URL(process.env.GENSERVER_URL);

/** Between client and endpoint: can be cut, and be there again. */
class Proxy {
  #sockets = new Set();
  #server;
  port;

  open() {
    this.#server = net.createServer((socket) => {
      const onward = net.connect(Number(url.port), url.hostname);
      for (const [from, to] of [[socket, onward], [onward, socket]]) {
        this.#sockets.add(from);
        from.on('error', () => {}).on('close', () => to.destroy()).pipe(to);
      }
    });
    return new Promise((resolve) => this.#server.listen(this.port ?? 0, '127.0.0.1', () => {
      this.port = this.#server.address().port;
      resolve();
    }));
  }

  cut() {
    return new Promise((resolve) => {
      this.#server.close(resolve);
      this.#sockets.forEach((socket) => socket.destroy());
      this.#sockets.clear();
    });
  }
}

const until = (connection, state) => new Promise((resolve) => {
  const off = connection.on('state', (now) => {
    if (now === state) {
      off();
      resolve();
    }
  });
});

for (const mode of ['auto', 'base']) {
  describe(`a real endpoint, ${mode}`, { skip: !url && 'needs GENSERVER_URL' }, () => {
    let connection;

    before(async () => {
      connection = client.connect(url, { mode });
      await connection.ready();
    });

    after(() => connection?.close());

    test('calls are answered', async () => {
      const api = connection.proxy();
      await api.numbers.store('a', 5);
      assert.equal(await api.numbers.load('a'), 5);
      assert.equal(await api.numbers.load('missing'), null);
      assert.deepEqual(await connection.call('numbers.point', [{ x: 1, y: 2 }]), { x: 2, y: 1 });
      assert.deepEqual(await connection.call('numbers.store', { key: 'b', value: 6 }), undefined);
      assert.equal(await connection.call('numbers.load', ['b']), 6);
    });

    test('bytes come back as bytes', async () => {
      const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => i);
      assert.deepEqual(await connection.call('numbers.echo', [bytes], { as: 'bytes' }), bytes);
    });

    test('a thousand calls at once', async () => {
      const calls = Array.from({ length: 1000 }, (_, i) => connection.call('numbers.same', [i]));
      assert.deepEqual(await Promise.all(calls), Array.from({ length: 1000 }, (_, i) => i));
    });

    test('casts arrive in order, before the call that follows them', async () => {
      await connection.call('numbers.forget', []);
      for (let i = 0; i < 500; i++) {
        connection.cast('numbers.note', [i]);
      }
      assert.deepEqual(await connection.call('numbers.noted', []), Array.from({ length: 500 }, (_, i) => i));
    });

    test('ten thousand items come in order', async () => {
      let expected = 0;
      for await (const item of connection.stream('numbers.count', [10_000])) {
        assert.equal(item, expected++);
      }
      assert.equal(expected, 10_000);
    });

    test('the call of a stream fails', async () => {
      for (const items of [2, 5]) {
        await assert.rejects(connection.call('numbers.count', [items]), /use stream\(\)/, String(items));
      }
      assert.equal(await connection.call('numbers.same', [1]), 1);
    });

    test('return() while an item is waited for cancels the stream there', async () => {
      const before = await connection.call('numbers.cancelled', []);
      const stream = connection.stream('numbers.forever', [], { prefetch: 1 });
      await stream.next();
      const pending = stream.next();
      await stream.return();
      await pending;
      while (await connection.call('numbers.cancelled', []) === before) {
        // It is on its way.
      }
    });

    test('what cannot be sent leaves the connection as it is', async () => {
      const state = connection.on('state', (now) => assert.fail(now));
      const options = [{ headers: { a: 'x'.repeat(70_000) } }, { headers: { a: 'x'.repeat(8190) } }, { headers: { 'a b': 'c' } },
        { key: 'k'.repeat(70_000) }, { traceParent: '00-1-2-3' }];
      const results = await Promise.allSettled(options.map((each) => connection.call('numbers.same', [1], each)));
      assert.ok(results.every(({ status }, i) => mode === 'base' && !/b|00/.test(JSON.stringify(options[i])) || status === 'rejected'));
      // As much as there may be.
      assert.equal(await connection.call('numbers.same', [7], { headers: { a: 'x'.repeat(8000) } }), 7);
      assert.equal(connection.state, 'open');
      state();
    });

    test('leaving the loop cancels the stream there', async () => {
      const before = await connection.call('numbers.cancelled', []);
      for await (const item of connection.proxy().numbers.forever()) {
        if (item === 5) {
          break;
        }
      }
      while (await connection.call('numbers.cancelled', []) === before) {
        // It is on its way.
      }
    });

    test('a call that takes too long fails here, and is cancelled there', async () => {
      const before = await connection.call('numbers.givenUp', []);
      await assert.rejects(connection.call('waiting.untilCancelled', [], { timeout: 200 }), CallTimeoutError);
      while (await connection.call('numbers.givenUp', []) === before) {
        // It is on its way.
      }
      const abort = new AbortController();
      const call = connection.call('waiting.untilCancelled', [], { signal: abort.signal });
      setImmediate(() => abort.abort(new Error('enough')));
      await assert.rejects(call, /enough/);
    });

    test('failures say what they are', async () => {
      await assert.rejects(connection.call('numbers.missing', []), (error) => error instanceof RefusedError && error.executed === 'no');
      await assert.rejects(connection.call('numbers.fails', []), RemoteError);
      await assert.rejects(connection.call('numbers.same', ['no number']), (error) => /must be an int/.test(error.message)
        && (mode === 'base' ? error instanceof RemoteError : error instanceof RefusedError && error.executed === 'no'));
    });

    test('a keyed server is called by its key', async () => {
      const { room } = connection.proxy();
      await room(`lobby ${mode}`).enter('me');
      await room(`attic ${mode}`).enter('you');
      assert.deepEqual(await room(`lobby ${mode}`).who(), ['me']);
      assert.deepEqual(await connection.call('room.who', [], { key: `attic ${mode}` }), ['you']);
    });

    test('when the endpoint is gone and back, calls and streams go on', async () => {
      const proxy = new Proxy();
      await proxy.open();
      const through = client.connect(`ws://127.0.0.1:${proxy.port}${url.pathname}`, { mode, backoff: { initial: 10, max: 50 }, timeout: 20_000 });
      assert.equal(await through.call('numbers.same', [1]), 1);
      const items = [];
      let cut = false;
      for await (const item of through.stream('numbers.from', [0], { resume: (last) => [last + 1] })) {
        items.push(item);
        if (item === 20 && !cut) {
          cut = true;
          const waiting = until(through, 'waiting');
          await proxy.cut();
          await waiting;
          await proxy.open();
        }
        if (item === 3000) {
          break;
        }
      }
      assert.deepEqual(items, Array.from({ length: 3001 }, (_, i) => i));
      const waiting = until(through, 'waiting');
      await proxy.cut();
      await waiting;
      const call = through.call('numbers.same', [2]);
      await proxy.open();
      assert.equal(await call, 2);
      through.close();
      await proxy.cut();
    });
  });
}
