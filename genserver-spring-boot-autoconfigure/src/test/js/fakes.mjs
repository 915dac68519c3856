// A network, a clock and dice for tests of the client: nothing here waits for real time.

import { client, internals, newExchange } from './client.mjs';

const { BaseSession, ExtSession } = internals;

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

  /** From now on time and its timers are these. */
  install() {
    Object.defineProperty(globalThis, 'performance', { value: { now: this.now }, configurable: true });
    Object.assign(globalThis, { setTimeout: this.setTimeout, clearTimeout: this.clearTimeout });
  }

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

  constructor() {
    this.clock.install();
    Math.random = () => this.random;
  }

  connect(options = {}) {
    const network = this;
    return client.connect('http://example.test/ws', {
      WebSocket: class extends Socket {
        constructor(url, protocols) {
          super(network, url, protocols);
        }
      },
      ...options
    });
  }

  get last() {
    return this.sockets.at(-1);
  }
}

/** What is in a WebSocket message. */
function* frames(message) {
  for (let at = 0; at < message.length;) {
    const view = new DataView(message.buffer, message.byteOffset + at);
    const length = view.getUint32(0, true);
    yield { stream: view.getUint32(4, true), kind: view.getUint8(12) & 15, payload: new DataView(view.buffer, view.byteOffset + 13, length) };
    at += 13 + length;
  }
}

class Socket {
  readyState = 0;
  bufferedAmount = 0;
  protocol = '';
  requests = [];
  received = 0;
  messages = 0;
  /** In ext mode: bytes that were sent on streams, and credit that came back for them. */
  carried = 0;
  granted = 0;
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
    for (const { kind, stream, payload } of frames(message)) {
      this.granted += kind === 6 && stream ? payload.getUint32(0, true) : 0;
    }
    this.server.receive(message);
    this.flush();
  }

  close(code, reason) {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw new Error(`a page cannot close with ${code}`);
    }
    if (Buffer.byteLength(reason ?? '') > 123) {
      throw new Error('a reason is at most 123 bytes long');
    }
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
    this.server = new Session(this.listener, { side: 0x80000000 });
    this.onopen({});
    this.flush();
  }

  flush() {
    queueMicrotask(() => {
      for (const message of this.server.take()) {
        for (const { kind, payload } of frames(message)) {
          this.carried += kind < 3 ? payload.byteLength : 0;
        }
        this.readyState === 1 && this.onmessage?.({ data: message.buffer });
      }
    });
  }

  drop(code, reason = '') {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  listener = {
    schedule: () => this.server && this.flush(),
    opened: (request) => {
      const got = [];
      this.requests.push(request);
      request.owner = {
        item: (_, bytes, cost) => {
          got.push(bytes);
          request.consumed(cost);
        },
        ended: () => this.answer(request, Buffer.concat(got)),
        failed: () => request.wasCancelled = true
      };
    },
    refused: () => {},
    leaving: () => {},
    violated: (code, message) => {
      throw new Error(`the client violated the protocol: ${message}`);
    }
  };

  async answer(request, body) {
    request.text = (body.length ? body : Buffer.from(request.body)).toString();
    const answer = await this.network.serve(nameOf(request.method), request.text, request, this);
    if (request.type !== 0 || answer === Socket.NOTHING) {
      return;
    }
    if (answer?.[Symbol.asyncIterator]) {
      for await (const item of answer) {
        request.send(encode(item));
        await settled();
      }
      request.end();
    }
    else if (answer instanceof Failure) {
      request.fail(answer.status, answer.message, answer.more);
    }
    else {
      request.respond(encode(answer));
    }
  }

  /** Calls what the client serves. */
  ask(method, args) {
    return new Promise((resolve, reject) => {
      const got = [];
      this.server.open(newExchange({
        method: internals.methodOf(method).id, body: encode(args), owner: {
          item: (call, bytes, cost) => {
            got.push(bytes);
            call.consumed(cost);
          },
          restarted: () => got.splice(0),
          failed: (call, message) => reject(new Error(message)),
          ended: (call, whole = Buffer.concat(got)) => call.status ? reject(new Error(call.status + Buffer.from(whole).toString()))
            : resolve(Buffer.from(whole).toString())
        }
      }));
      this.flush();
    });
  }

  /** Casts to what the client serves. */
  tell(method, args) {
    this.server.open(newExchange({
      type: 2, method: internals.methodOf(method).id, body: encode(args), owner: { ended: () => {} }
    }));
    this.flush();
  }

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
  methods.forEach((name) => names.set(Buffer.from(internals.methodOf(name).id).toString('hex'), name));
}

known('kv.get', 'kv.set', 'kv.watch', 'kv.put', '$rpc.ping');
