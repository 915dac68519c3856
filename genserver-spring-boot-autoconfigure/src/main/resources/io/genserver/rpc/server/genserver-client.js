/*
 * Client of genserver for Spring Boot, for browsers and Node: calls, casts and streams in both directions over one
 * WebSocket. One ES module without dependencies; types in genserver-client.d.ts.
 *
 * The way of a call, and the sections of this file:
 *
 *   client   connect(), GenServerClient: queues calls, connects and reconnects
 *   calls    Call, Stream: one operation, its deadline, its answer
 *   link     Link: one WebSocket; sends in batches, runs what is served here
 *   sessions ExtSession, BaseSession: bytes to events; no I/O, no timers
 *   frames   Batch, Decoder
 *   ids      XXH3-64 of method names
 *
 * They stand in the opposite order below, so that each uses only what is above it.
 */

// ------------------------------------------------------------------------------------------------------------ bytes

const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const utf8 = (text) => encoder.encode(text);
const text = (bytes) => decoder.decode(bytes);
const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const u32 = (...values) => new Uint8Array(Uint32Array.from(values).buffer);

function join(parts) {
  if (parts.length === 1) {
    return parts[0];
  }
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));

// -------------------------------------------------------------------------------------------------------------- ids

const MASK = (1n << 64n) - 1n;
const P32 = [0x9e3779b1n, 0x85ebca77n, 0xc2b2ae3dn];
const P64 = [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n, 0x85ebca77c2b2ae63n, 0x27d4eb2f165667c5n];
const SECRET = viewOf(bytesOf(
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221b8084674f743248e'
  + 'e03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d8a'
  + '51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8f'
  + 'f8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e'));

/** XXH3-64 with seed 0. Takes microseconds, so its results are kept: see methodOf. */
function xxh3(bytes) {
  const view = viewOf(bytes);
  const length = bytes.length;
  const size = BigInt(length);
  const read = (at) => view.getBigUint64(at, true);
  const secret = (at) => SECRET.getBigUint64(at, true);
  const shifted = (hash, by) => hash ^ (hash >> by);
  const times = (a, b) => (a * b) & MASK;
  const rotated = (hash, by) => ((hash << by) & MASK) | (hash >> (64n - by));
  const folded = (a, b) => ((a * b) & MASK) ^ ((a * b) >> 64n);
  const avalanche = (hash) => shifted(times(shifted(hash & MASK, 37n), 0x165667919e3779f9n), 32n);
  const avalanche64 = (hash) => shifted(times(shifted(times(shifted(hash, 33n), P64[1]), 29n), P64[2]), 32n);
  const mix = (at, from) => folded(read(at) ^ secret(from), read(at + 8) ^ secret(from + 8));

  if (length === 0) {
    return avalanche64(secret(56) ^ secret(64));
  }
  if (length < 4) {
    const word = (bytes[0] << 16 | bytes[length >> 1] << 24 | bytes[length - 1] | length << 8) >>> 0;
    return avalanche64(BigInt((word ^ SECRET.getUint32(0, true) ^ SECRET.getUint32(4, true)) >>> 0));
  }
  if (length < 9) {
    let hash = BigInt(view.getUint32(length - 4, true)) | BigInt(view.getUint32(0, true)) << 32n;
    hash ^= secret(8) ^ secret(16);
    hash = times(hash ^ rotated(hash, 49n) ^ rotated(hash, 24n), 0x9fb21c651e98df25n);
    return shifted(times(hash ^ ((hash >> 35n) + size), 0x9fb21c651e98df25n), 28n);
  }
  if (length < 17) {
    const low = read(0) ^ secret(24) ^ secret(32);
    const high = read(length - 8) ^ secret(40) ^ secret(48);
    const swapped = viewOf(new Uint8Array(8));
    swapped.setBigUint64(0, low);
    return avalanche(size + swapped.getBigUint64(0, true) + high + folded(low, high));
  }
  let sum = size * P64[0];
  if (length < 129) {
    for (let i = (length - 1) >> 5; i >= 0; i--) {
      sum += mix(16 * i, 32 * i) + mix(length - 16 * (i + 1), 32 * i + 16);
    }
    return avalanche(sum);
  }
  if (length < 241) {
    for (let i = 0; i < length >> 4; i++) {
      sum = i < 8 ? sum + mix(16 * i, 16 * i) : sum + mix(16 * i, 16 * i - 125);
      if (i === 7) {
        sum = avalanche(sum);
      }
    }
    return avalanche(sum + mix(length - 16, 119));
  }
  const lanes = [P32[2], P64[0], P64[1], P64[2], P64[3], P32[1], P64[4], P32[0]];
  const stripe = (at, from) => {
    for (let i = 0; i < 8; i++) {
      const data = read(at + 8 * i);
      const keyed = data ^ secret(from + 8 * i);
      lanes[i ^ 1] = (lanes[i ^ 1] + data) & MASK;
      lanes[i] = (lanes[i] + (keyed & 0xffffffffn) * (keyed >> 32n)) & MASK;
    }
  };
  for (let i = 0; i < (length - 1) >> 6; i++) {
    stripe(64 * i, 8 * (i & 15));
    if ((i & 15) === 15) {
      lanes.forEach((lane, n) => lanes[n] = times(shifted(lane, 47n) ^ secret(128 + 8 * n), P32[0]));
    }
  }
  stripe(length - 64, 121);
  for (let i = 0; i < 4; i++) {
    sum += folded(lanes[2 * i] ^ secret(11 + 16 * i), lanes[2 * i + 1] ^ secret(19 + 16 * i));
  }
  return avalanche(sum);
}

const methods = new Map();

/** A method's name as bytes, and its id as it goes over the wire. */
function methodOf(name) {
  let method = methods.get(name);
  if (!method) {
    const bytes = utf8(name);
    method = { name, bytes, id: new Uint8Array(BigUint64Array.of(xxh3(bytes)).buffer) };
    methods.set(name, method);
  }
  return method;
}

// ----------------------------------------------------------------------------------------------------------- errors

const STATUS = ['OK', 'FAIL', 'SYSTEM', 'METHOD_NOT_FOUND'];
('CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED '
  + 'FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED')
  .split(' ').forEach((name, i) => STATUS[0x11 + i] = name);

const FAIL = 1, SYSTEM = 2, METHOD_NOT_FOUND = 3, CANCELLED = 0x11, INVALID_ARGUMENT = 0x13, DEADLINE_EXCEEDED = 0x14,
  RESOURCE_EXHAUSTED = 0x18, UNIMPLEMENTED = 0x1c, INTERNAL = 0x1d, UNAVAILABLE = 0x1e;

/** Why an operation has no result. Its subclasses say which kind of reason it is. */
export class GenServerError extends Error {
  name = 'GenServerError';

  constructor(message, status, more) {
    super(message);
    this.status = status;
    this.code = STATUS[status] ?? 'STATUS_' + status;
    this.executed = 'maybe';
    Object.assign(this, more);
  }
}

/** The time for the operation is over. */
export class CallTimeoutError extends GenServerError {
  name = 'CallTimeoutError';
}

/** The operation was refused before it began: nothing was executed. */
export class RefusedError extends GenServerError {
  name = 'RefusedError';
}

/** The operation failed at the other end. */
export class RemoteError extends GenServerError {
  name = 'RemoteError';
}

/** The connection was lost, or the client is closed. */
export class ClosedError extends GenServerError {
  name = 'ClosedError';
}

/** What the other end says of a failure. */
function remoteError(name, status, ext, payload) {
  let message;
  const more = {};
  if (!ext) {
    [status, message] = baseError(status, payload);
  }
  else if (payload[0] === 1) {
    message = extError(payload, more);
  }
  more.executed ??= status === METHOD_NOT_FOUND ? 'no' : status === FAIL ? 'yes' : 'maybe';
  const type = status === DEADLINE_EXCEEDED ? CallTimeoutError : more.executed === 'no' ? RefusedError : RemoteError;
  return new type(`${name} failed: ${message || STATUS[status] || status}`, status, more);
}

/** u8 version, u8 flags, reason, message, retry-after, u8 content type, details. Returns the message. */
function extError(payload, more) {
  const view = viewOf(payload);
  const flags = payload[1];
  let at = 2;
  let message;
  const counted = () => text(payload.subarray(at + 2, at += 2 + view.getUint16(at, true)));
  try {
    more.reason = counted();
    message = counted();
    more.retryable = (flags & 1) > 0;
    more.executed = flags & 2 ? 'no' : undefined;
    if (flags & 4) {
      more.retryAfter = view.getUint32(at, true);
      at += 4;
    }
    const details = payload.slice(at + 1);
    more.details = payload[at] === JSON_TYPE ? decodeValue(details) : details;
  }
  catch {
    // What can be read of it was read.
  }
  return message;
}

/** The same, written. */
function errorPayload(status, message, more) {
  const { reason = '', retryable, notExecuted, retryAfter, detailsType = 0, details = EMPTY } = more;
  const timed = retryAfter >= 0;
  return join([
    Uint8Array.of(status, 1, (retryable && 1) | (notExecuted && 2) | (timed && 4)),
    ...[utf8(reason), utf8(message).slice(0, 8192)].flatMap((value) => [u16(value.length), value]),
    timed ? u32(retryAfter) : EMPTY, Uint8Array.of(detailsType), details
  ]);
}

/** Plain text, or what muxio's own servers send: u8 code, length, text. */
function baseError(status, payload) {
  const view = viewOf(payload);
  const { length } = payload;
  let start = 2;
  let size = payload[1];
  if (size === 255) {
    const width = { 6: 1, 4: 2, 2: 4 }[payload[2]];
    start += 1 + width;
    size = length < start ? -1 : width === 4 ? view.getUint32(3, true) : width === 2 ? view.getUint16(3, true)
      : payload[3];
  }
  const structured = payload[0] < 3 && length - start === size;
  return structured ? [payload[0] + 1, text(payload.subarray(start))] : [status, text(payload)];
}

// ----------------------------------------------------------------------------------------------------------- frames

const OPEN = 0, DATA = 1, END = 2, CANCEL = 3, PONG = 4, PING = 5, WINDOW = 6, GOAWAY = 7, SETTINGS = 8, ERROR = 9;
const FIN = 0x80, MORE = 0x40, COMPRESSED = 0x20, IGNORABLE = 0x10;
const CALL = 0, RESPONSE = 1, EVENT = 2;
const FRAME_HEADER = 13, RPC_HEADER = 15;
const MAX_FRAME = 65536, MAX_MESSAGE = 4 << 20, MAX_CALLS = 1024;
const BATCH_BYTES = 16384, BATCH_FRAMES = 256;
const NO_METHOD = new Uint8Array(8);
const TOO_BIG = `more than ${MAX_MESSAGE} bytes`, CANCELLED_BY_PEER = 'the peer cancelled its answer';
const NO_CREDIT = 'more than there was credit for', OUT_OF_ORDER = 'frame out of order';

/** Puts frames together to WebSocket messages. */
class Batch {
  #messages = [];
  #frames = [];
  #size = 0;

  frame(stream, seq, kind, payload = EMPTY) {
    const header = new Uint8Array(FRAME_HEADER);
    header.set(u32(payload.length, stream, seq));
    header[12] = kind;
    this.#size += FRAME_HEADER + payload.length;
    if (this.#size > BATCH_BYTES || this.#frames.length === 2 * BATCH_FRAMES) {
      this.cut();
      this.#size = FRAME_HEADER + payload.length;
    }
    this.#frames.push(header, payload);
  }

  /** Writes an RPC message in full frames, and an END if it is complete. Returns the next sequence number. */
  message(stream, type, id, method, metadata, payload, complete, frameBytes = MAX_FRAME) {
    const whole = rpcMessage(type, id, method, metadata, payload);
    let seq = 0;
    for (let at = 0; at < whole.length; at += frameBytes) {
      this.frame(stream, seq++, at ? DATA : OPEN, whole.subarray(at, at + frameBytes));
    }
    if (complete) {
      this.frame(stream, seq++, END);
    }
    return seq;
  }

  /** What follows goes into another message. */
  cut() {
    if (this.#frames.length) {
      this.#messages.push(join(this.#frames));
      this.#frames = [];
      this.#size = 0;
    }
  }

  take() {
    this.cut();
    return this.#messages.splice(0);
  }
}

/** Cuts bytes into frames, whatever pieces they come in. */
class Decoder {
  #pieces = [];
  #size = 0;
  #needed = FRAME_HEADER;

  /** The target sees each header, and refuses the frame by returning false; then each frame. */
  decode(chunk, target) {
    this.#pieces.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) {
      return;
    }
    const bytes = join(this.#pieces);
    const view = viewOf(bytes);
    let at = 0;
    for (;;) {
      let end = at + FRAME_HEADER;
      if (end <= bytes.length) {
        const length = view.getUint32(at, true);
        const header = [view.getUint32(at + 4, true), view.getUint32(at + 8, true), bytes[at + 12]];
        if (!target.header(...header, length)) {
          return;
        }
        end += length;
        if (end <= bytes.length) {
          if (!target.frame(...header, bytes.subarray(at + FRAME_HEADER, end))) {
            return;
          }
          at = end;
          continue;
        }
      }
      this.#pieces = [bytes.slice(at)];
      this.#size = bytes.length - at;
      this.#needed = end - at;
      return;
    }
  }
}

/** An RPC message: its header, metadata and payload. */
function rpcMessage(type, id, method, metadata, payload) {
  return join([Uint8Array.of(type), u32(id), method, u16(metadata.length), metadata, payload]);
}

const u16 = (value) => Uint8Array.of(value, value >> 8);

/**
 * One request and its answer, ours or the peer's, as a session knows it. What is received goes to the session's
 * listener: answering, item, ended, error and failed of our calls, sent of our casts; opened, item, ended, cancelled
 * and refused of the peer's requests.
 */
class Exchange {
  /** Request id. Null until it is written. */
  id = null;
  ours = true;
  type = CALL;
  method = NO_METHOD;
  /** The method's name as bytes, if it is known. */
  name = EMPTY;
  /** Arguments. */
  body = EMPTY;
  /** Metadata of ext mode but for the deadline: encoded if ours, else by type. */
  meta = EMPTY;
  deadline = Infinity;
  /** Whether items follow the arguments. */
  open = false;
  /** Nothing is to be sent or received any more. */
  over = false;
  /** Status of the answer. */
  status = 0;
  answering = false;
  seq = 0;

  // In ext mode: items that wait to be sent, how much of the first one was, and how much of them may be.
  items = [];
  offset = 0;
  ending = false;
  unopened = true;
  credit = 0;
  itemCredit = Infinity;

  // In ext mode: what may be received, what of that is to be given back, and the item that is coming in.
  inSeq = 0;
  available = OURS[S_WINDOW];
  pending = 0;
  itemWindow = Infinity;
  availableItems = Infinity;
  pendingItems = 0;
  held = 0;
  parts = [];
  size = 0;
  advanced = 0;

  constructor(fields) {
    Object.assign(this, fields);
  }
}

// -------------------------------------------------------------------------------------------------------- base mode

/** Base mode: exactly muxio 0.15. */
class BaseSession {
  #listener;
  #side;
  #out = new Batch();
  #decoder = new Decoder();
  #nextStream;
  #nextId;
  /** Our open calls and the peer's, by request id; what comes in, by stream. */
  #ours = new Map();
  #theirs = new Map();
  #streams = new Map();
  #frameSeen = false;
  #messageSeen = false;
  #skipped = 0;
  #closed = false;

  constructor(listener, { side = 0, first = 0 } = {}) {
    this.#listener = listener;
    this.#side = side;
    this.#nextStream = this.#nextId = first;
  }

  /** Whether there is a place for another call. */
  get ready() {
    return this.#ours.size < MAX_CALLS;
  }

  /** Sends a request. Short arguments are metadata. */
  open(exchange) {
    const { body, type } = exchange;
    const short = body.length < MAX_FRAME;
    if (!short && exchange.open) {
      throw new RangeError(`Arguments of ${body.length} bytes cannot go before a stream of items`);
    }
    do {
      exchange.id = (this.#nextId++ & NUMBER | this.#side) >>> 0;
    } while (this.#ours.has(exchange.id));
    this.#message(exchange, type, exchange.method, short ? body : EMPTY, short ? EMPTY : body, !exchange.open);
    if (type === CALL) {
      this.#ours.set(exchange.id, exchange);
    }
    else {
      this.#listener.sent(exchange);
    }
  }

  /** Writes a message on a new stream. */
  #message(exchange, type, method, metadata, payload, complete) {
    exchange.stream = (this.#nextStream++ & NUMBER | this.#side) >>> 0;
    exchange.seq = this.#out.message(exchange.stream, type, exchange.id, method, metadata, payload, complete);
  }

  #frame(exchange, kind, payload) {
    this.#out.frame(exchange.stream, exchange.seq++, kind, payload);
  }

  /** Sends an item of our request, or of an answer, which begins with the first one. */
  send(exchange, item) {
    const { ours, seq, over } = exchange;
    const { length } = item;
    if (length > MAX_FRAME) {
      throw new RangeError(`An item of ${length} bytes is too long for base mode`);
    }
    if (over) {
      return;
    }
    const together = length && length < MAX_FRAME - RPC_HEADER;
    if (!ours && !seq) {
      this.#answer(exchange, 0, together ? item : EMPTY);
    }
    if (ours || seq || !together) {
      this.#frame(exchange, DATA, item);
    }
  }

  end(exchange) {
    const { ours, seq, over } = exchange;
    if (!over && !ours) {
      this.#forget(exchange);
      seq || this.#answer(exchange, 0, EMPTY);
    }
    over || this.#frame(exchange, END);
  }

  #answer(exchange, status, payload, complete) {
    this.#message(exchange, RESPONSE, NO_METHOD, Uint8Array.of(status), payload, complete);
  }

  /** Ends it, in whatever state. A muxio peer drops what follows a CANCEL in its message. */
  cancel(exchange) {
    if (!exchange.over) {
      this.#forget(exchange);
      this.#frame(exchange, CANCEL);
      this.#out.cut();
    }
  }

  #forget(exchange) {
    exchange.over = true;
    (exchange.ours ? this.#ours : this.#theirs).delete(exchange.id);
    this.#drop(exchange.inbound);
  }

  #drop(inbound) {
    if (inbound && this.#streams.get(inbound.stream) === inbound) {
      this.#streams.delete(inbound.stream);
    }
  }

  /** Answers a request of the peer completely. */
  respond(exchange, payload, status = 0) {
    if (!exchange.over) {
      this.#forget(exchange);
      this.#answer(exchange, status, payload, true);
    }
  }

  /** After the first item there is no way to say why. */
  fail(exchange, status, message) {
    exchange.seq ? this.cancel(exchange) : this.respond(exchange, utf8(message), baseStatus(status));
  }

  /** The peer cannot be slowed down in base mode. */
  consumed() {
  }

  receive(bytes) {
    if (!this.#closed) {
      this.#decoder.decode(bytes, this);
    }
  }

  header(stream, seq, kind, length) {
    const first = !this.#frameSeen;
    this.#frameSeen = true;
    return length <= MAX_FRAME && !(first && kind > PING) || this.#violated('frame of another protocol');
  }

  #violated(message) {
    this.#closed = true;
    this.#listener.violated(1002, message + ', muxio 0.15 is expected');
    return false;
  }

  frame(stream, seq, kind, payload) {
    let inbound = this.#streams.get(stream);
    if (kind === CANCEL) {
      this.#cancelled(inbound);
    }
    else if (kind > END) {
      if (inbound && kind <= PING && seq === inbound.skip) {
        inbound.skip++;
      }
      return ++this.#skipped < 17 || this.#violated('frames of unknown kinds');
    }
    else if (inbound?.receiving || seq === 0) {
      if (!inbound?.receiving) {
        // skip is where the sequence goes on if the peer counted the frames that were skipped.
        inbound = { stream, next: 0, skip: 0, head: EMPTY, receiving: true };
        this.#streams.set(stream, inbound);
      }
      if (seq === inbound.next || seq === inbound.skip) {
        inbound.next = inbound.skip = (seq + 1) >>> 0;
        this.#inbound(inbound, kind === END, payload);
      }
      else {
        this.#broken(inbound);
      }
    }
    return !this.#closed;
  }

  #inbound(inbound, end, payload) {
    if (!inbound.head) {
      this.#body(inbound, end, payload, !end);
      return;
    }
    const head = inbound.head = join([inbound.head, payload]);
    if (head.length && !this.#messageSeen) {
      this.#messageSeen = true;
      if (head[0] > EVENT) {
        this.#violated('message of another protocol');
        return;
      }
    }
    const start = RPC_HEADER + (head[13] | head[14] << 8);
    if (head.length >= RPC_HEADER && head.length >= start) {
      inbound.head = null;
      const id = viewOf(head).getUint32(1, true);
      this.#identify(inbound, head[0], id, head.slice(5, 13), head.slice(RPC_HEADER, start));
      if (inbound.exchange) {
        this.#body(inbound, end, head.subarray(start), false);
      }
      else {
        this.#drop(inbound);
      }
    }
    else if (end) {
      this.#drop(inbound);
    }
  }

  /** Finds what a message belongs to. Nobody waits for some, and they are dropped. */
  #identify(inbound, type, id, method, body) {
    const call = this.#ours.get(id);
    if (type === RESPONSE && call && !call.answering) {
      call.answering = true;
      call.status = body[0] ?? 0;
      call.inbound = inbound;
      inbound.exchange = call;
      this.#listener.answering(call);
    }
    else if (type === EVENT || (type === CALL && !this.#theirs.has(id))) {
      const request = inbound.exchange = new Exchange({ ours: false, type, id, method, body, inbound });
      if (type === CALL) {
        this.#theirs.set(id, request);
      }
      this.#listener.opened(request);
    }
  }

  #body(inbound, end, payload, emptyIsItem) {
    const { exchange } = inbound;
    const gone = () => exchange.ours && exchange.over;
    if (!gone() && (payload.length || emptyIsItem)) {
      this.#listener.item(exchange, payload.slice(), payload.length);
    }
    if (end && !gone()) {
      inbound.receiving = false;
      if (exchange.ours) {
        this.#forget(exchange);
      }
      else if (exchange.type === EVENT) {
        this.#drop(inbound);
      }
      this.#listener.ended(exchange);
    }
  }

  #cancelled(inbound) {
    const exchange = inbound?.exchange;
    this.#drop(inbound);
    if (exchange) {
      this.#forget(exchange);
      exchange.ours ? this.#listener.failed(exchange, CANCELLED_BY_PEER) : this.#listener.cancelled(exchange);
    }
  }

  /** Ends a stream that cannot go on, so that nobody waits for its rest. */
  #broken(inbound) {
    const { exchange } = inbound;
    const message = OUT_OF_ORDER;
    inbound.receiving = false;
    if (exchange?.ours) {
      this.#forget(exchange);
      this.#listener.failed(exchange, message);
    }
    else if (exchange?.type === CALL) {
      this.#listener.refused(exchange, SYSTEM, message);
    }
    else {
      this.#drop(inbound);
    }
  }

  /** Returns all that is open. */
  close() {
    this.#closed = true;
    return [...this.#ours.values(), ...this.#theirs.values()];
  }

  /** WebSocket messages to send now. */
  take() {
    return this.#out.take();
  }
}

/** The nearest status of base mode: the caller's fault, not found, or all the rest. */
function baseStatus(status) {
  return status < 4 ? status : status === 0x15 ? METHOD_NOT_FOUND
    : [0x13, 0x16, 0x17, 0x19, 0x1b, 0x20].includes(status) ? FAIL : SYSTEM;
}

// --------------------------------------------------------------------------------------------------------- ext mode

const RAW_TYPE = 0, JSON_TYPE = 1;
const NUMBER = 0x7fffffff;
/** Settings by their number, as assumed of a peer that told nothing, and ours. */
const ASSUMED = [0, 65536, 4 << 20, 16, 65536, 65536];
const OURS = [0, MAX_FRAME, MAX_MESSAGE, MAX_CALLS, 256 << 10, 1 << 20, 8192, 25000, 10000];
const S_FRAME = 1, S_MESSAGE = 2, S_STREAMS = 3, S_WINDOW = 4, S_CONNECTION = 5;
const T_DEADLINE = 1, T_TRACEPARENT = 2, T_CONTENT_TYPE = 4, T_WINDOW = 6, T_ITEMS = 7, T_NAME = 8, T_KEY = 9,
  T_HEADER = 16;

/** An entry of metadata. */
function entry(type, value) {
  const { length } = value;
  return join([Uint8Array.of(type, ...length < 255 ? [length] : [255, length, length >> 8]), value]);
}

/** The entries of metadata by type. */
function entries(bytes, at) {
  const found = {};
  while (at < bytes.length) {
    const type = bytes[at] & 127;
    const critical = bytes[at] > 127 && type > T_KEY && type !== T_HEADER;
    let length = bytes[at + 1];
    at += 2;
    if (length === 255) {
      length = bytes[at] | bytes[at + 1] << 8;
      at += 2;
    }
    demand(at + length <= bytes.length);
    found[type] = bytes.slice(at, at += length);
    found.critical ||= critical;
  }
  return found;
}

const number = (bytes) => bytes && viewOf(bytes).getUint32(0, true);

/** What the peer must not do ends the connection. */
function demand(holds, violation = 'malformed frame', code = 1) {
  if (!holds) {
    throw { violation, code };
  }
}

/** Ext mode: flow control, deadlines, structured errors. An item is to be consumed, or the peer will stop sending. */
class ExtSession {
  ext = true;
  #listener;
  #side;
  #now;
  #out = new Batch();
  #decoder = new Decoder();
  #peer = ASSUMED;
  #settled = false;
  #closed = false;
  /** Open streams; how many are ours, also unopened; the numbers of our next one and the peer's last one. */
  #streams = new Map();
  #mine = 0;
  #next = 1;
  #highest = 0;
  #named = new Set();
  /** Whether we said that no more streams are served, or the peer did. */
  #gone = false;
  #leaving = false;
  /** What is sent first; who has something to send; who may be due to get credit. */
  #control = [];
  #ring = new Set();
  #due = new Set();
  /** Bytes we may send, bytes the peer may, and those it may again once told. */
  #credit = 0;
  #available = OURS[S_CONNECTION];
  #pending = 0;

  constructor(listener, { side = 0, now = () => performance.now() } = {}) {
    this.#listener = listener;
    this.#side = side;
    this.#now = now;
    this.#tell(SETTINGS, 0, ...OURS.slice(1).flatMap((value, i) => [Uint8Array.of(i + 1), u32(value)]));
  }

  /** Whether there is a place for another call. It is known once the peer told its settings. */
  get ready() {
    return this.#settled && this.#mine < this.#peer[S_STREAMS] && !this.#leaving;
  }

  get busy() {
    return this.#streams.size + this.#ring.size > 0;
  }

  #tell(kind, stream, ...parts) {
    this.#control.push([stream, 0, kind, join([EMPTY, ...parts])]);
  }

  // Our requests

  open(exchange) {
    const { body, prefetch, open } = exchange;
    this.#mine++;
    exchange.credit = this.#peer[S_WINDOW];
    exchange.itemWindow = exchange.availableItems = prefetch ?? Infinity;
    exchange.ending = !open;
    exchange.takesItem = body.length > 0;
    if (exchange.takesItem) {
      exchange.items.push(body);
    }
    this.#schedule(exchange);
  }

  send(exchange, item) {
    if (item.length > this.#peer[S_MESSAGE]) {
      throw new RangeError(`${item.length} bytes are too long for the peer`);
    }
    if (!exchange.over) {
      exchange.items.push(item);
      this.#schedule(exchange);
    }
  }

  end(exchange) {
    exchange.ending = true;
    this.#schedule(exchange);
  }

  cancel(exchange) {
    if (!exchange.over) {
      if (exchange.id !== null) {
        this.#tell(CANCEL, exchange.id);
      }
      this.#close(exchange);
    }
  }

  /** Answers a request of the peer completely. */
  respond(exchange, payload) {
    if (payload.length) {
      this.send(exchange, payload);
    }
    this.end(exchange);
  }

  /** Ends a request with an error, after the items that were given. */
  fail(exchange, status, message, more) {
    if (exchange.over || exchange.type === EVENT) {
      return;
    }
    exchange.error = errorPayload(status, message, { notExecuted: exchange.refused, ...more });
    if (exchange.items.length) {
      this.#schedule(exchange);
    }
    else {
      this.#tell(ERROR, exchange.id, exchange.error);
      this.#close(exchange);
    }
  }

  /** Serves no streams of the peer that are not open yet. */
  goAway(code, drain, reason) {
    this.#gone = true;
    const last = this.#highest && (this.#highest | ~this.#side & ~NUMBER) >>> 0;
    this.#tell(GOAWAY, 0, u32(last), u16(code), u32(drain), utf8(reason));
  }

  // What comes in

  receive(bytes) {
    if (!this.#closed) {
      try {
        this.#decoder.decode(bytes, this);
      }
      catch (error) {
        const { violation, code } = error;
        if (!violation) {
          throw error;
        }
        // The peer is told, and nothing else.
        this.#control = [];
        this.#closed = true;
        this.goAway(code, 0, violation);
        this.#listener.violated(4002, violation);
      }
    }
  }

  header(stream, seq, flags, length) {
    const kind = flags & 15;
    demand(length <= MAX_FRAME && !(flags & COMPRESSED) && (kind <= ERROR || flags & IGNORABLE)
      && this.#settled === (kind !== SETTINGS));
    return true;
  }

  frame(stream, seq, flags, payload) {
    const kind = flags & 15;
    const u32At = (at) => viewOf(payload).getUint32(at, true);
    if (kind <= END) {
      this.#message(stream, seq, kind, flags, payload);
    }
    else if (kind === CANCEL || kind === ERROR) {
      this.#ended(this.#find(stream), kind, payload);
    }
    else if (kind === PING) {
      this.#tell(PONG, 0, payload.slice());
    }
    else if (kind === WINDOW) {
      this.#window(stream, u32At(0), u32At(4));
    }
    else if (kind === GOAWAY) {
      this.#goingAway({
        last: u32At(0), code: payload[4] | payload[5] << 8, drain: u32At(6), reason: text(payload.subarray(10))
      });
    }
    else if (kind === SETTINGS) {
      this.#settings(payload, u32At);
    }
    return !this.#closed;
  }

  #isOurs(id) {
    return ((id ^ this.#side) & ~NUMBER) === 0;
  }

  /** An open stream. Frames of one that is over are late, and nothing to wonder at. */
  #find(id) {
    const n = id & NUMBER;
    demand(this.#isOurs(id) ? n < this.#next : n <= this.#highest, `stream ${id}: frame for a stream never opened`);
    return this.#streams.get(id);
  }

  #settings(payload, u32At) {
    this.#settled = true;
    this.#peer = [...ASSUMED];
    for (let at = 0; at < payload.length; at += 5) {
      this.#peer[payload[at]] = u32At(at + 1);
    }
    this.#credit = this.#peer[S_CONNECTION];
  }

  #window(stream, bytes, items) {
    if (!stream) {
      this.#credit += bytes;
      return;
    }
    const exchange = this.#find(stream);
    if (exchange) {
      exchange.credit += bytes;
      exchange.itemCredit += items;
      this.#schedule(exchange);
    }
  }

  #goingAway(goAway) {
    this.#leaving = true;
    for (const exchange of this.#all()) {
      if (exchange.ours && (exchange.id === null || (exchange.id & NUMBER) > (goAway.last & NUMBER))) {
        this.#close(exchange);
        exchange.id = null;
        this.#listener.failed(exchange, 'the peer leaves: ' + goAway.reason);
      }
    }
    this.#listener.leaving(goAway);
  }

  #message(stream, seq, kind, flags, payload) {
    const { length } = payload;
    this.#available -= length;
    this.#pending += length;
    demand(this.#available >= 0, NO_CREDIT, 3);
    if (kind === OPEN && !this.#isOurs(stream)) {
      demand((stream & NUMBER) === ++this.#highest && !seq, OUT_OF_ORDER);
      this.#request(stream, flags, payload);
      return;
    }
    const exchange = this.#find(stream);
    if (exchange) {
      demand(!exchange.fin && exchange.type === CALL | !exchange.ours && (kind === OPEN) !== exchange.answering
        && seq === exchange.inSeq, OUT_OF_ORDER);
      exchange.inSeq = (exchange.inSeq + 1) >>> 0;
      exchange.available -= length;
      demand(exchange.available >= 0, NO_CREDIT, 3);
      if (kind === OPEN) {
        this.#answer(exchange, flags, payload);
      }
      else {
        this.#body(exchange, kind, flags, payload);
      }
    }
  }

  /** Where the body of an OPEN begins. */
  #start(stream, payload) {
    const start = RPC_HEADER + (payload[13] | payload[14] << 8);
    demand(payload.length >= Math.max(start, RPC_HEADER) && viewOf(payload).getUint32(1, true) === stream);
    return start;
  }

  #request(stream, flags, payload) {
    const start = this.#start(stream, payload);
    const type = payload[0];
    demand(type === CALL || type === EVENT);
    if (this.#gone) {
      return;
    }
    const meta = entries(payload.subarray(0, start), RPC_HEADER);
    const request = new Exchange({
      ours: false, id: stream, type, method: payload.slice(5, 13), meta, answering: true, takesItem: true, inSeq: 1,
      pending: start,
      credit: number(meta[T_WINDOW]) ?? this.#peer[S_WINDOW], itemCredit: number(meta[T_ITEMS]) ?? Infinity,
      deadline: this.#now() + (number(meta[T_DEADLINE]) ?? Infinity)
    });
    request.available -= payload.length;
    this.#streams.set(stream, request);
    if (meta.critical) {
      this.#refuse(request, UNIMPLEMENTED, 'unknown critical metadata');
    }
    else {
      this.#listener.opened(request);
      this.#body(request, OPEN, flags, payload.subarray(start));
    }
  }

  /** What is left of a request that is not served is not wanted. */
  #refuse(request, status, message) {
    request.refused = true;
    if (request.type === EVENT) {
      this.cancel(request);
    }
    this.#listener.refused(request, status, message);
  }

  #answer(exchange, flags, payload) {
    const start = this.#start(exchange.id, payload);
    demand(payload[0] === RESPONSE && start > RPC_HEADER);
    exchange.answering = true;
    exchange.pending += start;
    exchange.status = payload[RPC_HEADER];
    exchange.reply = entries(payload.subarray(0, start), RPC_HEADER + 1);
    this.#listener.answering(exchange);
    this.#body(exchange, OPEN, flags, payload.subarray(start));
  }

  #body(exchange, kind, flags, payload) {
    const more = flags & MORE;
    const { length } = payload;
    exchange.fin = kind === END || flags & FIN;
    if (!exchange.itemOpen && (length || kind === DATA || (kind === OPEN && more))) {
      exchange.itemOpen = true;
      exchange.inOpen = kind === OPEN;
      demand(exchange.status || --exchange.availableItems >= 0, NO_CREDIT, 3);
    }
    if (exchange.refused) {
      exchange.pending += length;
    }
    else if (exchange.itemOpen) {
      this.#piece(exchange, payload, more);
    }
    exchange.itemOpen &&= more;
    if (exchange.fin && !exchange.over && !exchange.refused) {
      if (exchange.ours || exchange.type === EVENT) {
        this.#close(exchange);
      }
      this.#listener.ended(exchange);
    }
    this.#due.add(exchange);
  }

  #piece(exchange, payload, more) {
    exchange.parts.push(payload.slice());
    exchange.size += payload.length;
    if (exchange.size > MAX_MESSAGE) {
      if (exchange.ours) {
        this.cancel(exchange);
        this.#listener.failed(exchange, TOO_BIG);
      }
      else {
        this.#refuse(exchange, RESOURCE_EXHAUSTED, TOO_BIG);
      }
    }
    else if (more) {
      this.#advance(exchange);
    }
    else {
      const item = join(exchange.parts);
      const cost = exchange.size - exchange.advanced;
      exchange.parts = [];
      exchange.size = exchange.advanced = 0;
      exchange.held++;
      this.#listener.item(exchange, item, cost, exchange.inOpen);
    }
  }

  /** An item may be longer than the window: once no other waits to be consumed, what came of it is given back. */
  #advance(exchange) {
    if (!exchange.held) {
      exchange.pending += exchange.size - exchange.advanced;
      exchange.advanced = exchange.size;
    }
  }

  /** The listener is done with an item that cost so many bytes. */
  consumed(exchange, cost) {
    exchange.held--;
    exchange.pending += cost;
    exchange.pendingItems++;
    this.#advance(exchange);
    this.#due.add(exchange);
  }

  #ended(exchange, kind, payload) {
    if (!exchange) {
      return;
    }
    this.#close(exchange);
    if (!exchange.ours) {
      this.#listener.cancelled(exchange);
    }
    else if (kind === ERROR) {
      exchange.status = payload[0];
      this.#listener.error(exchange, payload.slice(1));
    }
    else if (exchange.type === CALL) {
      this.#listener.failed(exchange, text(payload.subarray(1)) || CANCELLED_BY_PEER);
    }
  }

  // What goes out

  #schedule(exchange) {
    if (this.#need(exchange) >= 0) {
      this.#ring.add(exchange);
    }
  }

  /** Credit of the connection that the next frame needs at least; -1 if there is none to send. */
  #need(exchange) {
    const { credit, items: [item], offset } = exchange;
    if (exchange.over || exchange.done) {
      return -1;
    }
    if (exchange.unopened) {
      const size = RPC_HEADER + this.#metadata(exchange).length;
      return size > credit || !(exchange.ours || item || exchange.ending) ? -1 : size;
    }
    if (!item) {
      return exchange.ending || exchange.error ? 0 : -1;
    }
    return !offset && !exchange.itemCredit ? -1 : !item.length ? 0 : credit > 0 ? 1 : -1;
  }

  /** Metadata of what is sent. The deadline is the time that is left; a method's name goes with its first use. */
  #metadata({ ours, deadline, meta, name }) {
    const left = deadline < Infinity && u32(Math.min(Math.max(0, Math.ceil(deadline - this.#now())), 0xffffffff));
    return !ours ? Uint8Array.of(0) : join([
      left ? entry(T_DEADLINE, left) : EMPTY, meta, name.length && !this.#named.has(name) ? entry(T_NAME, name) : EMPTY
    ]);
  }

  /** WebSocket messages to send now: control frames, then the streams in turns of 16 KiB. */
  take() {
    for (const frame of this.#control.splice(0)) {
      this.#out.frame(...frame);
    }
    if (!this.#closed) {
      this.#grant();
      this.#turns();
    }
    return this.#out.take();
  }

  /** Gives credit back in halves of a window. */
  #grant() {
    if (2 * this.#pending >= OURS[S_CONNECTION]) {
      this.#out.frame(0, 0, WINDOW, u32(this.#pending, 0));
      this.#available += this.#pending;
      this.#pending = 0;
    }
    for (const exchange of this.#due) {
      const { pending, itemWindow } = exchange;
      const items = itemWindow < Infinity ? exchange.pendingItems : 0;
      if (!exchange.over && !exchange.fin && (2 * pending >= OURS[S_WINDOW] || (items && items >= itemWindow >> 1))) {
        this.#out.frame(exchange.id, 0, WINDOW, u32(pending, items));
        exchange.available += pending;
        exchange.availableItems += items;
        exchange.pending = exchange.pendingItems = 0;
      }
    }
    this.#due.clear();
  }

  /** When one needs more credit than there is, nobody behind it gets any, or its OPEN might wait for ever. */
  #turns() {
    let blocked = false;
    for (const exchange of this.#ring) {
      const need = this.#need(exchange);
      if (need > 0 && (blocked || need > this.#credit)) {
        blocked = true;
        continue;
      }
      this.#ring.delete(exchange);
      this.#turn(exchange, blocked);
      // Those with more to send come again at the end of this very loop.
      this.#schedule(exchange);
    }
  }

  #turn(exchange, blocked) {
    let left = BATCH_BYTES;
    for (;;) {
      const need = this.#need(exchange);
      if (need < 0 || (need && blocked) || need > this.#credit || (left < BATCH_BYTES && FRAME_HEADER + need > left)) {
        return;
      }
      left -= FRAME_HEADER + this.#write(exchange, Math.min(left - FRAME_HEADER, this.#peer[S_FRAME]));
    }
  }

  /** Writes the next frame of a stream. Returns how long its payload is. */
  #write(exchange, room) {
    const { unopened, ours, items, error } = exchange;
    let head = EMPTY;
    if (unopened) {
      const metadata = this.#metadata(exchange);
      exchange.unopened = false;
      if (ours) {
        exchange.id = (this.#next++ | this.#side) >>> 0;
        this.#streams.set(exchange.id, exchange);
        this.#named.add(exchange.name);
      }
      const [type, method] = ours ? [exchange.type, exchange.method] : [RESPONSE, NO_METHOD];
      head = rpcMessage(type, exchange.id, method, metadata, EMPTY);
    }
    else if (error && !items.length) {
      this.#out.frame(exchange.id, 0, ERROR, error);
      this.#done(exchange);
      return error.length;
    }
    const kind = unopened ? OPEN : items.length ? DATA : END;
    const left = Math.min(room, this.#credit, exchange.credit) - head.length;
    const [piece, more] = this.#nextPiece(exchange, left, unopened);
    const fin = kind !== END && !more && !items.length && exchange.ending && !error;
    const payload = join([head, piece]);
    this.#out.frame(exchange.id, exchange.seq, kind | (more && MORE) | (fin && FIN), payload);
    exchange.seq = (exchange.seq + 1) >>> 0;
    exchange.credit -= payload.length;
    this.#credit -= payload.length;
    if (fin || kind === END) {
      this.#done(exchange);
    }
    return payload.length;
  }

  /** How much of the next item goes into a frame, and whether there is more of it. */
  #nextPiece(exchange, room, inOpen) {
    const { items, offset, takesItem, itemCredit } = exchange;
    const [item] = items;
    if (!item || (inOpen && !(item.length && takesItem)) || (!offset && !itemCredit)) {
      return [EMPTY, false];
    }
    exchange.itemCredit -= offset ? 0 : 1;
    const piece = item.subarray(offset, offset + Math.max(0, room));
    const more = offset + piece.length < item.length;
    exchange.offset = more ? offset + piece.length : 0;
    if (!more) {
      items.shift();
    }
    return [piece, more];
  }

  /** All is written: an answer or a cast ends its stream. */
  #done(exchange) {
    exchange.done = true;
    if (!exchange.ours || exchange.type === EVENT) {
      this.#close(exchange);
      if (exchange.ours) {
        this.#listener.sent(exchange);
      }
    }
  }

  #close(exchange) {
    exchange.over = true;
    exchange.items = [];
    this.#mine -= exchange.ours ? 1 : 0;
    this.#streams.delete(exchange.id);
    this.#ring.delete(exchange);
  }

  /** Asks for a sign of life. */
  ping() {
    this.#tell(PING, 0, NO_METHOD);
  }

  #all() {
    return [...new Set([...this.#streams.values(), ...this.#ring])];
  }

  close() {
    this.#closed = true;
    return this.#all();
  }
}

// ----------------------------------------------------------------------------------------------------------- values

const isBytes = (value) => value instanceof Uint8Array || value instanceof ArrayBuffer;

function encodeValue(value) {
  return isBytes(value) ? new Uint8Array(value) : value === undefined ? EMPTY : utf8(JSON.stringify(value));
}

/**
 * Arguments as the peer expects them: one is itself, several are an array. The key of a keyed server comes first in base
 * mode, where there is no other place for it.
 */
function encodeArguments(args, key) {
  const list = Array.isArray(args) ? args : [args];
  return key !== undefined ? encodeValue([key, ...list]) : list.length === 1 ? encodeValue(list[0] ?? null)
    : encodeValue(list.length ? list : undefined);
}

function decodeValue(bytes, as) {
  return as === 'bytes' ? bytes : as === 'text' ? text(bytes) : bytes.length ? JSON.parse(text(bytes)) : undefined;
}

// ------------------------------------------------------------------------------------------------------------ calls

/** One operation, from the moment it is asked for to its outcome; outlives connections. */
class Call {
  settled = false;
  error = undefined;
  /** What carries it, on which link. */
  exchange = null;
  link = null;
  /** Items that wait to be read, if it is a stream. */
  queue = null;
  wake = null;
  opened = new Promise((resolve) => this.begun = resolve);
  promise = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
  #client;
  #parts = [];
  #held = 0;
  #body;
  #keyedBody;
  #last = null;
  #maybe = false;
  #timer;

  constructor(client, name, args, options, type) {
    this.#client = client;
    this.name = name;
    this.options = options;
    this.type = type;
    this.#encode(args);
    this.timeout = options.timeout ?? client.options.timeout;
    this.deadline = client.clock.now() + this.timeout;
    this.#timer = client.clock.setTimeout(() => {
      const { executed, timeout } = this;
      const message = `${name} timed out after ${timeout} ms, executed: ${executed}`;
      this.cancel(new CallTimeoutError(message, DEADLINE_EXCEEDED, { executed }));
    }, this.timeout);
    options.signal?.addEventListener('abort', this.#aborted);
  }

  /** At once: the caller may change its objects later. */
  #encode(args) {
    const { key } = this.options;
    this.#body = encodeArguments(args);
    this.#keyedBody = key === undefined ? this.#body : !isBytes(args[0]) && encodeArguments(args, key);
  }

  #aborted = () => this.cancel(this.options.signal.reason);

  /** Whether the peer may have begun it. */
  get executed() {
    return this.#maybe || (this.exchange && this.exchange.id !== null) ? 'maybe' : 'no';
  }

  /** Ends it on this side, and tells the other one. */
  cancel(reason) {
    if (!this.settled) {
      this.settle(reason);
      this.link?.session.cancel(this.exchange);
      this.link?.schedule();
    }
  }

  settle(error, value) {
    if (this.settled) {
      return;
    }
    this.settled = true;
    this.error = error;
    this.#client.clock.clearTimeout(this.#timer);
    this.options.signal?.removeEventListener('abort', this.#aborted);
    error === undefined ? this.resolve(value) : this.reject(error);
    this.begun();
    this.wake?.();
  }

  /** Puts it into the hands of a session. */
  begin(link) {
    const { id, bytes } = methodOf(this.name);
    const { items, channel, timeout, key, headers = {}, traceParent, prefetch = 256 } = this.options;
    const streams = this.queue && !timeout;
    const body = link.session.ext ? this.#body : this.#keyedBody;
    if (!body) {
      throw new RangeError('bytes for a keyed server need ext mode');
    }
    const meta = [];
    if (traceParent) {
      meta.push(entry(T_TRACEPARENT, bytesOf(traceParent.replaceAll('-', ''))));
    }
    if (this.queue) {
      meta.push(entry(T_ITEMS, u32(prefetch)));
    }
    if (key !== undefined) {
      meta.push(entry(T_KEY, utf8(key)));
    }
    for (const name in headers) {
      meta.push(entry(T_HEADER, join([Uint8Array.of(utf8(name).length), utf8(name), utf8(headers[name])])));
    }
    this.link = link;
    this.exchange = new Exchange({
      type: this.type, method: id, name: bytes, body, meta: join([EMPTY, ...meta]), owner: this,
      prefetch: this.queue && prefetch, deadline: streams ? Infinity : this.deadline, open: Boolean(items || channel)
    });
    link.session.open(this.exchange);
    if (streams) {
      // The time limit was for getting here.
      this.#client.clock.clearTimeout(this.#timer);
    }
    this.begun();
    if (items) {
      this.#pump(items);
    }
  }

  async #pump(items) {
    try {
      for await (const item of items) {
        if (!await this.send(item)) {
          return;
        }
      }
      this.end();
    }
    catch (error) {
      this.cancel(error);
    }
  }

  /** Sends an item of the request once there is room. False if nobody wants it any more. */
  async send(item) {
    await this.opened;
    await this.link?.room(this.exchange);
    if (this.settled) {
      return false;
    }
    this.link.session.send(this.exchange, encodeValue(item));
    this.link.schedule();
    return true;
  }

  async end() {
    await this.opened;
    if (!this.settled) {
      this.link.session.end(this.exchange);
      this.link.schedule();
    }
  }

  // What comes back

  item(bytes, cost) {
    const { exchange, link } = this;
    this.#held += bytes.length;
    if (this.queue && !exchange.status) {
      this.#last = bytes;
      this.queue.push(() => {
        this.#held -= bytes.length;
        link.session.consumed(exchange, cost);
        link.schedule();
        return this.#decode(bytes);
      });
      this.wake?.();
    }
    else {
      this.#parts.push(bytes);
      link.session.consumed(exchange, cost);
    }
    // In base mode nothing slows down the other end.
    if (this.#held > MAX_MESSAGE && !(this.queue && link.session.ext)) {
      this.cancel(new RemoteError(`${this.name}: ${TOO_BIG} wait to be read`, RESOURCE_EXHAUSTED));
    }
  }

  ended({ status }) {
    const payload = join([EMPTY, ...this.#parts]);
    if (status) {
      this.settle(remoteError(this.name, status, this.link.session.ext, payload));
      return;
    }
    try {
      this.settle(undefined, this.queue ? undefined : this.#decode(payload));
    }
    catch (cause) {
      const message = `${this.name} has no usable answer: ${cause.message}`;
      this.settle(new RemoteError(message, INTERNAL, { executed: 'yes', cause }));
    }
  }

  #decode(bytes) {
    const raw = this.exchange?.reply?.[T_CONTENT_TYPE]?.[0] === RAW_TYPE;
    return decodeValue(bytes, this.options.as ?? (raw ? 'bytes' : 'json'));
  }

  /** The connection is gone, or does not serve this call. True if it is to be sent again. */
  lost(message) {
    const { executed, options: { idempotent, resume, items, channel } } = this;
    const goesOn = resume && this.queue;
    if (this.settled) {
      return false;
    }
    if (items || channel || !(executed === 'no' || idempotent || goesOn)) {
      this.settle(new ClosedError(`${this.name}: ${message}`, UNAVAILABLE, { executed, retryable: executed === 'no' }));
      return false;
    }
    try {
      goesOn && this.#last && this.#encode(resume(this.#decode(this.#last)));
    }
    catch (error) {
      this.settle(error);
      return false;
    }
    this.#maybe = executed !== 'no';
    this.exchange = this.link = null;
    this.#parts = [];
    return true;
  }
}

/** The items of an answer as they come. */
async function* read(call) {
  const { queue } = call;
  try {
    for (;;) {
      while (queue.length) {
        yield queue.shift()();
      }
      if (call.settled) {
        if (call.error) {
          throw call.error;
        }
        return;
      }
      await new Promise((resolve) => call.wake = resolve);
    }
  }
  finally {
    call.cancel();
  }
}

/** Iterate it once; leaving the loop cancels. A channel also sends. */
function streamOf(call) {
  call.queue = [];
  call.promise.catch(() => {});
  return Object.assign(read(call), {
    cancel: () => call.cancel(),
    send: (item) => call.send(item),
    end: () => call.end()
  });
}

// ------------------------------------------------------------------------------------------------------------- link

const EXT = 'genserver.v1', BASE = 'muxio';
const BUFFERED = 1 << 20;

/** One connection: its WebSocket, its session, and what the peer calls here. */
class Link {
  connected = false;
  draining = false;
  over = false;
  session = null;
  #client;
  #socket;
  #scheduled = false;
  #rooms = [];
  #waits = null;
  #heard = 0;
  #probed = false;
  #timer;

  constructor(client, socket) {
    const { clock, options } = client;
    this.#client = client;
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      clock.clearTimeout(this.#timer);
      this.connected = true;
      this.since = this.#heard = clock.now();
      const Session = socket.protocol === EXT ? ExtSession : BaseSession;
      this.session = new Session(this, { now: clock.now });
      this.#beat(options.keepAlive);
      client.linkOpened(this, socket.protocol);
      this.schedule();
    };
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }) => this.lose(code, reason);
    socket.onmessage = ({ data }) => {
      this.#heard = clock.now();
      this.#probed = false;
      if (typeof data === 'string') {
        this.violated(1003, 'text is not spoken here');
      }
      else {
        this.session.receive(new Uint8Array(data));
        this.schedule();
      }
    };
    this.#timer = clock.setTimeout(() => this.lose(1006, 'not connected in time'), options.connectTimeout);
  }

  /** After silence the peer is asked for a sign of life, and given up if there is none. */
  #beat({ interval, timeout }) {
    const { clock } = this.#client;
    const silent = clock.now() - this.#heard;
    if (this.#probed && silent >= timeout && clock.now() - this.#probed >= timeout) {
      this.lose(1006, 'no sign of life');
      return;
    }
    if (silent >= interval) {
      this.probe();
    }
    this.#timer = clock.setTimeout(() => this.#beat({ interval, timeout }), Math.min(interval, timeout) / 2);
  }

  probe() {
    if (this.connected && !this.#probed) {
      this.#probed = this.#client.clock.now();
      // Any answer to a call is a sign of life.
      this.session.ext ? this.session.ping() : this.session.open(new Exchange({ method: methodOf('$rpc.ping').id }));
      this.schedule();
    }
  }

  close(code, reason) {
    // Browsers let a page use these codes only.
    this.#socket.close(code < 3000 && code !== 1000 ? 4002 : code, text(utf8(reason).slice(0, 100)));
    this.lose(code, reason);
  }

  /** The connection is over, whether or not the socket knows. */
  lose(code, reason) {
    if (this.over) {
      return;
    }
    const { readyState } = this.#socket;
    this.over = true;
    this.#client.clock.clearTimeout(this.#timer);
    const again = [];
    for (const exchange of this.session?.close() ?? []) {
      exchange.over = true;
      if (!exchange.ours) {
        this.cancelled(exchange);
      }
      else if (exchange.owner?.lost(`the connection was lost (${code}${reason && ', ' + reason})`)) {
        again.push(exchange.owner);
      }
    }
    this.#rooms.forEach(({ resolve }) => resolve());
    if (readyState < 2) {
      this.#socket.close();
    }
    this.#client.linkLost(this, code, reason, again);
  }

  /** Sends what there is, once the code that runs now has said all it has to say. */
  schedule() {
    if (!this.#scheduled && this.connected) {
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        if (!this.over) {
          this.#send();
        }
      });
    }
  }

  #send() {
    this.#client.flush(this);
    this.session.take().forEach((message) => this.#socket.send(message));
    if (this.draining && !this.session.busy) {
      this.close(1000, 'drained');
      return;
    }
    const full = this.#socket.bufferedAmount > BUFFERED;
    this.#rooms = this.#rooms.filter(({ exchange, resolve }) => {
      const waits = !exchange.over && (full || exchange.items.length > 15);
      return waits || resolve();
    });
    if (full) {
      this.#waits ??= this.#client.clock.setTimeout(() => {
        this.#waits = null;
        this.schedule();
      }, 20);
    }
  }

  /** Resolves once the exchange may be given another item, or is over. */
  room(exchange) {
    return new Promise((resolve) => {
      this.over ? resolve() : this.#rooms.push({ exchange, resolve });
      this.schedule();
    });
  }

  // What the session tells

  answering() {
  }

  /** A cast is written: that is all there is to it. */
  sent({ owner }) {
    owner.settle();
  }

  item(exchange, bytes, cost, inOpen) {
    if (exchange.ours) {
      exchange.owner?.item(bytes, cost);
      return;
    }
    const { received } = exchange;
    this.session.consumed(exchange, cost);
    received?.push(bytes);
    exchange.total += bytes.length;
    if (exchange.total > MAX_MESSAGE || (this.session.ext && !inOpen)) {
      this.refused(exchange, INVALID_ARGUMENT, 'arguments are too long, or more than one item');
    }
  }

  ended(exchange) {
    if (exchange.ours) {
      exchange.owner?.ended(exchange);
    }
    else if (exchange.received) {
      this.#run(exchange, exchange.received.length ? join(exchange.received) : exchange.body);
    }
  }

  error({ owner, status }, payload) {
    owner?.settle(remoteError(owner.name, status, true, payload));
  }

  failed({ owner, id }, message) {
    if (id !== null) {
      owner?.settle(new RemoteError(`${owner.name} failed: ${message}`, SYSTEM));
    }
    else if (owner?.lost(message)) {
      this.#client.enqueue(owner);
    }
  }

  leaving(goAway) {
    this.draining = true;
    this.#client.linkLeaving(this, goAway);
  }

  violated(code, message) {
    this.session.take().forEach((frame) => this.#socket.send(frame));
    this.close(code, message);
  }

  // What the peer calls

  opened(exchange) {
    exchange.handler = this.#client.served.get(String(exchange.method));
    exchange.received = [];
    exchange.total = 0;
    if (!exchange.handler) {
      this.refused(exchange, METHOD_NOT_FOUND, 'there is no such method here');
    }
  }

  refused(exchange, status, message, more) {
    exchange.received = null;
    this.session.fail(exchange, status, message, more);
    this.schedule();
  }

  cancelled({ abort, iterator }) {
    abort?.abort(new ClosedError('the caller gave up', CANCELLED));
    iterator?.return?.();
  }

  async #run(exchange, bytes) {
    const { session } = this;
    const { handler, meta, deadline, type } = exchange;
    const abort = exchange.abort = new AbortController();
    try {
      const value = meta[T_CONTENT_TYPE]?.[0] === RAW_TYPE ? bytes : decodeValue(bytes);
      const args = Array.isArray(value) && handler.length !== 1 ? value : bytes.length ? [value] : [];
      const key = meta[T_KEY] && text(meta[T_KEY]);
      const result = await handler(...args, { signal: abort.signal, key, deadline, client: this.#client });
      if (type === EVENT) {
        return;
      }
      if (!result?.[Symbol.asyncIterator]) {
        session.respond(exchange, encodeValue(result));
      }
      else {
        exchange.iterator = result[Symbol.asyncIterator]();
        for (let next; !exchange.over && !(next = await exchange.iterator.next()).done;) {
          session.send(exchange, encodeValue(next.value ?? null));
          await this.room(exchange);
        }
        session.end(exchange);
      }
      this.schedule();
    }
    catch (error) {
      this.refused(exchange, error?.status ?? INTERNAL, error?.message ?? String(error), error);
      this.#client.emit('error', error);
    }
  }
}

// ----------------------------------------------------------------------------------------------------------- client

const RECONNECT = [1001, 1006, 1011, 1012, 1013, 4008, 4010];
const UNAUTHENTICATED = 4001, RATE = 4029;
/** A connection that lasted so long was a good one. */
const LONG = 10000;

const systemClock = {
  now: () => performance.now(),
  setTimeout: (task, delay) => setTimeout(task, Math.min(delay, NUMBER)),
  clearTimeout: (timer) => clearTimeout(timer)
};

/** See connect. */
export class GenServerClient {
  served = new Map();
  #url;
  #state;
  #detail;
  #listeners = { state: new Set(), error: new Set() };
  #link = null;
  #links = new Set();
  #queue = [];
  #attempts = 0;
  #attempt;
  #timer;
  #fresh = false;
  /** Whether protocols are offered: a browser fails if the peer knows none. */
  #offers = true;
  #known = false;

  constructor(url, options) {
    this.options = {
      timeout: 5000, connectTimeout: 10000, mode: 'auto', maxQueued: 1024, WebSocket: globalThis.WebSocket, ...options
    };
    this.options.keepAlive = { interval: 25000, timeout: 10000, ...options.keepAlive };
    this.options.backoff = { initial: 200, max: 20000, ...options.backoff };
    this.clock = options.clock ?? systemClock;
    this.#url = new URL(url, globalThis.location?.href);
    this.#url.protocol = this.#url.protocol.replace('http', 'ws');
    this.#watch('addEventListener');
    this.#dial();
  }

  #watch(method) {
    globalThis[method]?.('online', this.#wake);
    globalThis.document?.[method]('visibilitychange', this.#wake);
  }

  // Operations

  call(method, args = [], options = {}) {
    return this.#submit(new Call(this, method, args, options, CALL)).promise;
  }

  cast(method, args = [], options = {}) {
    this.#submit(new Call(this, method, args, options, EVENT)).promise.catch((error) => this.emit('error', error));
  }

  stream(method, args = [], options = {}) {
    const call = new Call(this, method, args, options, CALL);
    const stream = streamOf(call);
    this.#submit(call);
    return stream;
  }

  upload(method, args, items, options) {
    return this.call(method, args, { ...options, items });
  }

  channel(method, args, options) {
    return this.stream(method, args, { ...options, channel: true });
  }

  /** What an operation is, is seen from its use: asked for an iterator at once, it is a stream. */
  proxy(options = {}) {
    const invoke = (name, args, key) => {
      const call = new Call(this, name, args, key === undefined ? options : { ...options, key }, CALL);
      call.promise.catch(() => {});
      this.#submit(call);
      return Object.assign(call.promise, {
        [Symbol.asyncIterator]: () => {
          if (call.exchange || call.queue) {
            throw new TypeError(`${name}: iterate at once, and once, over what it returns`);
          }
          return streamOf(call);
        }
      });
    };
    const named = (target, each) => new Proxy(target, {
      get: (_, name) => typeof name === 'symbol' || name === 'then' ? undefined : each(name)
    });
    const server = (name, key) => named((instance) => server(name, String(instance)),
      (method) => (...args) => invoke(`${name}.${method}`, args, key));
    return named({}, (name) => server(name));
  }

  serve(name, handlers) {
    const names = typeof handlers === 'function' ? [] : [handlers, Object.getPrototypeOf(handlers)]
      .flatMap(Object.getOwnPropertyNames)
      .filter((each) => typeof handlers[each] === 'function' && !(each in Object.prototype));
    const served = names.map((each) => [`${name}.${each}`, handlers[each].bind(handlers)]);
    for (const [method, handler] of names.length ? served : [[name, handlers]]) {
      this.served.set(String(methodOf(method).id), handler);
    }
  }

  #submit(call) {
    const { signal } = call.options;
    if (this.#state === 'closed' || signal?.aborted) {
      call.settle(signal?.aborted ? signal.reason : this.#detail.error);
      return call;
    }
    const full = () => this.#queue.length >= this.options.maxQueued;
    if (full() && this.#link?.connected) {
      this.flush(this.#link);
    }
    if (full()) {
      call.settle(new RefusedError(`${call.name}: too many operations wait`, RESOURCE_EXHAUSTED, { executed: 'no' }));
    }
    else {
      this.enqueue(call);
    }
    return call;
  }

  enqueue(call) {
    this.#queue.push(call);
    this.#link?.schedule();
  }

  /** Gives the link what waits for one. */
  flush(link) {
    while (link === this.#link && this.#queue.length && link.session.ready) {
      const call = this.#queue.shift();
      try {
        call.settled || call.begin(link);
      }
      catch (error) {
        call.settle(new RefusedError(`${call.name}: ${error.message}`, INVALID_ARGUMENT, { executed: 'no' }));
      }
    }
  }

  // State

  get state() {
    return this.#state;
  }

  /** Base or ext, once connected. */
  get mode() {
    return this.#link?.connected ? this.#link.session.ext ? 'ext' : 'base' : undefined;
  }

  on(event, listener) {
    this.#listeners[event].add(listener);
    return () => this.#listeners[event].delete(listener);
  }

  /** A listener that fails must not keep the client from connecting. */
  emit(event, ...values) {
    for (const listener of this.#listeners[event]) {
      try {
        listener(...values);
      }
      catch (error) {
        console.error(error);
      }
    }
  }

  ready() {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (this.#state === 'open' || this.#state === 'closed') {
          off();
          this.#state === 'open' ? resolve(this) : reject(this.#detail.error);
        }
      };
      const off = this.on('state', check);
      check();
    });
  }

  #become(state, detail) {
    this.#state = state;
    this.#detail = detail;
    this.emit('state', state, detail);
  }

  close() {
    this.#end('the client was closed');
  }

  #end(message) {
    if (this.#state !== 'closed') {
      const error = new ClosedError(message, UNAVAILABLE, { executed: 'no' });
      this.#become('closed', { error });
      this.clock.clearTimeout(this.#timer);
      this.#watch('removeEventListener');
      this.#links.forEach((link) => link.close(1000, message));
      this.#queue.splice(0).forEach((call) => call.settle(
        new ClosedError(`${call.name}: ${message}`, UNAVAILABLE, { executed: call.executed })));
    }
  }

  // Connections

  async #dial() {
    const { WebSocket, token, mode } = this.options;
    const attempt = this.#attempt = {};
    this.#become('connecting', { attempt: this.#attempts });
    try {
      const credentials = await token?.({ fresh: this.#fresh });
      if (attempt === this.#attempt && this.#state !== 'closed') {
        const offer = mode === 'base' ? [BASE] : mode === 'ext' ? [EXT] : [EXT, BASE];
        if (credentials) {
          offer.push('bearer.' + base64url(credentials));
        }
        const { href } = this.#url;
        this.#link = new Link(this, this.#offers ? new WebSocket(href, offer) : new WebSocket(href));
        this.#links.add(this.#link);
      }
    }
    catch (error) {
      this.emit('error', error);
      this.#wait({ reason: error.message });
    }
  }

  linkOpened(link, protocol) {
    this.#known ||= protocol !== '';
    this.#become('open', { mode: this.mode });
  }

  linkLeaving(link, { code, reason }) {
    if (link === this.#link) {
      this.#link = null;
      this.#become('draining', { code, reason });
      if (code === 4 || code === 8) {
        this.#attempts += 3;
        this.#wait({ code, reason });
      }
      else {
        this.#dial();
      }
    }
  }

  linkLost(link, code, reason, again) {
    this.#links.delete(link);
    this.#queue.unshift(...again);
    if (link !== this.#link) {
      this.#link?.schedule();
      return;
    }
    this.#link = null;
    if (link.connected && this.clock.now() - link.since >= LONG) {
      this.#attempts = 0;
      this.#fresh = false;
    }
    // Perhaps the peer knows no protocols: try once without.
    const bare = !link.connected && !this.#known && this.options.mode !== 'ext' && this.#offers;
    const fresh = code === UNAUTHENTICATED && this.options.token && !this.#fresh;
    this.#offers = !bare && (this.#offers || !link.connected);
    this.#fresh ||= fresh;
    if (this.#state === 'closed') {
      return;
    }
    if (bare || fresh) {
      this.#dial();
    }
    else if (RECONNECT.includes(code) || code === RATE) {
      this.#attempts += code === RATE ? 5 : 0;
      this.#wait({ code, reason });
    }
    else {
      this.#end(`the connection was closed for good (${code}${reason && ', ' + reason})`);
    }
  }

  #wait(detail) {
    const { backoff: { initial, max }, random = Math.random } = this.options;
    const delay = random() * Math.min(max, initial * 2 ** this.#attempts++);
    this.#timer = this.clock.setTimeout(() => this.#dial(), delay);
    this.#become('waiting', { ...detail, delay, attempt: this.#attempts });
  }

  /** The network is back, or the page is looked at: no reason to wait any longer. */
  #wake = () => {
    if (globalThis.document?.hidden) {
      return;
    }
    if (this.#state === 'waiting') {
      this.clock.clearTimeout(this.#timer);
      this.#dial();
    }
    else {
      this.#link?.probe();
    }
  };
}

function base64url(token) {
  return btoa(String.fromCharCode(...utf8(token))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Connects to an endpoint. Calls may be made at once: they wait for the connection. */
export function connect(url = '/ws', options = {}) {
  return new GenServerClient(url, options);
}

/** For the tests of this file, and no part of its API. */
export const internals = { xxh3, methodOf, Batch, Exchange, BaseSession, ExtSession, baseError, entry, u32 };
