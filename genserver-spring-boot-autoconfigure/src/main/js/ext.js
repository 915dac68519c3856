/** Ext mode: flow control, deadlines, structured errors. An item is to be consumed, or the peer will stop sending. */

import { EMPTY, join, number, text, u16, u32, utf8 } from './bytes.js';
import {
  ASKED, BATCH_BYTES, CALL, CANCEL, COMPRESSED, CREDIT_VIOLATION, END, ENTRIES, ERROR, EVENT, EXT_VIOLATION, FRAME_HEADER,
  GOAWAY, IGNORABLE, MAX_INT, OPEN, PING, PONG, S_CONNECTION, S_FRAME, S_MESSAGE, S_METADATA, S_STREAMS, S_WINDOW,
  SETTINGS, T_DEADLINE, T_ITEMS, T_WINDOW, WINDOW
} from './constants.js';
import { ExtExchange, NO_CREDIT } from './ext-exchange.js';
import { entries, entry } from './metadata.js';
import { ASSUMED, OURS } from './settings.js';
import { now } from './time.js';
import { decodeMessage, demand, limit, newBatch, newFrameReader, OUT_OF_ORDER } from './wire.js';

export class ExtSession {
  ext = true;
  mode = 'ext';
  listener;
  /** Settings of the peer. */
  peer = ASSUMED;
  /** Names that the peer knows. */
  named = new Set();
  #side;
  #out = newBatch();
  #reader = newFrameReader((...frame) => this.#frame(...frame), (violation) => this.#violated(violation));
  // All that is open; streams by their ids; how many are ours; the number of our next stream, and the peer's last one.
  #exchanges = new Set();
  #streams = new Map();
  #mine = 0;
  #next;
  #highest = 0;
  // Who has something to send; frames that are sent first.
  #ring = new Set();
  #control = [];
  #settled = false;
  // Whether we said that no more streams are served, or the peer did.
  #gone;
  #leaving;
  // Of the whole connection: bytes we may send, bytes the peer may, and those that it has not been given back yet.
  #totalCredit = 0;
  #totalAvailable = OURS[S_CONNECTION];
  #totalPending = 0;
  /** Casts that were written, in order, until the peer has taken them, which it says by whatever it says of a later stream. */
  #casts = [];

  /** The side is the high bit of our ids; the accepting one has it set. */
  constructor(listener, { side = 0, first = 1 } = {}) {
    this.listener = listener;
    this.#side = side;
    this.#next = first;
    this.tell(SETTINGS, 0, ...OURS.flatMap((value, i) => [[i], u32(value)]).slice(2));
  }

  receive(chunk) {
    this.#reader.receive(chunk);
  }

  /** Whether there is a place for another call. It is known once the peer's settings came. */
  ready() {
    return this.#settled && this.#mine < this.peer[S_STREAMS] && !this.#leaving && this.#hasIds();
  }

  busy() {
    return this.#exchanges.size;
  }

  open(fields) {
    const { body, meta, name, open } = fields;
    limit(body.length, this.peer[S_MESSAGE]);
    limit(meta.length + name.length + ENTRIES, this.peer[S_METADATA]);
    const exchange = this.#attach(new ExtExchange(this, fields, this.peer[S_WINDOW]));
    if (body.length) {
      exchange.send(body);
    }
    open ? exchange.schedule() : exchange.end();
    return exchange;
  }

  /** Asks for a sign of life, which tells that all streams up to now were taken. */
  ping() {
    this.tell(PING, 0, u32(this.#next - 1), u32(0));
  }

  /** Serves no streams of the peer that are not open yet. */
  goAway(code, drain, reason) {
    this.#gone = true;
    this.tell(GOAWAY, 0, u32(this.#highest), u16(code), u32(drain), utf8(reason));
  }

  /** Returns all that is open. */
  close() {
    this.#reader.close();
    return [...this.#exchanges];
  }

  /** WebSocket messages to send now: control frames, then the streams in turns of 16 KiB. */
  take() {
    if (2 * this.#totalPending >= OURS[S_CONNECTION]) {
      this.tell(WINDOW, 0, u32(this.#totalPending), u32(0));
      this.#totalAvailable += this.#totalPending;
      this.#totalPending = 0;
    }
    this.#exchanges.forEach((exchange) => exchange.grant());
    this.#control.splice(0).forEach((frame) => this.#out.frame(...frame));
    this.#turns();
    return this.#out.take();
  }

  // For exchanges

  tell(kind, stream, ...parts) {
    this.#control.push([stream, 0, kind, join(parts)]);
    this.listener.schedule();
  }

  schedule(exchange) {
    this.#ring.add(exchange);
    this.listener.schedule();
  }

  /** Gives an exchange of ours its stream. */
  enter(exchange) {
    exchange.id = (this.#next++ | this.#side) >>> 0;
    this.#streams.set(exchange.id, exchange);
    this.named.add(exchange.name);
    if (exchange.type === EVENT) {
      this.#casts.push(exchange);
    }
    if (exchange.id % ASKED === 0) {
      this.ping();
    }
    if (!this.#hasIds() && !this.#leaving) {
      const reason = 'ids run out';
      this.#leaving = true;
      this.goAway(0, 0, reason);
      this.listener.leaving([], 0, reason);
    }
  }

  frame(cost, ...frame) {
    this.#out.frame(...frame);
    this.#totalCredit -= cost;
  }

  retire(exchange) {
    this.#mine -= this.#exchanges.delete(exchange) && exchange.ours;
    this.#streams.delete(exchange.id);
    this.#ring.delete(exchange);
  }

  // What is sent

  /** Whether there are ids for all that is open, and one more. */
  #hasIds() {
    return this.#next + this.#mine <= MAX_INT;
  }

  #attach(exchange) {
    this.#mine += exchange.ours;
    this.#exchanges.add(exchange);
    return exchange;
  }

  /** When one needs more credit than there is, none behind it gets any, or its OPEN might wait for ever. */
  #turns() {
    let blocked;
    const affordable = (needed) => needed <= (blocked ? 0 : this.#totalCredit);
    for (const exchange of this.#ring) {
      let left = BATCH_BYTES;
      let needed = exchange.need();
      if (!affordable(needed)) {
        blocked = true;
        continue;
      }
      this.#ring.delete(exchange);
      while (needed >= 0 && affordable(needed) && (left === BATCH_BYTES || FRAME_HEADER + needed <= left)) {
        left -= FRAME_HEADER + exchange.write(Math.min(left - FRAME_HEADER, this.peer[S_FRAME], this.#totalCredit));
        needed = exchange.need();
      }
      // Those with more to send come again at the end of this very loop.
      exchange.schedule();
    }
  }

  // What comes in

  #isOurs(id) {
    return (id ^ this.#side) >= 0;
  }

  /** An open stream. Frames of one that is over are late, and nothing to wonder at. */
  #find(id) {
    demand(this.#isOurs(id) ? (id & MAX_INT) < this.#next : id <= this.#highest,
      `stream ${id}: frame for a stream never opened`);
    this.#taken(id);
    return this.#streams.get(id);
  }

  /** Whether the peer goes on to leave or not: a stream that it has seen, and those before, it serves. */
  #taken(id) {
    while (this.#casts[0]?.id <= id) {
      this.#casts.shift();
    }
  }

  #frame(stream, seq, flags, payload) {
    const kind = flags & 15;
    demand(!(flags & COMPRESSED) && (kind <= ERROR || flags & IGNORABLE) && this.#settled === (kind !== SETTINGS));
    if (kind <= END) {
      this.#message(stream, seq, kind, flags, payload);
    }
    else if (kind === CANCEL || kind === ERROR) {
      this.#find(stream)?.ended(kind, payload);
    }
    else if (kind === PONG) {
      this.#taken(number(payload, 0));
    }
    else if (kind === PING) {
      this.tell(PONG, 0, payload);
    }
    else if (kind === WINDOW && stream) {
      this.#find(stream)?.credited(number(payload, 0), number(payload, 4));
    }
    else if (kind === WINDOW) {
      this.#totalCredit += number(payload, 0);
    }
    else if (kind === GOAWAY) {
      this.#left(payload);
    }
    else if (kind === SETTINGS) {
      this.#settled = true;
      this.peer = [...ASSUMED];
      for (let at = 0; at < payload.length; at += 5) {
        this.peer[payload[at]] = number(payload, at + 1);
      }
      // Settings but for the second and the sixth may only raise what is assumed.
      demand(ASSUMED.every((least, id) => id % 4 === 2 || this.peer[id] >= least));
      this.#totalCredit = this.peer[S_CONNECTION];
    }
  }

  /** The peer leaves. What it does not serve goes on elsewhere. */
  #left(payload) {
    const last = number(payload, 0);
    this.#taken(last);
    const unserved = [...new Set([...this.#casts.splice(0), ...this.#exchanges])]
      .filter(({ ours, id }) => ours && id > last).sort((a, b) => a.id - b.id);
    this.#leaving = true;
    for (const exchange of unserved) {
      exchange.retire();
      exchange.id = Infinity;
    }
    this.listener.leaving(unserved, number(payload, 4, 2), text(payload.subarray(10)));
  }

  #message(stream, seq, kind, flags, payload) {
    const { length } = payload;
    const message = kind === OPEN ? decodeMessage(payload) : { id: stream, payload };
    this.#totalAvailable -= length;
    this.#totalPending += length;
    demand(this.#totalAvailable >= 0, NO_CREDIT, CREDIT_VIOLATION);
    demand(message.id === stream);
    if (kind === OPEN && !this.#isOurs(stream)) {
      demand((stream & MAX_INT) === (this.#highest & MAX_INT) + 1, OUT_OF_ORDER);
      this.#highest = stream;
      if (this.#gone) {
        return;
      }
      this.#request(message, entries(message.meta));
    }
    this.#find(stream)?.receive(seq, kind, flags, length, message);
  }

  #request(message, meta) {
    const told = (entry) => meta[entry] && number(meta[entry], 0);
    demand(message.type === CALL || message.type === EVENT);
    this.#streams.set(message.id, this.#attach(new ExtExchange(this, {
      ...message, ours: false, meta, body: EMPTY, until: now() + (told(T_DEADLINE) ?? Infinity)
    }, told(T_WINDOW) ?? this.peer[S_WINDOW], told(T_ITEMS))));
  }

  /** The peer is told, and nothing else. */
  #violated({ violation, code }) {
    this.#control = [];
    this.#ring.clear();
    this.goAway(code, 0, violation);
    this.listener.violated(EXT_VIOLATION, violation);
  }
}
