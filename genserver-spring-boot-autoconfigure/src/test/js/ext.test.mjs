import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bytes, ext, hex, internals, joined, newExchange, seeded, show } from './client.mjs';
import { Recorder } from './recorder.mjs';

const { ExtSession, entry, methodOf, u32 } = internals;
const NO_SETTINGS = bytes('00000000000000000000000008');
const OVERSIGHT = 'metadata entry 255 is critical and not known here';

const stepBytes = (parts) => joined(...parts.map(([part]) => bytes(part)));
const all = (session) => hex(joined(...session.take()));

/** Whole, byte by byte, and in random pieces; every vector in every way. */
const FEEDS = {
  'as it stands': (value) => [value],
  'byte by byte': (value) => Array.from(value, (_, i) => value.subarray(i, i + 1)),
  ...Object.fromEntries(Array.from({ length: 20 }, (_, seed) => ['in pieces ' + seed, (value) => {
    const random = seeded(seed + 1);
    const pieces = [];
    for (let at = 0; at < value.length;) {
      const length = 1 + Math.floor(random() * (1 + random() * value.length));
      pieces.push(value.subarray(at, at += length));
    }
    return pieces;
  }]))
};

/** Entries in the order of their types, without the deadline, which the session counts down itself. */
function metadata({ traceParent, traceState, contentType, accept, streamWindow, itemCredit, key, headers = [] }) {
  const utf8 = (text) => new TextEncoder().encode(text);
  return joined(
    traceParent ? entry(2, bytes(traceParent.replaceAll('-', ''))) : [], traceState ? entry(3, utf8(traceState)) : [],
    contentType === undefined ? [] : entry(4, typeof contentType === 'string' ? utf8(contentType) : Uint8Array.of(contentType)),
    accept ? entry(5, Uint8Array.from(accept)) : [], streamWindow ? entry(6, u32(streamWindow)) : [],
    itemCredit ? entry(7, u32(itemCredit)) : [], key ? entry(9, utf8(key)) : [],
    ...headers.map(([name, value]) => entry(16, joined([name.length], utf8(name), utf8(value)))));
}

function request(action, type, open, now) {
  const { methodName, deadline, itemCredit } = action.metadata ?? {};
  return newExchange({
    type, open, method: methodOf('echo').id, name: methodName ? methodOf(methodName).bytes : new Uint8Array(0),
    body: bytes(action.arguments), meta: metadata(action.metadata ?? {}), wants: itemCredit,
    until: deadline && now + deadline, stream: action.mode === 'STREAM'
  });
}

function play(vector, feed) {
  const recorder = new Recorder();
  let now = 1000;
  const session = new ExtSession(recorder, { side: vector.side === 'connecting' ? 0 : 0x80000000 });
  performance.now = () => now;
  recorder.itemsOf = (exchange) => exchange.ours ? exchange.stream : recorder.intake === 'ITEMS';
  if (vector.begun) {
    session.receive(NO_SETTINGS);
    session.take();
  }
  const act = (action) => {
    const verb = Object.keys(action)[0];
    const number = action[verb];
    const payload = bytes(action.payload ?? '');
    const call = recorder.calls[number - 1];
    const asked = recorder.requests[number - 1];
    const open = (type, streams) =>
      recorder.calls.push(session.open(recorder.follow(request(action, type, streams, now))));
    const verbs = {
      call: () => open(0, false),
      openStream: () => open(0, true),
      cast: () => open(2, false),
      sendItem: () => call.send(payload),
      sendEnd: () => call.end(),
      cancel: () => call.cancel(),
      respond: () => asked.respond(payload),
      respondItem: () => asked.send(payload),
      respondEnd: () => asked.end(),
      respondError: () => asked.fail(action.status, action.message, { ...action, details: bytes(action.details) }),
      // The message is for people: the one that is documented.
      respondRefusal: () => asked.fail(recorder.refusals[number - 1].status, OVERSIGHT),
      consumedCall: () => call.consumed(action.bytes),
      consumedRequest: () => asked.consumed(action.bytes),
      goAway: () => session.goAway(number, action.drainMillis, action.reason),
      passMillis: () => now += number,
      intake: () => recorder.intake = number
    };
    verbs[verb]();
  };
  for (const step of vector.steps) {
    if (step.do) {
      act(step.do);
    }
    else if (step.sends) {
      assert.equal(all(session), hex(stepBytes(step.sends)), 'sends');
    }
    else if (step.receives) {
      recorder.events = [];
      feed(stepBytes(step.receives)).forEach((piece) => session.receive(piece));
      assert.deepEqual(recorder.events, step.tells.filter((event) => !/^(demand|answering)/.test(event) && !/^arguments \d+ \[\]$/.test(event)).map((event) => event.replace(/^(leaving) \d+ (\d+) \d+/, '$1 $2').replace(/@(.*)\]$/, (_, part) =>
        show(bytes(part)).split(' ')[2] + ']')));
    }
    else {
      const { meta, until } = recorder.requests.at(-1);
      assert.equal(until - now, step.details.deadline);
      assert.equal(new TextDecoder().decode(meta[9]), step.details.key);
      assert.equal(meta[4][0], step.details.contentType);
      assert.deepEqual([hex(meta[6]), hex(meta[7])], [hex(u32(step.details.streamWindow)), hex(u32(step.details.itemCredit))]);
    }
  }
}

test('there are as many vectors as are documented', () => assert.equal(ext.vectors.length, 35));

for (const vector of ext.vectors) {
  test(`${vector.name} is played as documented, in whatever pieces`, () => {
    for (const [name, feed] of Object.entries(FEEDS)) {
      try {
        play(vector, feed);
      }
      catch (error) {
        error.message = `${name}: ${error.message}`;
        throw error;
      }
    }
  });
}
