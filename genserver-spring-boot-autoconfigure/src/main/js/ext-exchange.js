/** An exchange of ext mode: what is sent on its stream, what comes in, and the credit for both. */

import { EMPTY, join, text, u32 } from './bytes.js';
import {
  CALL, CANCEL, CREDIT_VIOLATION, DATA, END, ERROR, EVENT, FIN, MAX_MESSAGE, MORE, OPEN, RESOURCE_EXHAUSTED, RESPONSE,
  RPC_HEADER, S_MESSAGE, S_WINDOW, T_DEADLINE, T_NAME, UNIMPLEMENTED, WINDOW
} from './constants.js';
import { errorPayload } from './errors.js';
import { entries, entry } from './metadata.js';
import { OURS } from './settings.js';
import { now } from './time.js';
import { CANCELLED_BY_PEER, demand, encodeMessage, limit, OUT_OF_ORDER, TOO_BIG } from './wire.js';

export const NO_CREDIT = 'credit exceeded';

/** What is sent: items that wait, and how much of the first one was sent. The first may be the arguments. */
class Outgoing {
  #exchange;
  #items = [];
  #takesItem;
  #offset = 0;
  /** The first item is under way. */
  #begun = false;
  #seq = 0;
  #opened;
  #ending;
  #error;
  #credit;
  #itemCredit;
  /** Nothing more is to be sent. */
  finished;

  constructor(exchange, credit, itemCredit) {
    this.#exchange = exchange;
    this.#credit = credit;
    this.#itemCredit = itemCredit;
    this.#takesItem = !exchange.ours || exchange.body.length > 0;
  }

  get waiting() {
    return this.#items.length;
  }

  add(item) {
    this.#items.push(item);
  }

  end() {
    this.#ending = true;
  }

  /** Ends with an error, after the items that were given. */
  fail(error) {
    this.#error = error;
  }

  credited(bytes, items) {
    this.#credit += bytes;
    this.#itemCredit += items;
  }

  /** Metadata of what is sent. The deadline is the time that is left; a method's name goes with its first use. */
  #metadata() {
    const { ours, deadline, meta, name, session } = this.#exchange;
    const left = Math.max(0, Math.ceil(deadline - now()));
    return !ours ? [0] : join([left < 2 ** 32 ? entry(T_DEADLINE, u32(left)) : EMPTY, meta,
      name.length && !session.named.has(name) ? entry(T_NAME, name) : EMPTY]);
  }

  /** Credit of the connection that the next frame needs at least; -1 if there is none to send. */
  need() {
    const [item] = this.#items;
    const wants = !this.#opened ? this.#exchange.ours || item || this.#ending
      : item ? this.#begun || this.#itemCredit : this.#ending;
    const size = !this.#opened ? RPC_HEADER + this.#metadata().length : item?.length ? 1 : 0;
    return this.finished ? -1 : this.#error && !item ? 0 : !wants || size > this.#credit ? -1 : size;
  }

  /** Writes the next frame, with at most so many bytes of payload. Returns how long its payload is. */
  write(room) {
    const { session } = this.#exchange;
    const [item] = this.#items;
    const kind = !item && this.#error ? ERROR : !this.#opened ? OPEN : item ? DATA : END;
    const head = kind === ERROR ? this.#error : kind === OPEN ? this.#open() : EMPTY;
    // OPEN takes arguments, or the first item of an answer, unless it is empty.
    const piece = item && (kind === DATA || (item.length && this.#takesItem && this.#itemCredit))
      ? this.#piece(item, room - head.length, this.#credit - head.length) : EMPTY;
    const payload = join([head, piece]);
    const more = this.#begun;
    const last = kind <= DATA && !more && !this.#items.length && this.#ending && !this.#error;
    const counted = kind !== ERROR;
    session.frame(this.#exchange.id, counted ? this.#seq++ : 0, kind | (more && MORE) | (last && FIN), payload,
      counted ? payload.length : 0);
    this.#credit -= counted ? payload.length : 0;
    if (last || kind > DATA) {
      this.#ended();
    }
    return payload.length;
  }

  /** The header of the message. An id is taken when it is written, so that a call cancelled before leaves no hole. */
  #open() {
    const exchange = this.#exchange;
    const metadata = this.#metadata();
    this.#opened = true;
    if (exchange.ours) {
      exchange.session.enter(exchange);
    }
    return encodeMessage(exchange, metadata);
  }

  /** As much of the first item as there is room and credit for. */
  #piece(item, room, credit) {
    this.#itemCredit -= !this.#begun;
    const piece = item.subarray(this.#offset, this.#offset + Math.max(0, Math.min(room, credit)));
    this.#offset += piece.length;
    this.#begun = this.#offset < item.length;
    if (!this.#begun) {
      this.#offset = 0;
      this.#items.shift();
    }
    return piece;
  }

  /** An answer or a cast ends its stream. */
  #ended() {
    const exchange = this.#exchange;
    this.finished = true;
    if (!exchange.ours || exchange.type === EVENT) {
      exchange.retire();
      if (exchange.ours) {
        exchange.owner.ended(exchange);
      }
    }
  }
}

/** What comes in: the parts of an item, their size, how much of it was given back; items that are not consumed yet. */
class Incoming {
  #exchange;
  #seq = 0;
  #answering;
  #fin;
  #itemOpen;
  #parts = [];
  #size = 0;
  #advanced = 0;
  #held = 0;
  // What may be received, and what of that is to be given back.
  #available = OURS[S_WINDOW];
  #availableItems;
  #pending = 0;
  #pendingItems = 0;
  /** What still comes of the request is not wanted. */
  refused;

  constructor(exchange) {
    this.#exchange = exchange;
    this.#availableItems = exchange.prefetch ?? Infinity;
  }

  receive(seq, kind, flags, length, message) {
    const exchange = this.#exchange;
    const { payload } = message;
    const opens = kind === OPEN;
    const more = flags & MORE;
    this.#available -= length;
    demand(!this.#fin && (!exchange.ours || exchange.type === CALL) && opens === !this.#answering
      && seq === this.#seq++ >>> 0, OUT_OF_ORDER);
    demand(this.#available >= 0, NO_CREDIT, CREDIT_VIOLATION);
    this.#fin = kind === END || flags & FIN;
    // A single answer ends with its only item.
    exchange.streams ||= !this.#fin && !more;
    if (opens) {
      this.#open(message);
    }
    if (!this.#itemOpen && (payload.length || more || kind === DATA)) {
      this.#itemOpen = true;
      exchange.inOpen = opens;
      demand(exchange.status || --this.#availableItems >= 0, NO_CREDIT, CREDIT_VIOLATION);
    }
    if (this.refused) {
      this.#pending += payload.length;
    }
    else if (this.#itemOpen) {
      this.#piece(payload, more);
    }
    this.#itemOpen &&= more;
    if (this.#fin && !exchange.over && !this.refused) {
      if (exchange.ours || exchange.type === EVENT) {
        exchange.retire();
      }
      exchange.owner.ended(exchange);
    }
  }

  #open({ type, meta, start }) {
    const exchange = this.#exchange;
    this.#answering = true;
    this.#pending += start;
    if (exchange.ours) {
      demand(type === RESPONSE && meta.length);
      exchange.status = meta[0];
      exchange.reply = entries(meta, 1);
    }
    else if (exchange.meta.critical) {
      this.#refuse(UNIMPLEMENTED, 'unknown critical metadata');
    }
    else {
      exchange.session.listener.opened(exchange);
    }
  }

  #piece(payload, more) {
    const exchange = this.#exchange;
    this.#parts.push(payload);
    this.#size += payload.length;
    if (this.#size > MAX_MESSAGE) {
      if (exchange.ours) {
        exchange.cancel();
        exchange.owner.failed(exchange, TOO_BIG);
      }
      else {
        this.#refuse(RESOURCE_EXHAUSTED, TOO_BIG);
      }
    }
    else if (more) {
      this.#advance();
    }
    else {
      const item = join(this.#parts);
      const cost = this.#size - this.#advanced;
      this.#parts = [];
      this.#size = this.#advanced = 0;
      this.#held++;
      exchange.owner.item(exchange, item, cost);
    }
  }

  /** What is left of a request that is not served is not wanted. */
  #refuse(status, message) {
    const exchange = this.#exchange;
    this.refused = true;
    if (exchange.type === EVENT) {
      exchange.cancel();
    }
    exchange.session.listener.refused(exchange, status, message);
  }

  /** An item may be longer than the window: once no other waits to be consumed, what came of it is given back. */
  #advance() {
    if (!this.#held) {
      this.#pending += this.#size - this.#advanced;
      this.#advanced = this.#size;
    }
  }

  consumed(cost) {
    this.#held--;
    this.#pending += cost;
    this.#pendingItems++;
    this.#advance();
  }

  /** Gives credit back in halves of a window. */
  grant() {
    const { prefetch, id, session } = this.#exchange;
    const count = prefetch < Infinity ? this.#pendingItems : 0;
    if (!this.#fin && (2 * this.#pending >= OURS[S_WINDOW] || (count && count >= prefetch >> 1))) {
      session.tell(WINDOW, id, u32(this.#pending), u32(count));
      this.#available += this.#pending;
      this.#availableItems += count;
      this.#pending = this.#pendingItems = 0;
    }
  }
}

export class ExtExchange {
  ext = true;

  constructor(session, fields, credit, itemCredit = Infinity) {
    Object.assign(this, fields, { session });
    this.outgoing = new Outgoing(this, credit, itemCredit);
    this.incoming = new Incoming(this);
  }

  waiting() {
    return this.outgoing.waiting;
  }

  send(item) {
    limit(item.length, this.session.peer[S_MESSAGE]);
    this.outgoing.add(item);
    this.schedule();
  }

  end() {
    this.outgoing.end();
    this.schedule();
  }

  cancel() {
    if (!this.over) {
      if (this.id) {
        this.session.tell(CANCEL, this.id);
      }
      this.retire();
    }
  }

  /** Answers a request of the peer completely. */
  respond(payload) {
    if (payload.length) {
      this.send(payload);
    }
    this.end();
  }

  /** Ends a request with an error, after the items that were given. */
  fail(status, message, more) {
    if (this.type === CALL) {
      this.outgoing.fail(errorPayload(status, message, { notExecuted: this.incoming.refused, ...more }));
      this.schedule();
    }
  }

  /** The owner is done with an item that cost so many bytes. */
  consumed(cost) {
    this.incoming.consumed(cost);
    this.session.listener.schedule();
  }

  // For the session

  schedule() {
    if (this.outgoing.need() >= 0) {
      this.session.schedule(this);
    }
  }

  retire() {
    this.over = this.outgoing.finished = true;
    this.session.retire(this);
  }

  /** The peer gives credit. */
  credited(bytes, items) {
    this.outgoing.credited(bytes, items);
    this.schedule();
  }

  /** CANCEL or ERROR of the peer. */
  ended(kind, payload) {
    const rest = payload.subarray(1);
    this.retire();
    if (kind === ERROR && this.ours) {
      this.status = payload[0];
      this.owner.ended(this, rest);
    }
    else {
      this.owner?.failed(this, text(rest) || CANCELLED_BY_PEER);
    }
  }
}
