/*
 * Client of genserver for Spring Boot, for browsers and Node: calls, casts and streams in both directions over one
 * WebSocket. One ES module without dependencies; types in genserver-client.d.ts.
 *
 * The way of a call, and the sections of this file:
 *
 *   client   connect(): queues calls, connects and reconnects; its links: one WebSocket each, sending in batches
 *   calls    newCall, serveExchange: one operation of ours, its deadline and answer; one of the peer's
 *   sessions extSession, baseSession: bytes to events; no I/O, no timers
 *   frames   newBatch, newDecoder, RPC messages, exchanges
 *   ids      XXH3-64 of method names
 *
 * They stand in the opposite order below, so that each uses only what is above it. State is in closures rather than
 * classes: minifiers shorten the names of variables, but not those of properties, and this file is to be small.
 */

// ------------------------------------------------------------------------------------------------------------ bytes

const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const utf8 = (text) => encoder.encode(text);
const text = (bytes) => decoder.decode(bytes);
const u16 = (value) => [value, value >> 8];
const u32 = (value) => [value, value >> 8, value >> 16, value >> 24];

/** The little-endian number at a place. */
function number(bytes, at, size = 4) {
  let value = 0;
  while (size--) {
    value = value * 256 + (bytes[at + size] | 0);
  }
  return value;
}

function join(parts) {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));

// ------------------------------------------------------------------------------------------------------------- time

const NUMBER = 0x7fffffff;

const now = () => performance.now();

/** A delay that timers cannot count is for ever. */
const later = (task, delay) => setTimeout(task, Math.min(delay, NUMBER));

// -------------------------------------------------------------------------------------------------------------- ids

const MASK = (1n << 64n) - 1n;
const PRIMES = [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n, 0x85ebca77c2b2ae63n, 0x27d4eb2f165667c5n];
const SECRET = Uint8Array.from(atob(
  'uP5sOSOkS758AYEs9yGtHN7UbemDkJfbckCkpLezZx/LeeZOzMDleIJa0H3M/3IhuAhGdPdDJI7gNZDmgTomTDwoUruRwwDLiNBlixtTLqNxZEiX'
  + 'og35TjgZ70ap3qzYqPp2P+OcND/53LvHxwtPHYpR4EvNtFkxyJ9+ydl4c2TqxayDNNPrw8WBoP/6E2PrFw3dUbfw2knTFlUmKdRonisWvlh9R6H8'
  + 'j/i40XrQMc5FyzqPlRYEKK/X+8q7S0B+'),
  (char) => char.charCodeAt());

/** The little-endian number at a place. */
const bigNumber = (bytes, at, size = 8) =>
  bytes.subarray(at, at + size).reduceRight((high, byte) => high << 8n | BigInt(byte), 0n);

const bigBytes = (value) => new Uint8Array(BigUint64Array.of(value).buffer);

/** XXH3-64 with seed 0. Takes microseconds, so its results are kept: see methodOf. */
function xxh3(bytes) {
  const { length } = bytes;
  const size = BigInt(length);
  const read = (at, width) => bigNumber(bytes, at, width);
  const secret = (at, width) => bigNumber(SECRET, at, width);
  const shifted = (hash, by) => hash ^ hash >> by;
  const times = (a, b) => a * b & MASK;
  const folded = (a, b) => times(a, b) ^ a * b >> 64n;
  const avalanche = (hash, by = 37n, prime = 0x165667919e3779f9n) => shifted(times(shifted(hash & MASK, by), prime), 32n);
  const short = (hash) => avalanche(times(shifted(hash, 33n), PRIMES[1]), 29n, PRIMES[2]);
  const mix = (at, from) => folded(read(at) ^ secret(from), read(at + 8) ^ secret(from + 8));

  if (!length) {
    return short(secret(56) ^ secret(64));
  }
  if (length < 4) {
    const word = bytes[0] << 16 | bytes[length >> 1] << 24 | bytes[length - 1] | length << 8;
    return short(BigInt(word >>> 0) ^ secret(0, 4) ^ secret(4, 4));
  }
  if (length < 9) {
    const hash = read(length - 4, 4) ^ read(0, 4) << 32n ^ secret(8) ^ secret(16);
    // Rotated by 49 and 24 bits; twice the same 64 bits are easy to rotate.
    const twice = hash << 64n | hash;
    const turned = times((hash ^ twice >> 15n ^ twice >> 40n) & MASK, 0x9fb21c651e98df25n);
    return shifted(times(turned ^ (turned >> 35n) + size, 0x9fb21c651e98df25n), 28n);
  }
  if (length < 17) {
    const low = read(0) ^ secret(24) ^ secret(32);
    const high = read(length - 8) ^ secret(40) ^ secret(48);
    return avalanche(size + bigNumber(bigBytes(low).reverse(), 0) + high + folded(low, high));
  }
  let sum = size * PRIMES[0];
  if (length < 129) {
    for (let at = (length - 1 >> 5) * 16; at >= 0; at -= 16) {
      sum += mix(at, 2 * at) + mix(length - at - 16, 2 * at + 16);
    }
    return avalanche(sum);
  }
  if (length < 241) {
    for (let at = 0; at < length - 15; at += 16) {
      sum += mix(at, at < 128 ? at : at - 125);
      if (at === 112) {
        sum = avalanche(sum);
      }
    }
    return avalanche(sum + mix(length - 16, 119));
  }
  const lanes = [PRIMES[1] >> 32n, ...PRIMES.slice(0, 4), PRIMES[3] >> 32n, PRIMES[4], PRIMES[0] >> 32n];
  const stripe = (at, from) => {
    for (let i = 0; i < 8; i++) {
      const data = read(at + 8 * i);
      const keyed = data ^ secret(from + 8 * i);
      lanes[i ^ 1] += data;
      lanes[i] += (keyed & 0xffffffffn) * (keyed >> 32n);
    }
  };
  for (let i = 0; i < length - 1 >> 6; i++) {
    stripe(64 * i, 8 * (i & 15));
    if ((i & 15) === 15) {
      lanes.forEach((lane, n) => lanes[n] = times(shifted(lane & MASK, 47n) ^ secret(128 + 8 * n), PRIMES[0] >> 32n));
    }
  }
  stripe(length - 64, 121);
  for (let i = 0; i < 8; i += 2) {
    sum += folded(lanes[i] & MASK ^ secret(11 + 8 * i), lanes[i + 1] & MASK ^ secret(19 + 8 * i));
  }
  return avalanche(sum);
}

const methods = new Map();

/** A method's name as bytes, and its id as it goes over the wire. */
function methodOf(name) {
  let method = methods.get(name);
  if (!method) {
    const bytes = utf8(name);
    method = { bytes, id: bigBytes(xxh3(bytes)) };
    methods.set(name, method);
  }
  return method;
}

// ----------------------------------------------------------------------------------------------------------- errors

/** The names of statuses, which have gaps. */
const STATUS = ('OK FAIL SYSTEM METHOD_NOT_FOUND' + ' '.repeat(14) + 'CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED '
  + 'NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE '
  + 'UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED').split(' ');

const FAIL = 1, SYSTEM = 2, METHOD_NOT_FOUND = 3, CANCELLED = 0x11, INVALID_ARGUMENT = 0x13, DEADLINE_EXCEEDED = 0x14,
  RESOURCE_EXHAUSTED = 0x18, UNIMPLEMENTED = 0x1c, INTERNAL = 0x1d, UNAVAILABLE = 0x1e;

/** Why an operation has no result. Its subclasses say which kind of reason it is. */
export class GenServerError extends Error {
  name = 'GenServerError';

  constructor(message, status, more) {
    super(message);
    Object.assign(this, { status, code: STATUS[status] || 'STATUS_' + status, executed: 'maybe' }, more);
  }
}

const kindOfError = (name) => class extends GenServerError {
  name = name;
};

export const
  /** The time for the operation is over. */
  CallTimeoutError = kindOfError('CallTimeoutError'),
  /** The operation was refused before it began: nothing was executed. */
  RefusedError = kindOfError('RefusedError'),
  /** The operation failed at the other end. */
  RemoteError = kindOfError('RemoteError'),
  /** The connection was lost, or the client is closed. */
  ClosedError = kindOfError('ClosedError');

/** What the other end says of a failure: kind of error, message, status, and more. */
function remoteError(status, ext, payload) {
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
  return [type, message || STATUS[status] || status, status, more];
}

/** u8 version, u8 flags, reason, message, retry-after, u8 content type, details. Returns the message. */
function extError(payload, more) {
  const flags = payload[1];
  let at = 2;
  const counted = () => text(payload.subarray(at + 2, at += 2 + number(payload, at, 2)));
  more.reason = counted();
  const message = counted();
  more.retryable = (flags & 1) > 0;
  more.executed = flags & 2 ? 'no' : undefined;
  if (flags & 4) {
    more.retryAfter = number(payload, at);
    at += 4;
  }
  const details = payload.slice(at + 1);
  try {
    more.details = payload[at] === JSON_TYPE ? decodeValue(details) : details;
  }
  catch {
    // They are no JSON after all.
  }
  return message;
}

/** The same, written, after its status. */
function errorPayload(status, message, more) {
  const { reason = '', retryable, notExecuted, retryAfter, detailsType = 0, details = EMPTY } = more;
  const timed = retryAfter >= 0;
  return join([
    [status, 1, (retryable && 1) | (notExecuted && 2) | (timed && 4)],
    ...[reason, message].map((each) => utf8(each).slice(0, 8192)).flatMap((each) => [u16(each.length), each]),
    timed ? u32(retryAfter) : EMPTY, [detailsType], details
  ]);
}

/** Plain text, or what muxio's own servers send: u8 code, length, text. Longer lengths have a width before them. */
function baseError(status, payload) {
  const wide = payload[1] === 255;
  const start = wide ? { 6: 4, 4: 5, 2: 7 }[payload[2]] : 2;
  const structured = payload[0] < 3 && number(payload, wide ? 3 : 1, start - (wide ? 3 : 1)) === payload.length - start;
  return structured ? [payload[0] + 1, text(payload.subarray(start))] : [status, text(payload)];
}

/** What the peer must not do ends the connection. */
function demand(holds, violation = 'malformed frame', code = 1) {
  if (!holds) {
    throw { violation, code };
  }
}

// ----------------------------------------------------------------------------------------------------------- frames

const OPEN = 0, DATA = 1, END = 2, CANCEL = 3, PONG = 4, PING = 5, WINDOW = 6, GOAWAY = 7, SETTINGS = 8, ERROR = 9;
const FIN = 0x80, MORE = 0x40, COMPRESSED = 0x20, IGNORABLE = 0x10;
const CALL = 0, RESPONSE = 1, EVENT = 2;
const FRAME_HEADER = 13, RPC_HEADER = 15;
const MAX_FRAME = 65536, MAX_MESSAGE = 4 << 20, MAX_CALLS = 1024;
const BATCH_BYTES = 16384, BATCH_FRAMES = 256;
const NO_METHOD = new Uint8Array(8);
const TOO_BIG = `more than ${MAX_MESSAGE} bytes`, CANCELLED_BY_PEER = 'cancelled by the peer';
const NO_CREDIT = 'credit exceeded', OUT_OF_ORDER = 'frame out of order';
const ANOTHER_PROTOCOL = 'another protocol';

/** Puts frames together to WebSocket messages. */
function newBatch() {
  const messages = [];
  let frames = [];
  let size = 0;

  /** What follows goes into another message. */
  const cut = () => {
    if (size) {
      messages.push(join(frames));
      frames = [];
      size = 0;
    }
  };

  return {
    cut,
    frame(stream, seq, kind, payload = EMPTY) {
      const { length } = payload;
      if (size + FRAME_HEADER + length > BATCH_BYTES || frames.length === 5 * BATCH_FRAMES) {
        cut();
      }
      size += FRAME_HEADER + length;
      frames.push(u32(length), u32(stream), u32(seq), [kind], payload);
    },
    take() {
      cut();
      return messages.splice(0);
    }
  };
}

/** Cuts bytes into frames, whatever pieces they come in. What is demanded and does not hold is told, and ends it. */
function newDecoder(frame, violated) {
  let pieces = [];
  let size = 0;
  let needed = FRAME_HEADER;
  let closed;

  return {
    receive(chunk) {
      pieces.push(chunk);
      size += chunk.length;
      if (size < needed) {
        return;
      }
      let bytes = join(pieces);
      try {
        for (;;) {
          needed = FRAME_HEADER;
          if (closed || bytes.length < needed) {
            break;
          }
          const [length, stream, seq] = [0, 4, 8].map((at) => number(bytes, at));
          demand(length <= MAX_FRAME);
          needed += length;
          if (bytes.length < needed) {
            break;
          }
          frame(stream, seq, bytes[12], bytes.slice(FRAME_HEADER, needed));
          bytes = bytes.subarray(needed);
        }
      }
      catch (error) {
        if (!error.violation) {
          throw error;
        }
        closed = true;
        violated(error);
      }
      pieces = [bytes];
      size = bytes.length;
    },
    close() {
      closed = true;
    }
  };
}

/** The RPC message of a request, or of the answer to one. */
function encodeMessage({ ours, type, id, method }, metadata, payload = EMPTY) {
  return join([[ours ? type : RESPONSE], u32(id), ours ? method : NO_METHOD, u16(metadata.length), metadata, payload]);
}

/** What is in an RPC message, or false if its header is not complete. */
function decodeMessage(bytes) {
  const start = RPC_HEADER + (bytes[13] | bytes[14] << 8);
  return bytes.length >= start && {
    type: bytes[0], id: number(bytes, 1), method: bytes.subarray(5, 13), meta: bytes.subarray(RPC_HEADER, start),
    payload: bytes.subarray(start), start
  };
}

/** What is too long is refused before anything of it is sent. */
function limit({ length }, max) {
  if (length > max) {
    throw new RangeError(`${length} bytes are too long for the peer`);
  }
}

/*
 * An exchange is one request and its answer, ours or the peer's:
 *
 *   ours, type     whose it is; CALL or EVENT
 *   id             request id, once it is written
 *   method, name   id of the method; its name as bytes, if it is ours
 *   body           arguments, if they are ours or came as metadata of base mode
 *   meta           metadata of ext mode but for the deadline: encoded if ours, else by type
 *   deadline       as a time of this clock
 *   open, prefetch whether items follow the arguments; how many items of the answer may be on their way
 *   status, reply  of the answer, and its metadata by type
 *   over           nothing is to be sent or received any more
 *   owner          is told what comes in: item, ended, failed
 *
 * When it is opened, a session adds what may be done with it: send, end, cancel, consumed; respond and fail if it is
 * the peer's; in ext mode also waiting, how many items have not been sent. A session's listener is told of the peer's
 * requests (opened, refused), and what happens to the connection (leaving, violated, schedule: there is something to
 * take).
 */

// -------------------------------------------------------------------------------------------------------- base mode

/** Base mode: exactly muxio 0.15. */
function baseSession(listener, { side = 0, first = 0 }) {
  const out = newBatch();
  // Our open calls and the peer's, by request id; what comes in, by stream.
  const ours = new Map();
  const theirs = new Map();
  const streams = new Map();
  let nextStream = first;
  let nextId = first;
  let begun;
  let skipped = 0;

  const idOf = (n) => (n & NUMBER | side) >>> 0;

  const drop = (inbound) => {
    if (streams.get(inbound?.stream) === inbound) {
      streams.delete(inbound?.stream);
    }
  };

  /** Gives an exchange its stream of what is sent. */
  const attach = (exchange) => {
    let stream;
    let seq = 0;

    const frame = (kind, payload) => {
      out.frame(stream, seq++, kind, payload);
      listener.schedule();
    };

    /** Writes the beginning of a message, in full frames. */
    const begin = (metadata, payload) => {
      const whole = encodeMessage(exchange, metadata, payload);
      stream = idOf(nextStream++);
      for (let at = 0; at < whole.length; at += MAX_FRAME) {
        frame(at ? DATA : OPEN, whole.subarray(at, at + MAX_FRAME));
      }
    };

    const forget = () => {
      exchange.over = true;
      (exchange.ours ? ours : theirs).delete(exchange.id);
      drop(exchange.inbound);
    };

    /** Ends it, in whatever state. A muxio peer drops what follows a CANCEL in its message. */
    const cancel = () => {
      if (!exchange.over) {
        forget();
        frame(CANCEL);
        out.cut();
      }
    };

    const end = () => {
      if (!exchange.over) {
        if (!exchange.ours) {
          forget();
          seq || begin([0]);
        }
        frame(END);
      }
    };

    /** Answers a request of the peer completely. */
    const respond = (payload, status = 0) => {
      if (!exchange.over) {
        begin([status], payload);
        end();
      }
    };

    return Object.assign(exchange, {
      begin, forget, cancel, end, respond,

      /** Sends an item of our request, or of an answer, which begins with the first one. */
      send(item) {
        limit(item, MAX_FRAME);
        if (!exchange.over) {
          const together = !exchange.ours && !seq && item.length < MAX_FRAME - RPC_HEADER && item.length;
          seq || begin([0], together ? item : EMPTY);
          together || frame(DATA, item);
        }
      },

      /** After the first item there is no way to say why. */
      fail(status, message) {
        seq ? cancel() : respond(utf8(message), baseStatus(status));
      },

      /** The peer cannot be slowed down in base mode. */
      consumed() {
      }
    });
  };

  // What comes in

  const received = (stream, seq, kind, payload) => {
    let inbound = streams.get(stream);
    demand(begun || kind <= PING, ANOTHER_PROTOCOL);
    if (kind === CANCEL) {
      broken(inbound, CANCELLED_BY_PEER);
    }
    else if (kind > END) {
      if (kind <= PING && seq === inbound?.skip) {
        inbound.skip++;
      }
      demand(++skipped < 17, 'unknown frames');
    }
    else if (inbound?.receiving || seq === 0) {
      if (!inbound?.receiving) {
        // skip is where the sequence goes on if the peer counted the frames that were skipped.
        inbound = { stream, next: 0, skip: 0, head: EMPTY, receiving: true };
        streams.set(stream, inbound);
      }
      if (seq === inbound.next || seq === inbound.skip) {
        inbound.next = inbound.skip = (seq + 1) >>> 0;
        inbound.head ? header(inbound, kind === END, payload) : body(inbound, kind === END, payload, kind !== END);
      }
      else {
        broken(inbound, OUT_OF_ORDER, true);
      }
    }
  };

  /** The header of a message, which may come in pieces. */
  const header = (inbound, end, payload) => {
    const head = inbound.head = join([inbound.head, payload]);
    const message = decodeMessage(head);
    demand(begun || !(head[0] > EVENT), ANOTHER_PROTOCOL);
    begun ||= head.length;
    if (message) {
      inbound.head = undefined;
      identify(inbound, message);
    }
    if (inbound.exchange) {
      body(inbound, end, message.payload);
    }
    else if (message || end) {
      drop(inbound);
    }
  };

  /** Finds what a message belongs to. Nobody waits for some, and they are dropped. */
  const identify = (inbound, { type, id, method, meta }) => {
    const call = ours.get(id);
    if (type === RESPONSE && call && !call.inbound) {
      inbound.exchange = Object.assign(call, { status: meta[0] ?? 0, inbound });
    }
    else if (type === EVENT || (type === CALL && !theirs.has(id))) {
      const request = inbound.exchange = attach({ type, id, method, body: meta, meta: {}, inbound });
      if (type === CALL) {
        theirs.set(id, request);
      }
      listener.opened(request);
    }
  };

  const body = (inbound, end, payload, emptyIsItem) => {
    const { exchange } = inbound;
    const gone = () => exchange.ours && exchange.over;
    if (!gone() && (payload.length || emptyIsItem)) {
      exchange.owner.item(payload, payload.length);
    }
    if (end && !gone()) {
      inbound.receiving = false;
      if (exchange.ours) {
        exchange.forget();
      }
      else if (exchange.type === EVENT) {
        drop(inbound);
      }
      exchange.owner.ended();
    }
  };

  /** Ends a stream that does not go on, so that nobody waits for its rest. */
  const broken = (inbound, message, answered) => {
    const exchange = inbound?.exchange;
    drop(inbound);
    if (exchange) {
      if (answered && !exchange.ours && exchange.type === CALL) {
        listener.refused(exchange, SYSTEM, message);
        return;
      }
      exchange.forget();
      exchange.owner.failed(message);
    }
  };

  const { receive, close } = newDecoder(received,
    ({ violation }) => listener.violated(1002, violation + ', muxio 0.15 is expected'));

  return {
    receive,

    /** Whether there is a place for another call. */
    ready: () => ours.size < MAX_CALLS,

    /** Sends a request. Short arguments are metadata. */
    open(exchange) {
      const { body, type, open } = exchange;
      const short = body.length < MAX_FRAME;
      if (open) {
        limit(body, MAX_FRAME - 1);
      }
      do {
        exchange.id = idOf(nextId++);
      } while (ours.has(exchange.id));
      attach(exchange).begin(short ? body : EMPTY, short ? EMPTY : body);
      ours.set(exchange.id, exchange);
      if (!open) {
        exchange.end();
      }
      if (type === EVENT) {
        exchange.forget();
        exchange.owner.ended();
      }
    },

    /** Returns all that is open. */
    close() {
      close();
      return [...ours.values(), ...theirs.values()];
    },

    /** WebSocket messages to send now. */
    take: out.take
  };
}

/** The nearest status of base mode: the caller's fault, not found, or all the rest. */
function baseStatus(status) {
  return status < 4 ? status : status === 0x15 ? METHOD_NOT_FOUND
    : [0x13, 0x16, 0x17, 0x19, 0x1b, 0x20].includes(status) ? FAIL : SYSTEM;
}

// --------------------------------------------------------------------------------------------------------- ext mode

const RAW_TYPE = 0, JSON_TYPE = 1;
/** Settings by their number, as assumed of a peer that told nothing, and ours. */
const ASSUMED = [0, 65536, 4 << 20, 16, 65536, 65536];
const OURS = [0, MAX_FRAME, MAX_MESSAGE, MAX_CALLS, 256 << 10, 1 << 20, 8192, 25000, 10000];
const S_FRAME = 1, S_MESSAGE = 2, S_STREAMS = 3, S_WINDOW = 4, S_CONNECTION = 5;
const T_DEADLINE = 1, T_TRACEPARENT = 2, T_CONTENT_TYPE = 4, T_WINDOW = 6, T_ITEMS = 7, T_NAME = 8, T_KEY = 9,
  T_HEADER = 16;

/** An entry of metadata. */
function entry(type, value) {
  const { length } = value;
  return join([[type], length < 255 ? [length] : [255, ...u16(length)], value]);
}

/** The entries of metadata by type. */
function entries(bytes, at = 0) {
  const found = {};
  while (at < bytes.length) {
    const type = bytes[at] & 127;
    const critical = bytes[at] > 127 && type > T_KEY && type !== T_HEADER;
    let length = bytes[at + 1];
    at += 2;
    if (length === 255) {
      length = number(bytes, at, 2);
      at += 2;
    }
    demand(at + length <= bytes.length);
    found[type] = bytes.subarray(at, at += length);
    found.critical ||= critical;
  }
  return found;
}

/** Ext mode: flow control, deadlines, structured errors. An item is to be consumed, or the peer will stop sending. */
function extSession(listener, { side = 0 }) {
  const out = newBatch();
  // All that is open; streams by their ids; how many are ours; the number of our next stream, and the peer's last one.
  const exchanges = new Set();
  const streams = new Map();
  let mine = 0;
  let next = 1;
  let highest = 0;
  // Names the peer was told; who has something to send; frames that are sent first.
  const named = new Set();
  const ring = new Set();
  let control = [];
  let peer = ASSUMED;
  let settled = false;
  // Whether we said that no more streams are served, or the peer did.
  let gone;
  let leaving;
  // Of the whole connection: bytes we may send, bytes the peer may, and those it may again once told.
  let totalCredit = 0;
  let totalAvailable = OURS[S_CONNECTION];
  let totalPending = 0;

  const isOurs = (id) => (id ^ side) >= 0;

  const tell = (kind, stream, ...parts) => {
    control.push([stream, 0, kind, join(parts)]);
    listener.schedule();
  };

  /** Gives an exchange its stream. What it adds to the exchange is for users of it, or for the rest of the session. */
  const attach = (exchange, credit = peer[S_WINDOW], itemCredit = Infinity) => {
    const { ours, type, body, meta, deadline, name, prefetch = Infinity } = exchange;
    // What is sent: items that wait, and how much of the first one was sent. The first may be the arguments.
    const items = [];
    const takesItem = !ours || body.length > 0;
    let offset = 0;
    let seq = 0;
    let opened;
    let ending;
    let done;
    let error;
    // What may be received, and what of that is to be given back.
    let available = OURS[S_WINDOW];
    let availableItems = prefetch;
    let pending = 0;
    let pendingItems = 0;
    // What comes in: the parts of an item, their size, how much of it was given back; items not consumed yet.
    let inSeq = 0;
    let answering;
    let fin;
    let itemOpen;
    let refused;
    let parts = [];
    let size = 0;
    let advanced = 0;
    let held = 0;

    const schedule = () => {
      if (need() >= 0) {
        ring.add(exchange);
        listener.schedule();
      }
    };

    const retire = () => {
      exchange.over = done = true;
      mine -= ours;
      exchanges.delete(exchange);
      streams.delete(exchange.id);
      ring.delete(exchange);
    };

    const cancel = () => {
      if (!exchange.over) {
        if (exchange.id) {
          tell(CANCEL, exchange.id);
        }
        retire();
      }
    };

    const send = (item) => {
      limit(item, peer[S_MESSAGE]);
      items.push(item);
      schedule();
    };

    const end = () => {
      ending = true;
      schedule();
    };

    /** Metadata of what is sent. The deadline is the time that is left; a method's name goes with its first use. */
    const metadata = () => {
      const left = Math.max(0, Math.ceil(deadline - now()));
      return !ours ? [0] : join([left < 2 ** 32 ? entry(T_DEADLINE, u32(left)) : EMPTY, meta,
        name.length && !named.has(name) ? entry(T_NAME, name) : EMPTY]);
    };

    /** Credit of the connection that the next frame needs at least; -1 if there is none to send. */
    const need = () => {
      const [item] = items;
      const wants = opened ? item ? offset || itemCredit : ending : ours || item || ending;
      const size = !opened ? RPC_HEADER + metadata().length : item?.length ? 1 : 0;
      return done ? -1 : error && !item ? 0 : !wants || size > credit ? -1 : size;
    };

    /** Writes the next frame. Returns how long its payload is. */
    const write = (room) => {
      const [item] = items;
      const kind = !item && error ? ERROR : !opened ? OPEN : item ? DATA : END;
      let head = kind === ERROR ? error : EMPTY;
      let piece = EMPTY;
      let more;
      if (kind === OPEN) {
        const encoded = metadata();
        opened = true;
        if (ours) {
          exchange.id = (next++ | side) >>> 0;
          streams.set(exchange.id, exchange);
          named.add(name);
        }
        head = encodeMessage(exchange, encoded);
      }
      // OPEN takes arguments, or the first item of an answer, unless it is empty.
      if (item && (kind === DATA || (item.length && takesItem && itemCredit))) {
        offset || itemCredit--;
        piece = item.subarray(offset, offset + Math.max(0, Math.min(room, totalCredit, credit) - head.length));
        offset += piece.length;
        more = offset < item.length;
        if (!more) {
          offset = 0;
          items.shift();
        }
      }
      const payload = join([head, piece]);
      const last = kind <= DATA && !more && !items.length && ending && !error;
      out.frame(exchange.id, kind === ERROR ? 0 : seq++, kind | (more && MORE) | (last && FIN), payload);
      if (kind !== ERROR) {
        credit -= payload.length;
        totalCredit -= payload.length;
      }
      if (last || kind > DATA) {
        // An answer or a cast ends its stream.
        done = true;
        if (!ours || type === EVENT) {
          retire();
          ours && exchange.owner.ended();
        }
      }
      return payload.length;
    };

    /** What is left of a request that is not served is not wanted. */
    const refuse = (status, message) => {
      refused = true;
      if (type === EVENT) {
        cancel();
      }
      listener.refused(exchange, status, message);
    };

    /** An item may be longer than the window: once no other waits to be consumed, what came of it is given back. */
    const advance = () => {
      if (!held) {
        pending += size - advanced;
        advanced = size;
      }
    };

    const receive = (seq, kind, flags, length, { type: answer, meta: told, start, payload }) => {
      const opens = kind === OPEN;
      const more = flags & MORE;
      available -= length;
      demand(!fin && (!ours || type === CALL) && opens === !answering && seq === inSeq++ >>> 0, OUT_OF_ORDER);
      demand(available >= 0, NO_CREDIT, 3);
      fin = kind === END || flags & FIN;
      if (opens) {
        answering = true;
        pending += start;
        if (ours) {
          demand(answer === RESPONSE && told.length);
          exchange.status = told[0];
          exchange.reply = entries(told, 1);
        }
        else if (meta.critical) {
          refuse(UNIMPLEMENTED, 'unknown critical metadata');
        }
        else {
          listener.opened(exchange);
        }
      }
      if (!itemOpen && (payload.length || more || kind === DATA)) {
        itemOpen = true;
        exchange.inOpen = opens;
        demand(exchange.status || --availableItems >= 0, NO_CREDIT, 3);
      }
      if (refused) {
        pending += payload.length;
      }
      else if (itemOpen) {
        parts.push(payload);
        size += payload.length;
        if (size > MAX_MESSAGE) {
          if (ours) {
            cancel();
            exchange.owner.failed(TOO_BIG);
          }
          else {
            refuse(RESOURCE_EXHAUSTED, TOO_BIG);
          }
        }
        else if (more) {
          advance();
        }
        else {
          const item = join(parts);
          const cost = size - advanced;
          parts = [];
          size = advanced = 0;
          held++;
          exchange.owner.item(item, cost);
        }
      }
      itemOpen &&= more;
      if (fin && !exchange.over && !refused) {
        if (ours || type === EVENT) {
          retire();
        }
        exchange.owner.ended();
      }
    };

    mine += ours;
    exchanges.add(exchange);
    return Object.assign(exchange, {
      ext: true, send, end, cancel, need, write, schedule, retire, receive,
      waiting: () => items.length,

      /** Answers a request of the peer completely. */
      respond(payload) {
        if (payload.length) {
          send(payload);
        }
        end();
      },

      /** Ends a request with an error, after the items that were given. */
      fail(status, message, more) {
        if (type === CALL) {
          error = errorPayload(status, message, { notExecuted: refused, ...more });
          schedule();
        }
      },

      /** The owner is done with an item that cost so many bytes. */
      consumed(cost) {
        held--;
        pending += cost;
        pendingItems++;
        advance();
        listener.schedule();
      },

      /** The peer gives credit. */
      credited(bytes, items) {
        credit += bytes;
        itemCredit += items;
        schedule();
      },

      /** Gives credit back in halves of a window. */
      grant() {
        const count = prefetch < Infinity ? pendingItems : 0;
        if (!fin && (2 * pending >= OURS[S_WINDOW] || (count && count >= prefetch >> 1))) {
          tell(WINDOW, exchange.id, u32(pending), u32(count));
          available += pending;
          availableItems += count;
          pending = pendingItems = 0;
        }
      },

      /** CANCEL or ERROR of the peer. */
      ended(kind, payload) {
        const rest = payload.subarray(1);
        retire();
        if (kind === ERROR && ours) {
          exchange.status = payload[0];
          exchange.owner.ended(rest);
        }
        else {
          exchange.owner?.failed(text(rest) || CANCELLED_BY_PEER);
        }
      }
    });
  };

  /** When one needs more credit than there is, nobody behind it gets any, or its OPEN might wait for ever. */
  const turns = () => {
    let blocked;
    const affordable = (needed) => needed <= (blocked ? 0 : totalCredit);
    for (const exchange of ring) {
      let left = BATCH_BYTES;
      let needed = exchange.need();
      if (!affordable(needed)) {
        blocked = true;
        continue;
      }
      ring.delete(exchange);
      while (needed >= 0 && affordable(needed) && (left === BATCH_BYTES || FRAME_HEADER + needed <= left)) {
        left -= FRAME_HEADER + exchange.write(Math.min(left - FRAME_HEADER, peer[S_FRAME]));
        needed = exchange.need();
      }
      // Those with more to send come again at the end of this very loop.
      exchange.schedule();
    }
  };

  /** Serves no streams of the peer that are not open yet. */
  const goAway = (code, drain, reason) => {
    gone = true;
    tell(GOAWAY, 0, u32(highest), u16(code), u32(drain), utf8(reason));
  };

  /** An open stream. Frames of one that is over are late, and nothing to wonder at. */
  const find = (id) => {
    demand(isOurs(id) ? (id & NUMBER) < next : id <= highest, `stream ${id}: frame for a stream never opened`);
    return streams.get(id);
  };

  const frame = (stream, seq, flags, payload) => {
    const kind = flags & 15;
    demand(!(flags & COMPRESSED) && (kind <= ERROR || flags & IGNORABLE) && settled === (kind !== SETTINGS));
    if (kind <= END) {
      message(stream, seq, kind, flags, payload);
    }
    else if (kind === CANCEL || kind === ERROR) {
      find(stream)?.ended(kind, payload);
    }
    else if (kind === PING) {
      tell(PONG, 0, payload);
    }
    else if (kind === WINDOW) {
      const bytes = number(payload, 0);
      stream ? find(stream)?.credited(bytes, number(payload, 4)) : totalCredit += bytes;
    }
    else if (kind === GOAWAY) {
      const last = number(payload, 0);
      const unserved = [...exchanges].filter(({ ours, id }) => ours && !(id <= last));
      leaving = true;
      for (const exchange of unserved) {
        exchange.retire();
        exchange.id = undefined;
      }
      listener.leaving(unserved, number(payload, 4, 2), text(payload.subarray(10)));
    }
    else if (kind === SETTINGS) {
      settled = true;
      peer = [...ASSUMED];
      for (let at = 0; at < payload.length; at += 5) {
        peer[payload[at]] = number(payload, at + 1);
      }
      totalCredit = peer[S_CONNECTION];
    }
  };

  const message = (stream, seq, kind, flags, payload) => {
    const { length } = payload;
    const head = kind === OPEN ? decodeMessage(payload) : { id: stream, payload };
    totalAvailable -= length;
    totalPending += length;
    demand(totalAvailable >= 0, NO_CREDIT, 3);
    demand(head.id === stream);
    if (kind === OPEN && !isOurs(stream)) {
      demand((stream & NUMBER) === (highest & NUMBER) + 1, OUT_OF_ORDER);
      highest = stream;
      if (gone) {
        return;
      }
      request(head);
    }
    find(stream)?.receive(seq, kind, flags, length, head);
  };

  const request = ({ id, type, method, meta: encoded }) => {
    const meta = entries(encoded);
    const told = (entry) => meta[entry] && number(meta[entry], 0);
    demand(type === CALL || type === EVENT);
    streams.set(id, attach({
      ours: false, id, type, method, meta, body: EMPTY, deadline: now() + (told(T_DEADLINE) ?? Infinity)
    }, told(T_WINDOW), told(T_ITEMS)));
  };

  const { receive, close } = newDecoder(frame, ({ violation, code }) => {
    // The peer is told, and nothing else.
    control = [];
    ring.clear();
    goAway(code, 0, violation);
    listener.violated(4002, violation);
  });

  tell(SETTINGS, 0, ...OURS.flatMap((value, i) => i ? [[i], u32(value)] : []));

  return {
    ext: true,
    receive,
    goAway,

    /** Whether there is a place for another call. It is known once the peer told its settings. */
    ready: () => settled && mine < peer[S_STREAMS] && !leaving,

    busy: () => exchanges.size,

    open(exchange) {
      const { body, open } = exchange;
      limit(body, peer[S_MESSAGE]);
      attach(exchange);
      if (body.length) {
        exchange.send(body);
      }
      open ? exchange.schedule() : exchange.end();
    },

    /** Asks for a sign of life. */
    ping() {
      tell(PING, 0, NO_METHOD);
    },

    /** Returns all that is open. */
    close() {
      close();
      return [...exchanges];
    },

    /** WebSocket messages to send now: control frames, then the streams in turns of 16 KiB. */
    take() {
      if (2 * totalPending >= OURS[S_CONNECTION]) {
        tell(WINDOW, 0, u32(totalPending), u32(0));
        totalAvailable += totalPending;
        totalPending = 0;
      }
      exchanges.forEach((exchange) => exchange.grant());
      control.splice(0).forEach((frame) => out.frame(...frame));
      turns();
      return out.take();
    }
  };
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
  return encodeValue(key !== undefined ? [key, ...list] : list.length === 1 ? list[0] ?? null
    : list.length ? list : undefined);
}

function decodeValue(bytes, as) {
  return as === 'bytes' ? bytes : as === 'text' ? text(bytes) : bytes.length ? JSON.parse(text(bytes)) : undefined;
}

// ------------------------------------------------------------------------------------------------------------ calls

/** One operation, from the moment it is asked for to its outcome; outlives connections. */
function newCall(limit, type, name, args = [], options = {}) {
  const { timeout = limit, signal, key, as, items, channel, headers = {}, traceParent, prefetch = 256, resume } = options;
  // What carries it, on which link.
  let exchange;
  let link;
  let body;
  let keyedBody;
  let parts = [];
  let held = 0;
  /** Whether a connection was lost on which the peer may have begun it. */
  let maybe;
  // Its outcome.
  let settled;
  let failed;
  let resolve;
  let reject;
  const promise = new Promise((...both) => [resolve, reject] = both);
  let begun;
  const opened = new Promise((done) => begun = done);
  // If it is a stream: items that wait to be read, who waits for them, and the last one that came.
  let queue;
  let wake;
  let last;

  /** At once: the caller may change its objects later. */
  const encode = (args) => {
    body = encodeArguments(args);
    keyedBody = key === undefined ? body : !isBytes(args[0]) && encodeArguments(args, key);
  };

  const decode = (bytes) => {
    const raw = exchange?.reply?.[T_CONTENT_TYPE]?.[0] === RAW_TYPE;
    return decodeValue(bytes, as ?? (raw ? 'bytes' : 'json'));
  };

  /** Whether the peer may have begun it. */
  const executed = () => maybe || exchange?.id >= 0 ? 'maybe' : 'no';

  const settle = (error, value) => {
    if (!settled) {
      settled = true;
      failed = error;
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      error === undefined ? resolve(value) : reject(error);
      begun();
      wake?.();
    }
  };

  const fail = (type, message, status, more) =>
    settle(new type(`${name}: ${message}`, status, { executed: executed(), ...more }));

  /** Ends it on this side, by settling it, and tells the other one. */
  const cancel = (end, ...why) => {
    if (!settled) {
      end(...why);
      exchange?.cancel();
    }
  };

  const aborted = () => cancel(settle, signal.reason);

  /** Goes on with the request once it has begun and there is room. False if nobody wants it any more. */
  const proceed = async (step) => {
    await opened;
    await link?.room(exchange);
    settled || step();
    return !settled;
  };

  const send = (item) => proceed(() => exchange.send(encodeValue(item)));
  const end = () => proceed(() => exchange.end());

  const pump = async () => {
    try {
      for await (const item of items) {
        if (!await send(item)) {
          return;
        }
      }
      end();
    }
    catch (error) {
      cancel(settle, error);
    }
  };

  async function* read() {
    try {
      while (queue.length || !settled) {
        if (queue.length) {
          yield queue.shift()();
        }
        else {
          await new Promise((resolve) => wake = resolve);
        }
      }
      if (failed) {
        throw failed;
      }
    }
    finally {
      cancel(settle);
    }
  }

  const call = {
    promise, settle, fail,

    /** Its items as they come: to be iterated once; leaving the loop cancels. A channel also sends. */
    stream() {
      if (exchange || queue) {
        throw new TypeError(`${name}: iterate at once, and once, over what it returns`);
      }
      queue = [];
      promise.catch(() => {});
      return Object.assign(read(), { cancel: () => cancel(settle), send, end });
    },

    /** Puts it into the hands of a session. */
    begin(to) {
      if (settled) {
        return;
      }
      const { id, bytes } = methodOf(name);
      const { session } = to;
      const limited = !queue || options.timeout;
      const payload = session.ext ? body : keyedBody;
      if (!payload) {
        throw new RangeError('bytes for a keyed server need ext mode');
      }
      const meta = [
        traceParent && entry(T_TRACEPARENT, bytesOf(traceParent.replaceAll('-', ''))),
        queue && entry(T_ITEMS, u32(prefetch)),
        key !== undefined && entry(T_KEY, utf8(key)),
        ...Object.entries(headers).map(([name, value]) =>
          entry(T_HEADER, join([[utf8(name).length], utf8(name), utf8(value)])))
      ];
      link = to;
      exchange = {
        ours: true, type, method: id, name: bytes, body: payload, meta: join(meta.filter(Boolean)), owner: call,
        status: 0, prefetch: queue && prefetch, deadline: limited ? deadline : Infinity, open: items || channel
      };
      session.open(exchange);
      if (!limited) {
        // The time limit was for getting here.
        clearTimeout(timer);
      }
      begun();
      if (items) {
        pump();
      }
    },

    // What comes back

    item(bytes, cost) {
      const { status, consumed, ext } = exchange;
      held += bytes.length;
      if (queue && !status) {
        last = bytes;
        queue.push(() => {
          held -= bytes.length;
          consumed(cost);
          return decode(bytes);
        });
        wake?.();
      }
      else {
        parts.push(bytes);
        consumed(cost);
      }
      // In base mode nothing slows down the other end.
      if (held > MAX_MESSAGE && !(queue && ext)) {
        cancel(fail, RemoteError, TOO_BIG + ' wait to be read', RESOURCE_EXHAUSTED);
      }
    },

    ended(payload = join(parts)) {
      const { status, ext } = exchange;
      if (status) {
        fail(...remoteError(status, ext, payload));
        return;
      }
      try {
        settle(undefined, queue ? undefined : decode(payload));
      }
      catch (cause) {
        fail(RemoteError, 'no usable answer: ' + cause.message, INTERNAL, { executed: 'yes', cause });
      }
    },

    failed(message) {
      fail(RemoteError, message, SYSTEM);
    },

    /** The connection is gone, or does not serve this call. True if it is to be sent again. */
    lost(message) {
      const ran = executed() !== 'no';
      const goesOn = resume && queue;
      if (items || channel || (ran && !options.idempotent && !goesOn)) {
        fail(ClosedError, message, UNAVAILABLE, { retryable: !ran });
      }
      try {
        goesOn && last && encode(resume(decode(last)));
      }
      catch (error) {
        settle(error);
      }
      maybe = ran;
      exchange = link = undefined;
      parts = [];
      return !settled;
    }
  };

  const deadline = now() + timeout;
  const timer = later(() => cancel(fail, CallTimeoutError, `timed out after ${timeout} ms, executed: ${executed()}`,
    DEADLINE_EXCEEDED), timeout);
  encode(args);
  signal?.addEventListener('abort', aborted);
  if (signal?.aborted) {
    aborted();
  }
  return call;
}

/** Lets a handler answer a request of the peer. Its failures are also told here. */
function serveExchange(exchange, handler, client, room, tell) {
  const { type, meta, deadline, body } = exchange;
  const abort = new AbortController();
  const { signal } = abort;
  const parts = [];
  let size = 0;
  let refused;
  let iterator;

  const refuse = (...why) => {
    refused = true;
    exchange.fail(...why);
  };

  const run = async (bytes) => {
    try {
      const value = meta[T_CONTENT_TYPE]?.[0] === RAW_TYPE ? bytes : decodeValue(bytes);
      const args = Array.isArray(value) && handler.length !== 1 ? value : bytes.length ? [value] : [];
      const key = meta[T_KEY] && text(meta[T_KEY]);
      const result = await handler(...args, { signal, key, deadline, client });
      iterator = type === CALL && result?.[Symbol.asyncIterator]?.();
      if (iterator) {
        for (let next; !exchange.over && !(next = await iterator.next()).done;) {
          exchange.send(encodeValue(next.value ?? null));
          await room(exchange);
        }
        exchange.end();
      }
      else if (type === CALL) {
        exchange.respond(encodeValue(result));
      }
    }
    catch (error) {
      refuse(error?.status ?? INTERNAL, error?.message ?? String(error), error);
      tell(error);
    }
  };

  const failed = () => {
    abort.abort(new ClosedError('the caller gave up', CANCELLED));
    iterator?.return?.();
  };

  exchange.owner = {
    item(bytes, cost) {
      exchange.consumed(cost);
      parts.push(bytes);
      size += bytes.length;
      if (size > MAX_MESSAGE || (exchange.ext && !exchange.inOpen)) {
        refuse(INVALID_ARGUMENT, 'more than one item of arguments');
      }
    },
    ended() {
      refused || run(parts.length ? join(parts) : body);
    },
    failed,
    lost: failed
  };
  if (!handler) {
    refuse(METHOD_NOT_FOUND, 'there is no such method here');
  }
}

// ----------------------------------------------------------------------------------------------------------- client

const RECONNECT = [1001, 1006, 1011, 1012, 1013, 4008, 4010];
const EXT = 'genserver.v1', BASE = 'muxio';
const BUFFERED = 1 << 20;
const UNAUTHENTICATED = 4001, RATE = 4029;
/** A connection that lasted so long was a good one. */
const LONG = 10000;

/** Connects to an endpoint. Calls may be made at once: they wait for the connection. */
export function connect(url = '/ws', {
  timeout = 5000, connectTimeout = 10000, mode, maxQueued = 1024, token, WebSocket = globalThis.WebSocket,
  keepAlive: { interval = 25000, timeout: patience = 10000 } = {}, backoff: { initial = 200, max = 20000 } = {}
} = {}) {
  if (!WebSocket) {
    throw new TypeError('There is no WebSocket here: pass one as the option WebSocket');
  }
  const listeners = { state: new Set(), error: new Set() };
  const served = new Map();
  const links = new Set();
  const queue = [];
  const { href } = new URL(url, globalThis.location?.href);
  // The link in use; when it was opened.
  let link;
  let since;
  let state;
  /** Why it is closed for good. */
  let fatal;
  let timer;
  let attempts = 0;
  let attempt;
  let fresh = false;
  // Whether protocols are offered: a browser fails if the peer knows none; and whether it knew one.
  let offers = true;
  let known;

  /** A listener that fails must not keep the client from connecting. */
  const emit = (event, ...values) => {
    for (const listener of listeners[event]) {
      try {
        listener(...values);
      }
      catch (error) {
        console.error(error);
      }
    }
  };

  const become = (next, detail) => {
    state = next;
    emit('state', state, detail);
  };

  // Links

  /** One connection: its WebSocket, its session, and what the peer calls here. */
  const newLink = (socket) => {
    let session;
    let draining;
    let over;
    let scheduled;
    let pause;
    let heard;
    /** When a sign of life was asked for that has not come. */
    let probed = Infinity;
    /** Who waits for room; each returns whether it goes on waiting. */
    let rooms = [];

    /** Sends what there is, once the code that runs now has said all it has to say. */
    const schedule = () => {
      if (!scheduled) {
        scheduled = true;
        queueMicrotask(() => {
          scheduled = false;
          over || send();
        });
      }
    };

    const send = () => {
      flush(link);
      session?.take().forEach((message) => socket.send(message));
      if (draining && !session.busy()) {
        close(1000, 'drained');
        return;
      }
      const full = socket.bufferedAmount > BUFFERED;
      rooms = rooms.filter((goesOn) => goesOn(full));
      if (full) {
        pause ??= later(() => {
          pause = undefined;
          schedule();
        }, 20);
      }
    };

    const probe = () => {
      if (session && probed === Infinity) {
        probed = now();
        if (session.ext) {
          session.ping();
        }
        else {
          // Any answer is a sign of life.
          const call = newCall(patience, CALL, '$rpc.ping');
          call.promise.catch(() => {});
          call.begin(link);
        }
      }
    };

    /** After silence the peer is asked for a sign of life, and given up if there is none. */
    const beat = () => {
      if (now() - probed >= patience) {
        lose(1006, 'no sign of life');
        return;
      }
      if (now() - heard >= interval) {
        probe();
      }
      timer = later(beat, Math.min(interval, patience) / 2);
    };

    const close = (code, reason) => {
      // Browsers let a page use 1000 and the codes from 3000 on only.
      socket.close(code === 1000 ? code : 4002, reason);
      lose(code, reason);
    };

    /** The connection is over, whether or not the socket knows. */
    const lose = (code, reason) => {
      if (!over) {
        over = true;
        clearTimeout(timer);
        rooms.forEach((goesOn) => goesOn());
        socket.close();
        lost(link, code, reason,
          again(session?.close() ?? [], `the connection was lost (${code}${reason && ', ' + reason})`));
      }
    };

    /** Which calls are to be made again, now that the peer does not serve them. */
    const again = (exchanges, message) => exchanges.map((exchange) => {
      exchange.over = true;
      return exchange.owner;
    }).filter((owner) => owner?.lost(message));

    /** What the session tells. */
    const listener = {
      schedule,

      leaving(unserved, code, reason) {
        draining = true;
        leave(link, code, reason, again(unserved, 'the peer leaves: ' + reason));
      },

      violated(code, message) {
        session.take().forEach((frame) => socket.send(frame));
        close(code, message);
      },

      refused: ({ fail }, status, message) => fail(status, message),

      opened(exchange) {
        serveExchange(exchange, served.get(String(exchange.method)), client, link.room, (error) => emit('error', error));
      }
    };

    const link = {
      schedule, probe, close,

      /** Once it is connected. */
      session: undefined,

      /** Resolves once the exchange may be given another item, or is over. */
      room: (exchange) => new Promise((resolve) => {
        const waits = (full) => !over && !exchange.over && (full || exchange.waiting?.() > 15);
        over ? resolve() : rooms.push((full) => waits(full) || resolve());
        schedule();
      })
    };

    let timer = later(() => lose(1006, 'not connected in time'), connectTimeout);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      clearTimeout(timer);
      since = heard = now();
      known ||= socket.protocol;
      link.session = session = (socket.protocol === EXT ? extSession : baseSession)(listener, {});
      beat();
      become('open', { mode: client.mode });
      schedule();
    };
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }) => lose(code, reason);
    socket.onmessage = ({ data }) => {
      heard = now();
      probed = Infinity;
      if (typeof data === 'string') {
        listener.violated(1003, 'text instead of binary');
      }
      else {
        session.receive(new Uint8Array(data));
        schedule();
      }
    };
    return link;
  };

  // Connections

  const dial = async () => {
    if (fatal) {
      return;
    }
    const mine = attempt = {};
    become('connecting', { attempt: attempts });
    try {
      const credentials = await token?.({ fresh });
      if (mine === attempt && !fatal) {
        const offer = [EXT, BASE].filter((each) => mode !== (each === EXT ? 'base' : 'ext'));
        if (credentials) {
          offer.push('bearer.' + base64url(credentials));
        }
        links.add(link = newLink(new WebSocket(href.replace(/^http/, 'ws'), offers ? offer : [])));
      }
    }
    catch (error) {
      emit('error', error);
      wait({ reason: error.message });
    }
  };

  const wait = (why) => {
    if (fatal) {
      return;
    }
    const delay = Math.random() * Math.min(max, initial * 2 ** attempts++);
    timer = later(dial, delay);
    become('waiting', { ...why, delay, attempt: attempts });
  };

  /** The network is back, or the page is looked at: no reason to wait any longer. */
  const wake = () => {
    if (globalThis.document?.hidden) {
      return;
    }
    if (state === 'waiting') {
      clearTimeout(timer);
      dial();
    }
    else {
      link?.probe();
    }
  };

  const watch = (method) => {
    globalThis[method]?.('online', wake);
    globalThis.document?.[method]('visibilitychange', wake);
  };

  const end = (message) => {
    if (!fatal) {
      fatal = new ClosedError(message, UNAVAILABLE, { executed: 'no' });
      become('closed', { error: fatal });
      clearTimeout(timer);
      watch('removeEventListener');
      links.forEach((each) => each.close(1000, message));
      queue.splice(0).forEach((call) => call.fail(ClosedError, message, UNAVAILABLE));
    }
  };

  /** A link will be closed by the peer: another one is opened meanwhile. */
  const leave = (from, code, reason, again) => {
    queue.unshift(...again);
    if (from === link) {
      link = undefined;
      become('draining', { code, reason });
      if (code === 4 || code === 8) {
        attempts += 3;
        wait({ code, reason });
      }
      else {
        dial();
      }
    }
  };

  const lost = (from, code, reason, again) => {
    links.delete(from);
    queue.unshift(...again);
    if (from !== link) {
      link?.schedule();
      return;
    }
    const { session } = link;
    link = undefined;
    if (session && now() - since >= LONG) {
      attempts = 0;
      fresh = false;
    }
    // Perhaps the peer knows no protocols: try once without.
    const bare = !session && !known && mode !== 'ext' && offers;
    const refresh = code === UNAUTHENTICATED && token && !fresh;
    offers = !bare && (offers || !session);
    fresh ||= Boolean(refresh);
    if (bare || refresh) {
      dial();
    }
    else if (RECONNECT.includes(code) || code === RATE) {
      attempts += code === RATE ? 5 : 0;
      wait({ code, reason });
    }
    else {
      end(`the connection was closed for good (${code}${reason && ', ' + reason})`);
    }
  };

  // Operations

  const enqueue = (call) => {
    queue.push(call);
    link?.schedule();
  };

  /** Gives the link what waits for one. */
  const flush = (to) => {
    while (to === link && queue.length && link?.session?.ready()) {
      const call = queue.shift();
      try {
        call.begin(link);
      }
      catch (error) {
        call.fail(RefusedError, error.message, INVALID_ARGUMENT);
      }
    }
  };

  const submit = (call) => {
    const full = () => queue.length >= maxQueued;
    if (full()) {
      flush(link);
    }
    if (fatal) {
      call.settle(fatal);
    }
    else if (full()) {
      call.fail(RefusedError, 'too many operations wait', RESOURCE_EXHAUSTED);
    }
    else {
      enqueue(call);
    }
    return call;
  };

  const client = {
    call: (...given) => submit(newCall(timeout, CALL, ...given)).promise,

    cast(...given) {
      submit(newCall(timeout, EVENT, ...given)).promise.catch((error) => emit('error', error));
    },

    stream(...given) {
      const call = newCall(timeout, CALL, ...given);
      const stream = call.stream();
      submit(call);
      return stream;
    },

    upload: (method, args, items, options) => client.call(method, args, { ...options, items }),

    channel: (method, args, options) => client.stream(method, args, { ...options, channel: true }),

    /** What an operation is, is seen from its use: asked for an iterator at once, it is a stream. */
    proxy(options = {}) {
      const invoke = (name, args, key) => {
        const call = submit(newCall(timeout, CALL, name, args, key === undefined ? options : { ...options, key }));
        call.promise.catch(() => {});
        return Object.assign(call.promise, {
          [Symbol.asyncIterator]: call.stream
        });
      };
      const named = (target, each) => new Proxy(target, {
        get: (_, name) => typeof name === 'symbol' || name === 'then' ? undefined : each(name)
      });
      const server = (name, key) => named((instance) => server(name, String(instance)),
        (method) => (...args) => invoke(`${name}.${method}`, args, key));
      return named({}, (name) => server(name));
    },

    serve(name, handlers) {
      if (typeof handlers === 'function') {
        served.set(String(methodOf(name).id), handlers);
        return;
      }
      for (const each of [handlers, Object.getPrototypeOf(handlers)].flatMap(Object.getOwnPropertyNames)) {
        if (typeof handlers[each] === 'function' && !(each in Object.prototype)) {
          client.serve(`${name}.${each}`, handlers[each].bind(handlers));
        }
      }
    },

    get state() {
      return state;
    },

    /** Base or ext, once connected. */
    get mode() {
      return link?.session && (link.session.ext ? 'ext' : 'base');
    },

    on(event, listener) {
      listeners[event].add(listener);
      return () => listeners[event].delete(listener);
    },

    ready: () => new Promise((resolve, reject) => {
      const check = () => {
        if (state === 'open' || fatal) {
          off();
          fatal ? reject(fatal) : resolve(client);
        }
      };
      const off = client.on('state', check);
      check();
    }),

    close: () => end('the client was closed')
  };

  watch('addEventListener');
  dial();
  return client;
}

function base64url(token) {
  return btoa(String.fromCharCode(...utf8(token))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
