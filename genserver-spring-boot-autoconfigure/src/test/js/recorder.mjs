// Writes down what a session tells, in the words of the Java tests.

import { hex, show, joined } from './client.mjs';

export class Recorder {
  events = [];
  calls = [];
  requests = [];
  refusals = [];
  /** Whether a call's answer, or a request, is told item by item. */
  itemsOf = () => false;
  #parts = new Map();

  #note(...words) {
    this.events.push(words.join(' '));
  }

  #id(exchange) {
    return exchange.id < Infinity ? exchange.id : this.calls.indexOf(exchange) + 1;
  }

  schedule() {
  }

  /** Is told what comes in for an exchange. */
  follow(exchange) {
    return Object.assign(exchange, {
      owner: {
        item: (exchange, item) => this.item(exchange, item),
        ended: (exchange, whole) => this.ended(exchange, whole),
        restarted: (exchange) => this.#parts.delete(exchange),
        failed: (exchange) => exchange.ours ? this.failed(exchange) : this.cancelled(exchange)
      }
    });
  }

  opened(request) {
    this.requests.push(this.follow(request));
    this.#note('opened', request.type === 2 ? 'event' : 'call', request.id, hex(new Uint8Array(request.method).reverse()),
      `[${show(request.body ?? [])}]`);
  }

  item(exchange, item) {
    if (exchange.ours ? exchange.status === 0 && this.itemsOf(exchange) : this.itemsOf(exchange)) {
      this.#note(exchange.ours ? 'result item' : exchange.inOpen ? 'arguments' : 'item', exchange.id, `[${show(item)}]`);
    }
    else {
      this.#parts.set(exchange, joined(this.#parts.get(exchange) ?? [], item));
    }
  }

  ended(exchange, whole = this.#parts.get(exchange) ?? new Uint8Array(0)) {
    if (exchange.ours && exchange.type === 2) {
      return;
    }
    if (exchange.ours) {
      this.#note('answered', exchange.id, exchange.status, `[${show(whole)}]`);
    }
    else if (this.itemsOf(exchange)) {
      this.#note('ended', exchange.id);
    }
    else {
      this.#note('complete', exchange.id, `[${show(whole.length ? whole : exchange.body ?? [])}]`);
    }
  }

  failed(call) {
    this.#note('failed', this.#id(call), call.id === Infinity ? 'CONNECTION_CLOSED' : 'CANCELLED_BY_PEER');
  }

  cancelled(request) {
    this.#note('cancelled', request.id);
  }

  refused(request, status, message) {
    if (!this.requests.includes(request)) {
      this.requests.push(this.follow(request));
    }
    this.refusals.push({ status, message });
    this.#note('refused', request.id, status);
  }

  demand(request, items) {
    this.#note('demand', request.id, items);
  }

  leaving(unserved, code, reason) {
    unserved.forEach((call) => this.failed(call));
    this.#note('leaving', code, reason);
  }

  violated(code) {
    this.#note('violated', code);
  }
}
