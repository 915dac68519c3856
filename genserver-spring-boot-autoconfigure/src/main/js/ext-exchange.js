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

export class ExtExchange {
  ext = true;
  /** That of the last stream until it is written. */
  id = Infinity;
  #session;
  // What is sent: items that wait, and how much of the first one was sent. The first may be the arguments.
  #items = [];
  #takesItem;
  #offset = 0;
  /** The first item is under way. */
  #begun;
  #seq = 0;
  #opened;
  #ending;
  #done;
  #error;
  #credit;
  #itemCredit;
  // What comes in: the parts of an item, their size, how much of it was given back; items that are not consumed yet.
  #nextSeq = 0;
  #answering;
  #fin;
  #itemOpen;
  /** What still comes of the request is not wanted. */
  #refused;
  #parts = [];
  #size = 0;
  #advanced = 0;
  #held = 0;
  // What may be received, and what of that is to be given back.
  #available = OURS[S_WINDOW];
  #availableItems;
  #pending = 0;
  #pendingItems = 0;

  constructor(session, fields, credit, itemCredit = Infinity) {
    Object.assign(this, fields);
    this.#session = session;
    this.#credit = credit;
    this.#itemCredit = itemCredit;
    this.#takesItem = !this.ours || this.body.length > 0;
    this.#availableItems = this.wants ?? Infinity;
  }

  waiting() {
    return this.#items.length;
  }

  send(item) {
    limit(item.length, this.#session.peer[S_MESSAGE]);
    this.#items.push(item);
    this.schedule();
  }

  end() {
    this.#ending = true;
    this.schedule();
  }

  cancel() {
    if (!this.over) {
      if (this.id < Infinity) {
        this.#session.tell(CANCEL, this.id);
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
      this.#error = errorPayload(status, message, { notExecuted: this.#refused, ...more });
      this.schedule();
    }
  }

  /** The owner is done with an item that cost so many bytes. */
  consumed(cost) {
    this.#held--;
    this.#pending += cost;
    this.#pendingItems++;
    this.#advance();
    this.#session.listener.schedule();
  }

  // For the session: what is sent

  schedule() {
    if (this.need() >= 0) {
      this.#session.schedule(this);
    }
  }

  retire() {
    this.over = this.#done = true;
    this.#session.retire(this);
  }

  /** The peer gives credit. */
  credited(bytes, items) {
    this.#credit += bytes;
    this.#itemCredit += items;
    this.schedule();
  }

  /** Credit of the connection that the next frame needs at least; -1 if there is none to send. */
  need() {
    const [item] = this.#items;
    const wants = !this.#opened ? this.ours || item || this.#ending
      : item ? this.#begun || this.#itemCredit : this.#ending;
    const size = !this.#opened ? RPC_HEADER + this.#metadata().length : item?.length ? 1 : 0;
    return this.#done ? -1 : this.#error && !item ? 0 : !wants || size > this.#credit ? -1 : size;
  }

  /** Writes the next frame, with at most so many bytes of payload. Returns how long its payload is. */
  write(room) {
    const [item] = this.#items;
    const kind = !item && this.#error ? ERROR : !this.#opened ? OPEN : item ? DATA : END;
    const counted = kind !== ERROR;
    const head = !counted ? this.#error : kind === OPEN ? this.#open() : EMPTY;
    // OPEN takes arguments, or the first item of an answer, unless it is empty.
    const piece = item && (kind === DATA || (item.length && this.#takesItem && this.#itemCredit))
      ? this.#piece(item, Math.min(room, this.#credit) - head.length) : EMPTY;
    const payload = join([head, piece]);
    const { length } = payload;
    const last = kind <= DATA && !this.#begun && !this.#items.length && this.#ending && !this.#error;
    const cost = counted ? length : 0;
    this.#session.frame(cost, this.id, counted ? this.#seq++ : 0, kind | (this.#begun && MORE) | (last && FIN), payload);
    this.#credit -= cost;
    if (last || kind > DATA) {
      this.#written();
    }
    return length;
  }

  /** Metadata of what is sent. The deadline is the time that is left; a method's name goes with its first use. */
  #metadata() {
    const { name } = this;
    const left = Math.max(0, Math.ceil(this.until - now()));
    return !this.ours ? [0] : join([left < 2 ** 32 && entry(T_DEADLINE, u32(left)), this.meta,
      name.length && !this.#session.named.has(name) && entry(T_NAME, name)]);
  }

  /** The header of the message. An id is taken when it is written, so that a call cancelled before leaves no hole. */
  #open() {
    const metadata = this.#metadata();
    this.#opened = true;
    if (this.ours) {
      this.#session.enter(this);
    }
    return encodeMessage(this, metadata);
  }

  /** As much of the first item as there is room for. */
  #piece(item, room) {
    this.#itemCredit -= !this.#begun;
    const piece = item.subarray(this.#offset, this.#offset + Math.max(0, room));
    this.#offset += piece.length;
    this.#begun = this.#offset < item.length;
    if (!this.#begun) {
      this.#offset = 0;
      this.#items.shift();
    }
    return piece;
  }

  /** All is sent. An answer or a cast ends its stream. */
  #written() {
    this.#done = true;
    if (!this.ours || this.type === EVENT) {
      this.retire();
      if (this.ours) {
        this.owner.ended(this);
      }
    }
  }

  // For the session: what comes in

  receive(seq, kind, flags, length, message) {
    const { payload } = message;
    const more = flags & MORE;
    this.#available -= length;
    demand(!this.#fin && (!this.ours || this.type === CALL) && (kind === OPEN) === !this.#answering
      && seq === this.#nextSeq++ >>> 0, OUT_OF_ORDER);
    demand(this.#available >= 0, NO_CREDIT, CREDIT_VIOLATION);
    this.#fin = kind === END || flags & FIN;
    // A single answer ends with its only item.
    this.streams ||= !this.#fin && !more;
    if (kind === OPEN) {
      this.#answered(message);
    }
    if (!this.#itemOpen && (payload.length || more || kind === DATA)) {
      this.#itemOpen = true;
      this.inOpen = kind === OPEN;
      demand(this.status || --this.#availableItems >= 0, NO_CREDIT, CREDIT_VIOLATION);
    }
    if (this.#refused) {
      this.#pending += payload.length;
    }
    else if (this.#itemOpen) {
      this.#part(payload, more);
    }
    this.#itemOpen &&= more;
    if (this.#fin && !this.over && !this.#refused) {
      if (this.ours || this.type === EVENT) {
        this.retire();
      }
      this.owner.ended(this);
    }
  }

  /** Gives credit back in halves of a window. */
  grant() {
    const { wants } = this;
    const count = wants < Infinity ? this.#pendingItems : 0;
    if (!this.#fin && (2 * this.#pending >= OURS[S_WINDOW] || (count && count >= wants >> 1))) {
      this.#session.tell(WINDOW, this.id, u32(this.#pending), u32(count));
      this.#available += this.#pending;
      this.#availableItems += count;
      this.#pending = this.#pendingItems = 0;
    }
  }

  /** CANCEL or ERROR of the peer. */
  ended(kind, payload) {
    const rest = payload.subarray(1);
    demand(payload[0] ?? kind === CANCEL);
    this.retire();
    if (kind === ERROR && this.ours) {
      this.status = payload[0];
      this.owner.ended(this, rest);
    }
    else {
      this.owner?.failed(this, text(rest) || CANCELLED_BY_PEER);
    }
  }

  /** The header of the request, or of its answer, is there. */
  #answered({ type, meta, start }) {
    this.#answering = true;
    this.#pending += start;
    if (this.ours) {
      demand(type === RESPONSE && meta.length);
      this.status = meta[0];
      this.reply = entries(meta, 1);
    }
    else if (this.meta.critical) {
      this.#refuse(UNIMPLEMENTED, 'unknown metadata');
    }
    else {
      this.#session.listener.opened(this);
    }
  }

  #part(payload, more) {
    this.#parts.push(payload);
    this.#size += payload.length;
    if (this.#size > MAX_MESSAGE) {
      if (this.ours) {
        this.cancel();
        this.owner.failed(this, TOO_BIG);
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
      this.owner.item(this, item, cost);
    }
  }

  /** What is left of a request that is not served is not wanted. */
  #refuse(status, message) {
    this.#refused = true;
    if (this.type === EVENT) {
      this.cancel();
    }
    this.#session.listener.refused(this, status, message);
  }

  /** An item may be longer than the window: once no other waits to be consumed, what came of it is given back. */
  #advance() {
    if (!this.#held) {
      this.#pending += this.#size - this.#advanced;
      this.#advanced = this.#size;
    }
  }
}
