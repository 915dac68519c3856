/** What users of the client see of it. */

import { addressOf } from './address.js';
import { newCall } from './calls.js';
import { CALL, EVENT } from './constants.js';
import { newEvents } from './events.js';
import { methodOf } from './methods.js';
import { checkOptions } from './options.js';
import { Connector } from './reconnect.js';
import { serveExchange } from './serve.js';

/** Connects to an endpoint. Calls may be made at once: they wait for the connection. */
export function connect(url, {
  timeout = 5000, connectTimeout = 10000, maxQueued = 1024, WebSocket = globalThis.WebSocket,
  keepAlive: { interval = 25000, timeout: patience = 10000 } = {}, backoff: { initial = 200, max = 20000 } = {}, ...more
} = {}) {
  if (!WebSocket) {
    throw new TypeError('no WebSocket: pass the option WebSocket');
  }
  const options = { ...more, WebSocket, timeout, connectTimeout, maxQueued, interval, patience, initial, max };
  checkOptions(options);
  return new Client(addressOf(url, import.meta.url, globalThis.location?.href), options);
}

class Client {
  #options;
  #events = newEvents();
  #served = new Map();
  #connector;

  constructor(href, options) {
    this.#options = options;
    const host = { client: this, longs: options.longs, report: (error) => this.#events.emit('error', error) };
    this.#connector = new Connector(href, options, this.#events, (exchange, link) =>
      serveExchange(exchange, this.#served.get(String(exchange.method)), link, host));
  }

  call(...given) {
    return this.#connector.submit(this.#newCall(CALL, ...given)).promise;
  }

  cast(...given) {
    this.#connector.submit(this.#newCall(EVENT, ...given)).promise.catch((error) => this.#events.emit('error', error));
  }

  stream(...given) {
    const call = this.#newCall(CALL, ...given);
    const stream = call.stream();
    this.#connector.submit(call);
    return stream;
  }

  upload(method, args, items, options) {
    return this.call(method, args, options, { items });
  }

  channel(method, args, options) {
    return this.stream(method, args, options, { channel: true });
  }

  proxy(options = {}) {
    const named = (target, each) => new Proxy(target, {
      get: (_, name) => typeof name === 'symbol' || name === 'then' ? undefined : each(name)
    });
    const server = (name, key) => named((instance) => server(name, instance ?? null), (method) =>
      (...args) => this.#invoke(`${name}.${method}`, args, options, key !== undefined && { key }));
    return named({}, (name) => server(name));
  }

  serve(name, handlers) {
    if (typeof handlers === 'function') {
      this.#served.set(String(methodOf(name).id), handlers);
      return;
    }
    // A module's namespace has no prototype.
    for (const each of [handlers, Object.getPrototypeOf(handlers) ?? {}].flatMap(Object.getOwnPropertyNames)) {
      if (typeof handlers[each] === 'function' && !(each in Object.prototype)) {
        this.serve(`${name}.${each}`, handlers[each].bind(handlers));
      }
    }
  }

  get state() {
    return this.#connector.state;
  }

  /** Base or ext, once connected. */
  get mode() {
    return this.#connector.link?.session?.mode;
  }

  on(event, listener) {
    return this.#events.on(event, listener);
  }

  ready() {
    return new Promise((resolve, reject) => {
      const check = () => {
        const { fatal } = this.#connector;
        if (this.state === 'open' || fatal) {
          off();
          fatal ? reject(fatal) : resolve(this);
        }
      };
      const off = this.on('state', check);
      check();
    });
  }

  close() {
    this.#connector.end('the client was closed');
  }

  #newCall(type, ...given) {
    return newCall(this.#options, type, ...given);
  }

  /** What an operation is, is seen from its use: asked for an iterator at once, it is a stream. */
  #invoke(...given) {
    const call = this.#connector.submit(this.#newCall(CALL, ...given));
    call.promise.catch(() => {});
    return Object.assign(call.promise, {
      [Symbol.asyncIterator]: () => call.stream()
    });
  }
}
