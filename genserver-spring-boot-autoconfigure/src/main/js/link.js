/** One connection: its WebSocket, its session, and what the peer calls here. */

import { BaseSession } from './base.js';
import { Call } from './calls.js';
import { ABNORMAL, BUFFERED, CALL, DONE, EXT, EXT_VIOLATION, LOOK, MAX_WAITING, TEXT } from './constants.js';
import { ExtSession } from './ext.js';
import { later, now } from './time.js';

export class Link {
  /** Once it is connected. */
  session;
  /** When it was connected. */
  since;
  #socket;
  #host;
  #options;
  #timer;
  /** Whether the peer leaves. */
  draining;
  #over;
  #scheduled;
  #pause;
  #heard;
  /** When a sign of life was asked for that has not come. */
  #probed = Infinity;
  /** Who waits for room; each returns whether it goes on waiting. */
  #rooms = [];

  /** Its host hears that it is opened, leaving and lost, serves requests, and flushes what waits for it. */
  constructor(socket, host, options) {
    this.#socket = socket;
    this.#host = host;
    this.#options = options;
    this.#timer = later(() => this.#lose(ABNORMAL, 'no connection'), options.connectTimeout);
    socket.binaryType = 'arraybuffer';
    // Some WebSockets tell of a refused handshake by an error alone.
    const events = {
      open: () => this.#open(),
      error: () => this.session || this.#lose(ABNORMAL, 'no connection'),
      close: ({ code, reason }) => this.#lose(code, reason),
      message: ({ data }) => this.#receive(data)
    };
    for (const name in events) {
      socket['on' + name] = (event) => this.#over || events[name](event);
    }
  }

  /** Sends what there is, once the code that runs now has said all it has to say. */
  schedule() {
    if (!this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        this.#over || this.#send();
      });
    }
  }

  /** Asks for a sign of life. */
  probe() {
    const { session } = this;
    if (session && this.#probed === Infinity) {
      this.#probed = now();
      if (session.ext) {
        session.ping();
      }
      else {
        // Any answer is a sign of life.
        const call = new Call({ timeout: this.#options.patience }, CALL, '$rpc.ping');
        call.promise.catch(() => {});
        call.begin(this);
      }
    }
  }

  close(code, reason) {
    // Browsers let a page use 1000 and the codes from 3000 on only.
    // A reason has at most 123 bytes, a character at most three; and what the peer said may be part of it.
    this.#lose(code, reason, code === DONE ? code : EXT_VIOLATION, reason.slice(0, 41));
  }

  /** Resolves once the exchange may be given another item, or is over. */
  room(exchange) {
    return new Promise((resolve) => {
      const waits = (full) => !this.#over && !exchange.over && (full || exchange.waiting() > MAX_WAITING);
      this.#over ? resolve() : this.#rooms.push((full) => waits(full) || resolve());
      this.schedule();
    });
  }

  // What the session says

  leaving(unserved, code, reason) {
    this.draining = true;
    this.#host.leave(this, code, reason, this.#again(unserved, 'the peer leaves: ' + reason));
  }

  violated(code, message) {
    this.session.take().forEach((frame) => this.#socket.send(frame));
    this.close(code, message);
  }

  refused(exchange, status, message) {
    exchange.fail(status, message);
  }

  /** A call of this link is to be made again elsewhere. */
  submit(call) {
    this.#host.submit(call);
  }

  opened(exchange) {
    this.#host.serve(exchange, this);
  }

  // The socket

  #open() {
    clearTimeout(this.#timer);
    this.since = this.#heard = now();
    this.session = new (this.#socket.protocol === EXT ? ExtSession : BaseSession)(this);
    this.#beat();
    this.#host.opened(this, this.#socket.protocol);
    this.schedule();
  }

  #receive(data) {
    this.#heard = now();
    this.#probed = Infinity;
    if (typeof data === 'string') {
      this.violated(TEXT, 'text message');
    }
    else {
      this.session.receive(new Uint8Array(data));
      this.schedule();
    }
  }

  #send() {
    if (this.#socket.readyState > 1) {
      // What is not taken is certainly not sent.
      return;
    }
    this.#host.flush(this);
    try {
      this.session?.take().forEach((message) => this.#socket.send(message));
    }
    catch {
      this.#lose(ABNORMAL, 'no connection');
      return;
    }
    if (this.draining && !this.session?.busy()) {
      this.close(DONE, 'drained');
      return;
    }
    const full = this.#socket.bufferedAmount > BUFFERED;
    this.#rooms = this.#rooms.filter((goesOn) => goesOn(full));
    if (full) {
      this.#pause ??= later(() => {
        this.#pause = undefined;
        this.schedule();
      }, LOOK);
    }
  }

  /** After silence the peer is asked for a sign of life, and given up if there is none. */
  #beat() {
    const { interval, patience } = this.#options;
    if (now() - this.#probed >= patience) {
      this.#lose(ABNORMAL, 'no sign of life');
      return;
    }
    if (now() - this.#heard >= interval) {
      this.probe();
    }
    this.#timer = later(() => this.#beat(), Math.min(interval, patience) / 2);
  }

  /** The connection is over, whether or not the socket knows. */
  #lose(code, reason, ...how) {
    if (!this.#over) {
      this.#over = true;
      clearTimeout(this.#timer);
      clearTimeout(this.#pause);
      this.#rooms.forEach((goesOn) => goesOn());
      const message = `the connection was lost (${code}${reason && ', ' + reason})`;
      this.#host.lost(this, code, reason, this.#again(this.session?.close() ?? [], message), message);
      try {
        this.#socket.close(...how);
      }
      catch {
        // It is over for us.
      }
    }
  }

  /** Which calls are to be made again, now that the peer does not serve them. */
  #again(exchanges, message) {
    return exchanges.map((exchange) => {
      exchange.over = true;
      return exchange.owner;
    }).filter((owner) => owner?.lost(message));
  }
}
