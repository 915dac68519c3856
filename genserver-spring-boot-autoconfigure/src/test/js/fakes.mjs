// A network, a clock and dice for tests of the client: nothing here waits for real time.

import { client } from './client.mjs';

const { BaseSession, ExtSession } = client.internals;

/** Time that passes when told to. */
export class Clock {
  #now = 0;
  #timers = new Map();
  #next = 1;

  now = () => this.#now;

  setTimeout = (task, delay) => {
    this.#timers.set(this.#next, { task, at: this.#now + delay });
    return this.#next++;
  };

  clearTimeout = (timer) => this.#timers.delete(timer);

  get pending() {
    return this.#timers.size;
  }

  /** Lets time pass, and what is due run, in order. */
  async pass(millis) {
    const end = this.#now + millis;
    for (;;) {
      await settled();
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) {
        break;
      }
      this.#timers.delete(due[0]);
      this.#now = Math.max(this.#now, due[1].at);
      due[1].task();
    }
    this.#now = end;
    await settled();
  }
}

/** Lets all microtasks run. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A place where sockets are made, and what is at their other end. */
export class Network {
  sockets = [];
  /** What happens to a new socket: accept it with a protocol, or close it. */
  onSocket = (socket) => socket.accept(socket.protocols[0] ?? '');
  /** Serves requests: (method, arguments as text, request) to a value, or an async iterable of them. */
  serve = () => undefined;
  clock = new Clock();
  /** What the dice show. */
  random = 1;

  connect(options = {}) {
    const network = this;
    return client.connect('http://example.test/ws', {
      WebSocket: class extends Socket {
        constructor(url, protocols) {
          super(network, url, protocols);
        }
      },
      clock: this.clock, random: () => this.random, ...options
    });
  }

  get last() {
    return this.sockets.at(-1);
  }
}

class Socket {
  readyState = 0;
  bufferedAmount = 0;
  protocol = '';
  requests = [];
  received = 0;
  messages = 0;
  closedWith = null;

  constructor(network, url, protocols = []) {
    this.network = network;
    this.url = url;
    this.protocols = protocols;
    network.sockets.push(this);
    queueMicrotask(() => network.onSocket(this));
  }

  // What the client does

  send(message) {
    this.messages++;
    this.received += message.length;
    this.server.receive(message);
    this.flush();
  }

  close(code, reason) {
    if (this.readyState < 2) {
      this.readyState = 3;
      this.closedWith = { code, reason };
    }
  }

  // What the other end does

  accept(protocol) {
    this.protocol = protocol;
    this.readyState = 1;
    const Session = protocol === 'genserver.v1' ? ExtSession : BaseSession;
    this.server = new Session(this.listener, { side: 0x80000000, now: this.network.clock.now });
    this.onopen({});
    this.flush();
  }

  flush() {
    queueMicrotask(() => {
      for (const message of this.server.take()) {
        this.readyState === 1 && this.onmessage?.({ data: message.buffer });
      }
    });
  }

  drop(code, reason = '') {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  listener = {
    answering: () => {},
    sent: () => {},
    opened: (request) => {
      request.got = [];
      this.requests.push(request);
    },
    item: (exchange, bytes, cost) => {
      exchange.got?.push(bytes);
      this.server.consumed(exchange, cost);
    },
    ended: async (exchange) => {
      if (exchange.ours) {
        exchange.answered?.(new Uint8Array(Buffer.concat(exchange.got ?? [])));
        return;
      }
      const payload = Buffer.concat(exchange.got);
      exchange.text = (payload.length ? payload : Buffer.from(exchange.body)).toString();
      const answer = await this.network.serve(nameOf(exchange.method), exchange.text, exchange, this);
      if (exchange.type !== 0 || answer === Socket.NOTHING) {
        return;
      }
      if (answer?.[Symbol.asyncIterator]) {
        for await (const item of answer) {
          this.server.send(exchange, encode(item));
          this.flush();
          await settled();
        }
        this.server.end(exchange);
      }
      else if (answer instanceof Failure) {
        this.server.fail(exchange, answer.status, answer.message, answer.more);
      }
      else {
        this.server.respond(exchange, encode(answer));
      }
      this.flush();
    },
    cancelled: (exchange) => exchange.wasCancelled = true,
    refused: () => {},
    error: (exchange, payload) => exchange.refused_?.(exchange.status, payload),
    failed: () => {},
    leaving: () => {},
    violated: (code, message) => {
      throw new Error(`the client violated the protocol: ${message}`);
    }
  };

  static NOTHING = Symbol('no answer');
}

export const { NOTHING } = Socket;

/** An answer that is an error. */
export class Failure {
  constructor(status, message, more) {
    Object.assign(this, { status, message, more });
  }
}

const encode = (value) => value instanceof Uint8Array ? value : Buffer.from(value === undefined ? '' : JSON.stringify(value));

const names = new Map();

function nameOf(id) {
  return names.get(Buffer.from(id).toString('hex')) ?? Buffer.from(id).toString('hex');
}

/** Makes method names known to the other end. */
export function known(...methods) {
  methods.forEach((name) => names.set(Buffer.from(client.internals.methodOf(name).id).toString('hex'), name));
}

known('kv.get', 'kv.set', 'kv.watch', 'kv.put', '$rpc.ping');
