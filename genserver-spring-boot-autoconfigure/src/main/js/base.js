/** Base mode: exactly muxio 0.15. */

import { EMPTY, join } from './bytes.js';
import {
  CALL, CANCEL, DATA, END, EVENT, MALFORMED, MAX_CALLS, MAX_FRAME, MAX_INT, MAX_SKIPPED, OPEN, PING, RESPONSE,
  RPC_HEADER, SYSTEM
} from './constants.js';
import { baseStatus, shortened } from './errors.js';
import {
  CANCELLED_BY_PEER, decodeMessage, demand, encodeMessage, limit, newBatch, newFrameReader, OUT_OF_ORDER
} from './wire.js';

/** A request and its answer, each a stream of its own. */
class BaseExchange {
  #session;
  /** The stream of what is sent. */
  #stream;
  #seq = 0;

  constructor(session, fields) {
    this.#session = session;
    Object.assign(this, fields);
  }

  #frame(kind, payload) {
    this.#session.frame(this.#stream, this.#seq++, kind, payload);
  }

  /** Writes the beginning of a message, in full frames. */
  begin(metadata, payload) {
    const whole = encodeMessage(this, metadata, payload);
    this.#stream = this.#session.newStream();
    for (let at = 0; at < whole.length; at += MAX_FRAME) {
      this.#frame(at ? DATA : OPEN, whole.subarray(at, at + MAX_FRAME));
    }
  }

  forget() {
    this.over = true;
    this.#session.forget(this);
  }

  /** Ends it, in whatever state. A muxio peer drops what follows a CANCEL in its message. */
  cancel() {
    if (!this.over) {
      this.forget();
      this.#frame(CANCEL);
      this.#session.cut();
    }
  }

  end() {
    if (!this.over) {
      if (!this.ours) {
        this.forget();
        this.#seq || this.begin([0]);
      }
      this.#frame(END);
    }
  }

  /** Answers a request of the peer completely. */
  respond(payload, status = 0) {
    if (!this.over) {
      this.begin([status], payload);
      this.end();
    }
  }

  /** Sends an item of our request, or of an answer, which begins with the first one. */
  send(item) {
    limit(item.length, MAX_FRAME);
    if (!this.over) {
      const together = !this.ours && !this.#seq && item.length < MAX_FRAME - RPC_HEADER && item.length;
      this.#seq || this.begin([0], together ? item : EMPTY);
      together || this.#frame(DATA, item);
    }
  }

  /**
   * After the first item there is no way to say why on the same stream. A muxio client understands a second response, with
   * an error, and the cancel of the first.
   */
  fail(status, message) {
    if (this.#seq && !this.over) {
      const failure = new BaseExchange(this.#session, { id: this.id });
      failure.begin([SYSTEM], shortened(message));
      failure.end();
      this.cancel();
    }
    else {
      this.respond(shortened(message), baseStatus(status));
    }
  }

  /** The peer cannot be slowed down in base mode. */
  consumed() {
  }

  /** All that is given is sent at once. */
  waiting() {
    return 0;
  }
}

export class BaseSession {
  mode = 'base';
  #listener;
  #side;
  #out = newBatch();
  #reader = newFrameReader((...frame) => this.#received(...frame),
    ({ violation }) => this.#listener.violated(MALFORMED, violation + ', not muxio 0.15'));
  // Our open calls and the peer's, by request id; what comes in, by stream.
  #ours = new Map();
  #theirs = new Map();
  #inbounds = new Map();
  #nextStream;
  #nextId;
  #begun;
  #skipped = 0;

  /** The side is the high bit of our ids; the accepting one has it set. */
  constructor(listener, { side = 0, first = 0 } = {}) {
    this.#listener = listener;
    this.#side = side;
    this.#nextStream = this.#nextId = first;
  }

  receive(chunk) {
    this.#reader.receive(chunk);
  }

  /** Whether there is a place for another call. */
  ready() {
    return this.#ours.size < MAX_CALLS;
  }

  /** Sends a request. Short arguments are metadata. */
  open(fields) {
    const { body, type, open } = fields;
    const short = body.length < MAX_FRAME;
    if (open) {
      limit(body.length, MAX_FRAME - 1);
    }
    const exchange = new BaseExchange(this, fields);
    do {
      exchange.id = this.#idOf(this.#nextId++);
    } while (this.#ours.has(exchange.id));
    exchange.begin(short ? body : EMPTY, short ? EMPTY : body);
    this.#ours.set(exchange.id, exchange);
    if (!open) {
      exchange.end();
    }
    if (type === EVENT) {
      exchange.forget();
      exchange.owner.ended(exchange);
    }
    return exchange;
  }

  /** Returns all that is open. */
  close() {
    this.#reader.close();
    return [...this.#ours.values(), ...this.#theirs.values()];
  }

  /** WebSocket messages to send now. */
  take() {
    return this.#out.take();
  }

  // For exchanges

  frame(...frame) {
    this.#out.frame(...frame);
    this.#listener.schedule();
  }

  cut() {
    this.#out.cut();
  }

  newStream() {
    return this.#idOf(this.#nextStream++);
  }

  forget(exchange) {
    const open = exchange.ours ? this.#ours : this.#theirs;
    if (open.get(exchange.id) === exchange) {
      open.delete(exchange.id);
    }
    this.#drop(exchange.inbound);
  }

  // What comes in

  #idOf(n) {
    return (n & MAX_INT | this.#side) >>> 0;
  }

  #drop(inbound) {
    if (this.#inbounds.get(inbound?.stream) === inbound) {
      this.#inbounds.delete(inbound?.stream);
    }
  }

  #received(stream, seq, kind, payload) {
    let inbound = this.#inbounds.get(stream);
    demand(this.#begun || kind <= PING);
    if (kind === CANCEL) {
      this.#broken(inbound, CANCELLED_BY_PEER);
    }
    else if (kind > END) {
      if (kind <= PING && seq === inbound?.skip) {
        inbound.skip++;
      }
      demand(++this.#skipped <= MAX_SKIPPED);
    }
    else if (inbound?.receiving || seq === 0) {
      if (!inbound?.receiving) {
        // skip is where the sequence goes on if the peer counted the frames that were skipped.
        inbound = { stream, next: 0, skip: 0, head: EMPTY, receiving: true };
        this.#inbounds.set(stream, inbound);
      }
      if (seq === inbound.next || seq === inbound.skip) {
        inbound.next = inbound.skip = (seq + 1) >>> 0;
        inbound.head ? this.#header(inbound, kind === END, payload) : this.#body(inbound, kind === END, payload, kind !== END);
      }
      else {
        this.#broken(inbound, OUT_OF_ORDER, true);
      }
    }
  }

  /** The header of a message, which may come in pieces. */
  #header(inbound, end, payload) {
    const head = inbound.head = join([inbound.head, payload]);
    const message = decodeMessage(head);
    demand(this.#begun || !(head[0] > EVENT));
    this.#begun ||= head.length;
    if (message) {
      inbound.head = undefined;
      this.#identify(inbound, message);
    }
    if (inbound.exchange) {
      this.#body(inbound, end, message.payload);
    }
    else if (message || end) {
      this.#drop(inbound);
    }
  }

  /**
   * Finds what a message belongs to. Some belong to nothing that is open, and are dropped. A second response with an error
   * is how a peer ends one that has begun.
   */
  #identify(inbound, { type, id, method, meta }) {
    const call = this.#ours.get(id);
    const status = meta[0] ?? 0;
    if (type === RESPONSE && call && (!call.inbound || (status && !call.status))) {
      if (call.inbound) {
        this.#drop(call.inbound);
        call.owner.restarted(call);
      }
      inbound.exchange = Object.assign(call, { status, inbound });
    }
    else if (type === EVENT || (type === CALL && !this.#theirs.has(id))) {
      const request = inbound.exchange = new BaseExchange(this, { type, id, method, body: meta, meta: {}, inbound });
      if (type === CALL) {
        this.#theirs.set(id, request);
      }
      this.#listener.opened(request);
    }
  }

  #body(inbound, end, payload, emptyIsItem) {
    const { exchange } = inbound;
    const given = () => !exchange.ours || !exchange.over;
    if (given() && (payload.length || emptyIsItem)) {
      exchange.owner.item(exchange, payload, payload.length);
    }
    if (end && given()) {
      inbound.receiving = false;
      if (exchange.ours) {
        exchange.forget();
      }
      else if (exchange.type === EVENT) {
        this.#drop(inbound);
      }
      exchange.owner.ended(exchange);
    }
  }

  /** Ends a stream that does not go on, so that nothing waits for its rest. */
  #broken(inbound, message, answered) {
    const exchange = inbound?.exchange;
    this.#drop(inbound);
    if (exchange) {
      if (answered && !exchange.ours && exchange.type === CALL) {
        this.#listener.refused(exchange, SYSTEM, message);
        return;
      }
      exchange.forget();
      exchange.owner.failed(exchange, message);
    }
  }
}
