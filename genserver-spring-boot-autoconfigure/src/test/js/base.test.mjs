import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bytes, hex, internals, joined, muxio, newExchange, show, splits } from './client.mjs';
import { Recorder } from './recorder.mjs';

const { BaseSession, newBatch, encodeMessage, baseError, xxh3 } = internals;
const CALL = 0, RESPONSE = 1, SERVER = 0x80000000;
const NO_METHOD = new Uint8Array(8);

const methodId = (text) => bytes(text).reverse();
const digest = (value) => xxh3(value).toString(16).padStart(16, '0');
const utf8 = (text) => new TextEncoder().encode(text);

/** Bytes given as hex, as { hex }, or by the only rule there is. */
function given(input) {
  return !input ? new Uint8Array(0) : typeof input === 'string' ? bytes(input) : input.hex !== undefined ? bytes(input.hex)
    : Uint8Array.from({ length: input.len }, (_, i) => i % 251);
}

/** Entries the protocol does not let us send. */
const NEVER_SENT = [
  'response_status_none_no_payload', 'response_status_none_payload', 'stream_writes_coalesced', 'stream_end_without_flush',
  'stream_cancel_before_header', 'stream_chunk16', 'metadata_65536_truncated_len', 'codec_end_3', 'codec_cancel_3',
  'codec_pong_0', 'codec_pong_3', 'codec_ping_0', 'codec_ping_3'
];

/** Writes a message in frames as long as is asked for, and an END if it is complete. Returns how many. */
function writeMessage(out, { stream, type, id, method }, metadata, payload, complete, frameBytes = 65536) {
  const whole = encodeMessage({ ours: true, type, id, method }, metadata, payload);
  let seq = 0;
  for (let at = 0; at < whole.length; at += frameBytes) {
    out.frame(stream, seq++, at ? 1 : 0, whole.subarray(at, at + frameBytes));
  }
  if (complete) {
    out.frame(stream, seq++, 2);
  }
  return seq;
}

/** Writes a message as a vector asks for it. A response of ours has no method id, the one difference there is. */
function write(out, { api, msg_type: type, stream_id: stream, request_id: id, method_id, ...inputs }) {
  const method = methodId(method_id);
  const metadata = type === RESPONSE ? Uint8Array.of(inputs.status) : given(inputs.metadata_hex);
  const message = (payload, complete) =>
    writeMessage(out, { stream, type, id, method }, metadata, payload, complete, inputs.chunk_size);
  if (api.endsWith('finalized')) {
    message(given(inputs.payload), true);
    return;
  }
  // What was written until a flush is one item.
  const steps = inputs.writes ? inputs.writes.flatMap((write) => given(write).length ? [{ op: 'write', payload: write }, { op: 'flush' }]
    : [{ op: 'end' }]) : inputs.ops.filter(({ result }) => result.startsWith('Ok'));
  let seq = 0;
  let written = [];
  for (const { op, payload } of steps) {
    if (op === 'write') {
      written.push(given(payload));
    }
    else if (op === 'flush' && !seq) {
      seq = message(joined(...written), false);
      written = [];
    }
    else if (op === 'flush' && joined(...written).length) {
      out.frame(stream, seq++, 1, joined(...written));
      written = [];
    }
    else if (op !== 'flush') {
      out.frame(stream, seq++, op === 'end' ? 2 : 3);
    }
  }
}

/** The bytes as given, or as headers and digest where they are long. */
function assertWire(entry, actual) {
  const expected = entry.wire_hex && bytes(entry.wire_hex);
  if (expected) {
    assert.equal(hex(actual), hex(expected));
  }
  else {
    assert.equal(actual.length, entry.wire_len);
    assert.equal(digest(actual), entry.wire_xxh3_64);
  }
}

for (const entry of muxio.cases.filter(({ name }) => !NEVER_SENT.includes(name))) {
  test(`${entry.name} is written as the Rust implementation writes it`, () => {
    const out = newBatch();
    const { api, ...inputs } = entry.inputs;
    if (api === 'FrameCodec::encode') {
      out.frame(inputs.stream_id, inputs.seq_id, inputs.kind, given(inputs.payload));
    }
    else if (api === 'RpcStreamEncoder x2') {
      const parts = [['AAAA' + 'a'.repeat(15), 10], ['B'.repeat(20), 11]];
      parts.forEach(([text, stream]) => writeMessage(out, { stream, type: CALL, id: stream + 90, method: methodId(inputs.method_id) }, [], utf8(text), true, 16));
      // We write a message in one go: the frames are the same, stream by stream.
      const frames = entry.frames.map(bytes).sort((a, b) => a[4] - b[4] || a[8] - b[8]);
      assert.equal(hex(joined(...out.take())), hex(joined(...frames)));
      return;
    }
    else {
      write(out, entry.inputs);
    }
    assertWire(entry, joined(...out.take()));
  });
}

/** The bytes as given, or made again where only their digest is. */
function wire(entry) {
  if (entry.wire_hex) {
    return bytes(entry.wire_hex);
  }
  const out = newBatch();
  write(out, { ...entry.inputs, api: 'finalized' });
  const made = joined(...out.take());
  assert.equal(digest(made), entry.wire_xxh3_64);
  return made;
}

/** What is told of bytes, whichever way they are cut. */
function assertTold(value, side, prepare, expected) {
  for (const pieces of splits(value)) {
    const recorder = new Recorder();
    const session = prepare(recorder, side);
    pieces.forEach((piece) => session.receive(piece));
    assert.deepEqual(recorder.events, expected);
  }
}

const WELL_FORMED = ({ inputs, name }) => !inputs.api.startsWith('FrameCodec') && name !== 'metadata_65536_truncated_len';

for (const entry of muxio.cases.filter(WELL_FORMED)) {
  test(`${entry.name} is understood, in whatever pieces`, () => {
    const { inputs, name, direction } = entry;
    const { request_id: id, msg_type: type, status, ops } = inputs;
    const method = inputs.method_id;
    let expected;
    if (name === 'interleaved_two_streams') {
      expected = [`opened call 100 ${method} []`, `opened call 101 ${method} []`,
        `complete 101 [${hex(utf8('B'.repeat(20)))}]`, `complete 100 [${hex(utf8('AAAA' + 'a'.repeat(15)))}]`];
    }
    else if (type === RESPONSE) {
      const payload = inputs.writes ? utf8('onetwo') : given(inputs.payload);
      expected = [`answered ${id} ${status ?? 0} [${show(payload)}]`];
    }
    else if (name === 'stream_cancel_before_header') {
      expected = [];
    }
    else {
      const metadata = given(inputs.metadata_hex);
      const payload = ops ? joined(...ops.filter(({ op, result }) => op === 'write' && result.startsWith('Ok')).map((op) => given(op.payload)))
        : given(inputs.payload);
      expected = [`opened ${type ? 'event' : 'call'} ${id} ${method} [${show(metadata)}]`, name === 'stream_cancel_mid'
        ? `cancelled ${id}` : `complete ${id} [${show(payload.length ? payload : metadata)}]`];
    }
    assertTold(wire(entry), direction.startsWith('client') ? SERVER : 0, (recorder, side) => {
      const session = new BaseSession(recorder, { side, first: id & 0x7fffffff });
      if (type === RESPONSE) {
        session.open(recorder.follow(newExchange({})));
      }
      return session;
    }, expected);
  });
}

const OPENED = `opened call 1 9158a853f4693f47 [70]`;

/** What we make of what was tried on the Rust decoder. The Java tests say which rule each outcome follows. */
const OUTCOMES = {
  normal: [OPENED, 'item 1 [7879]', 'ended 1'],
  split_bytes: [OPENED, 'item 1 [7879]', 'ended 1'],
  split_3: [OPENED, 'item 1 [7879]', 'ended 1'],
  header_and_payload_same_frame: [OPENED, 'item 1 [7461696c]', 'ended 1'],
  end_with_payload: [OPENED, 'item 1 [6c6f7374]', 'ended 1'],
  header_in_end_frame: [OPENED, 'item 1 [78]', 'ended 1'],
  end_completes_header: [OPENED, 'ended 1'],
  end_before_header_complete: [OPENED, 'ended 1'],
  open_kind_irrelevant: [OPENED, 'ended 1'],
  open_mid_stream: [OPENED, 'item 1 [7879]', 'ended 1'],
  out_of_order: [OPENED, 'item 1 [7879]'],
  out_of_order_end_only_gap: [OPENED, 'refused 1 2'],
  gap_never_filled: [OPENED, 'refused 1 2'],
  duplicate_seq_old: [OPENED, 'refused 1 2'],
  duplicate_seq_buffered: [OPENED, 'refused 1 2'],
  data_after_end: [OPENED, 'item 1 [7879]', 'ended 1'],
  stream_id_reuse_after_end: [OPENED, 'item 1 [7879]', 'ended 1', 'opened call 2 9158a853f4693f47 [71]', 'ended 2'],
  request_id_reuse_open: ['opened call 1 9158a853f4693f47 [61]', 'item 1 [41]', 'ended 1'],
  cancel_mid_stream: [OPENED, 'cancelled 1'],
  cancel_mid_stream_one_chunk: [OPENED, 'cancelled 1', 'opened call 2 9158a853f4693f47 []', 'ended 2'],
  cancel_unknown_stream: [OPENED, 'ended 1'],
  cancel_with_payload: [OPENED, 'cancelled 1'],
  cancel_any_seq: [OPENED, 'cancelled 1'],
  cancel_then_reuse: [OPENED, 'cancelled 1', 'opened call 3 9158a853f4693f47 []', 'ended 3'],
  bad_kind: [OPENED, 'item 1 [6f6b]', 'ended 1'],
  bad_msg_type: ['violated 1002'],
  bad_msg_type_then_rest: ['violated 1002'],
  huge_length: ['violated 1002'],
  garbage: ['violated 1002'],
  ping_alone: [],
  ping_payload: [],
  ping_mid_stream: [OPENED, 'item 1 [78]', 'ended 1'],
  empty_data: [OPENED, 'item 1 []', 'ended 1'],
  empty_open_then_header: [OPENED, 'ended 1'],
  response_to_unknown: [],
  event_type: ['opened event 9 9158a853f4693f47 [00]', 'ended 9'],
  empty_input: []
};

test('every input that was tried on the Rust decoder has an outcome', () => {
  assert.deepEqual(muxio.decode_cases.map(({ name }) => name).sort(), Object.keys(OUTCOMES).sort());
});

for (const entry of muxio.decode_cases) {
  test(`${entry.name} has our outcome, in whatever pieces`, () => {
    assertTold(joined(...entry.steps.map(({ input_hex }) => bytes(input_hex))), SERVER, (recorder, side) => {
      recorder.itemsOf = () => true;
      return new BaseSession(recorder, { side });
    }, OUTCOMES[entry.name]);
  });
}

const ANSWERS = {
  normal: ['result item 173 [726573]', 'answered 173 0 []'],
  status_2: ['answered 177 2 [657272]'],
  no_status: ['result item 181 [726573]', 'answered 181 0 []'],
  cancel_response: ['failed 185 CANCELLED_BY_PEER'],
  method_id_mismatch: ['answered 189 0 []'],
  msg_type_call_same_id: ['opened call 193 9158a853f4693f47 [78]', 'complete 193 [78]'],
  second_response: ['answered 197 0 []'],
  end_with_payload: ['result item 201 [6c6f7374]', 'answered 201 0 []'],
  corrupt_frame: []
};

for (const entry of muxio.client_decode_cases) {
  test(`the answer ${entry.name} has our outcome, in whatever pieces`, () => {
    assertTold(joined(...entry.steps.map(({ input_hex }) => bytes(input_hex))), 0, (recorder, side) => {
      recorder.itemsOf = (exchange) => exchange.ours;
      const session = new BaseSession(recorder, { side, first: entry.request_id });
      session.open(recorder.follow(newExchange({})));
      return session;
    }, ANSWERS[entry.name]);
  });
}

test('the structured errors of muxio servers are read', () => {
  for (const { bitcode_hex, prefix_hex, message, message_len_utf8, code_index } of muxio.bitcode_error_payloads) {
    const payload = bitcode_hex ? bytes(bitcode_hex) : joined(bytes(prefix_hex), utf8(message ?? 'x'.repeat(message_len_utf8)));
    assert.deepEqual(baseError(2, payload), [code_index + 1, message]);
  }
  assert.deepEqual(baseError(2, utf8('plain')), [2, 'plain']);
  assert.deepEqual(baseError(1, new Uint8Array(0)), [1, '']);
});

test('ids wrap, skip those that are open, and have the high bit on the accepting side', () => {
  for (const { client, server, id } of muxio.id_space) {
    assert.deepEqual([(id & 0x7fffffff) >>> 0, (id | SERVER) >>> 0], [client, server]);
  }
  const session = new BaseSession(new Recorder(), { first: 0x7fffffff });
  const opened = [0, 1, 2].map(() => session.open(newExchange({})));
  assert.deepEqual(opened.map(({ id }) => id), [0x7fffffff, 0, 1]);
});

test('a CANCEL is the last frame of its message, and a long frame the only one', () => {
  const session = new BaseSession(new Recorder(), {});
  session.open(newExchange({})).cancel();
  session.open(newExchange({}));
  session.open(newExchange({ body: new Uint8Array(20000) }));
  assert.deepEqual(session.take().map(({ length }) => length), [28 + 13 + 13, 28 + 13, 13 + 15 + 20000, 13]);
});
