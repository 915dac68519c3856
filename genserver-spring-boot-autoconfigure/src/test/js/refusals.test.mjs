// What a client refuses before it sends: the table that the Java client keeps, too.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import './client.mjs';
import { Network, settled } from './fakes.mjs';

const TABLE = JSON.parse(readFileSync(new URL('../resources/io/genserver/rpc/client-refusals.json', import.meta.url)));

for (const { what, name, nameTimes = 1, value, valueTimes = 1, refused } of TABLE) {
  test(`${what} is ${refused ? 'refused' : 'sent'}`, async () => {
    const net = Object.assign(new Network(), {
      serve: (method, text) => text, onSocket: (socket) => socket.accept('genserver.v1')
    });
    const connection = net.connect();
    const call = connection.call('kv.get', ['it'], { headers: { [name.repeat(nameTimes)]: value.repeat(valueTimes) } });
    if (refused) {
      await assert.rejects(call, (error) => error.executed === 'no' || error instanceof TypeError);
    }
    else {
      assert.equal(await call, '"it"');
    }
    await settled();
    assert.equal(await connection.call('kv.get', ['after']), '"after"');
    assert.equal(net.sockets.length, 1);
    connection.close();
  });
}

const DOCUMENT = readFileSync(new URL('../../../../docs/protocol.md', import.meta.url), 'utf8');
const CLOSE_CODES = DOCUMENT.slice(DOCUMENT.indexOf('## Close codes'), DOCUMENT.indexOf('## Limits'));

for (const [, codes, again] of CLOSE_CODES.matchAll(/\| ([\d, ]+) \| [^|]+ \| ([^|]+) \|/g)) {
  for (const code of codes.split(', ').map(Number)) {
    test(`after ${code} it connects again: ${again}`, async () => {
      const net = Object.assign(new Network(), { onSocket: (socket) => socket.accept('genserver.v1') });
      const connection = net.connect();
      await connection.ready();
      const states = [];
      connection.on('state', (state) => states.push(state));
      net.last.drop(code);
      await settled();
      assert.equal(states[0] === 'waiting', again.startsWith('yes'), states.join());
      connection.close();
    });
  }
}
