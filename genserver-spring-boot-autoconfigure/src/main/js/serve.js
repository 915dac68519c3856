/** One operation of the peer's: a handler here answers it. */

import { join, text } from './bytes.js';
import { CANCELLED, ClosedError, INTERNAL, INVALID_ARGUMENT, METHOD_NOT_FOUND } from './errors.js';
import { RAW_TYPE, T_CONTENT_TYPE, T_KEY } from './metadata.js';
import { decodeValue, encodeValue } from './values.js';
import { CALL, MAX_MESSAGE } from './wire.js';

export class ServedCall {
  #exchange;
  #handler;
  #client;
  #link;
  #report;
  #abort = new AbortController();
  #parts = [];
  #size = 0;
  #refused;
  #iterator;

  /** The handler may be missing. Failures are also reported here. */
  constructor(exchange, handler, client, link, report) {
    this.#exchange = exchange;
    this.#handler = handler;
    this.#client = client;
    this.#link = link;
    this.#report = report;
    exchange.owner = this;
    if (!handler) {
      this.#refuse(METHOD_NOT_FOUND, 'there is no such method here');
    }
  }

  item(exchange, bytes, cost) {
    exchange.consumed(cost);
    this.#parts.push(bytes);
    this.#size += bytes.length;
    if (this.#size > MAX_MESSAGE || (exchange.ext && !exchange.inOpen)) {
      this.#refuse(INVALID_ARGUMENT, 'more than one item of arguments');
    }
  }

  ended(exchange) {
    this.#refused || this.#run(this.#parts.length ? join(this.#parts) : exchange.body);
  }

  failed() {
    this.#abort.abort(new ClosedError('the caller gave up', CANCELLED));
    this.#iterator?.return?.();
  }

  lost() {
    this.failed();
  }

  #refuse(...why) {
    this.#refused = true;
    this.#exchange.fail(...why);
  }

  async #run(bytes) {
    const { type, meta, deadline } = this.#exchange;
    try {
      const value = meta[T_CONTENT_TYPE]?.[0] === RAW_TYPE ? bytes : decodeValue(bytes);
      const args = Array.isArray(value) && this.#handler.length !== 1 ? value : bytes.length ? [value] : [];
      const key = meta[T_KEY] && text(meta[T_KEY]);
      const result = await this.#handler(...args, { signal: this.#abort.signal, key, deadline, client: this.#client });
      this.#iterator = type === CALL && result?.[Symbol.asyncIterator]?.();
      if (this.#iterator) {
        await this.#stream();
      }
      else if (type === CALL) {
        this.#exchange.respond(encodeValue(result));
      }
    }
    catch (error) {
      this.#refuse(error?.status ?? INTERNAL, error?.message ?? String(error), error);
      this.#report(error);
    }
  }

  async #stream() {
    const exchange = this.#exchange;
    for (let next; !exchange.over && !(next = await this.#iterator.next()).done;) {
      exchange.send(encodeValue(next.value ?? null));
      await this.#link.room(exchange);
    }
    exchange.end();
  }
}
