/** Connects, connects again, and keeps what waits for a connection. */

import { utf8 } from './bytes.js';
import {
  BASE, DONE, EXT, INVALID_ARGUMENT, LONG, RATE, RESOURCE_EXHAUSTED, UNAUTHENTICATED, UNAVAILABLE
} from './constants.js';
import { ClosedError, RefusedError } from './errors.js';
import { Link } from './link.js';
import { later, now } from './time.js';
import { base64 } from './values.js';

/** Close codes after which connecting again may help. */
const RECONNECT = [1001, 1005, 1006, 1011, 1012, 1013, 1014, 4008, 4010];
/** Codes of a GOAWAY after which to wait longer: calm down, overload. */
const CROWDED = [4, 8];

const base64url = (token) =>
  base64(utf8(token)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

export class Connector {
  /** The link in use. */
  link;
  state;
  /** Why it is closed for good. */
  fatal;
  #href;
  #options;
  #events;
  #links = new Set();
  #queue = [];
  #timer;
  #attempts = 0;
  #attempt;
  /** Whether the last token was refused. */
  #fresh;
  // Whether protocols are offered: a browser fails if the peer knows none; and whether it knew one.
  #offers = true;
  #known;
  #wake = () => this.#hurry();

  constructor(href, options, events, serve) {
    this.#href = href;
    this.#options = options;
    this.#events = events;
    this.serve = serve;
    this.#watch('addEventListener');
    this.#dial();
  }

  /** Lets a call be made as soon as there is a connection, and a place on it. */
  submit(call) {
    const full = () => this.#queue.length >= this.#options.maxQueued;
    if (full()) {
      this.flush(this.link);
    }
    if (this.fatal) {
      call.settle(this.fatal);
    }
    else if (full()) {
      call.fail(RefusedError, 'too many operations wait', RESOURCE_EXHAUSTED);
    }
    else {
      this.#queue.push(call);
      this.link?.schedule();
    }
    return call;
  }

  /** Closes it for good. */
  end(message) {
    if (!this.fatal) {
      this.fatal = new ClosedError(message, UNAVAILABLE, { executed: 'no' });
      this.#become('closed', { error: this.fatal });
      clearTimeout(this.#timer);
      this.#watch('removeEventListener');
      this.#links.forEach((each) => each.close(DONE, message));
      this.#queue.splice(0).forEach((call) => call.fail(ClosedError, message, UNAVAILABLE));
    }
  }

  // What links say

  opened(link, protocol) {
    this.#known ||= protocol;
    this.#become('open', { mode: link.session.mode });
  }

  /** Gives the link what waits for one. */
  flush(link) {
    while (link === this.link && this.#queue.length && link?.session?.ready()) {
      const call = this.#queue.shift();
      try {
        call.begin(link);
      }
      catch (error) {
        call.fail(RefusedError, error.message, INVALID_ARGUMENT);
      }
    }
  }

  /** A link will be closed by the peer: another one is opened meanwhile, at once if this one was good. */
  leave(link, code, reason, again) {
    this.#queue.unshift(...again);
    if (link === this.link) {
      const crowded = CROWDED.includes(code);
      this.link = undefined;
      this.#become('draining', { code, reason });
      if (this.#wasGood(link) && !crowded) {
        this.#dial();
      }
      else {
        this.#attempts += crowded ? 3 : 0;
        this.#wait({ code, reason });
      }
    }
  }

  lost(link, code, reason, again) {
    this.#links.delete(link);
    this.#queue.unshift(...again);
    if (link !== this.link) {
      this.link?.schedule();
      return;
    }
    const { token, mode } = this.#options;
    this.link = undefined;
    this.#wasGood(link);
    // Perhaps the peer knows no protocols: try once without. A token would be lost that way.
    const bare = !link.session && !this.#known && this.#offers && mode !== 'ext' && !token;
    const refresh = code === UNAUTHENTICATED && token && !this.#fresh;
    this.#offers = !bare;
    this.#fresh ||= refresh;
    if (bare || refresh) {
      this.#dial();
    }
    else if (RECONNECT.includes(code) || code === RATE) {
      this.#attempts += code === RATE ? 5 : 0;
      this.#wait({ code, reason });
    }
    else {
      this.end(`closed for good (${code}${reason && ', ' + reason})`);
    }
  }

  // Connections

  /** Whether the connection lasted. Then delays begin anew. */
  #wasGood({ session, since }) {
    const good = session && now() - since >= LONG;
    if (good) {
      this.#attempts = 0;
      this.#fresh = false;
    }
    return good;
  }

  #become(state, detail) {
    this.state = state;
    this.#events.emit('state', state, detail);
  }

  async #dial() {
    if (this.fatal) {
      return;
    }
    const { token, mode, WebSocket } = this.#options;
    const mine = this.#attempt = {};
    this.#become('connecting', { attempt: this.#attempts });
    try {
      const credentials = await token?.({ fresh: !!this.#fresh });
      if (mine === this.#attempt && !this.fatal) {
        const offer = { ext: [EXT], base: [BASE] }[mode] ?? [EXT, BASE];
        if (credentials) {
          offer.push('bearer.' + base64url(credentials));
        }
        const socket = new WebSocket(this.#href, this.#offers ? offer : []);
        this.#links.add(this.link = new Link(socket, this, this.#options));
      }
    }
    catch (error) {
      this.#events.emit('error', error);
      this.#wait({ reason: error.message });
    }
  }

  /** A random part of a delay that doubles. */
  #wait(why) {
    if (this.fatal) {
      return;
    }
    const { initial, max } = this.#options;
    const delay = Math.random() * Math.min(max, initial * 2 ** this.#attempts++);
    this.#timer = later(() => this.#dial(), delay);
    this.#become('waiting', { ...why, delay, attempt: this.#attempts });
  }

  /** The network is back, or the page is looked at: no reason to wait any longer. */
  #hurry() {
    if (globalThis.document?.hidden) {
      return;
    }
    if (this.state === 'waiting') {
      clearTimeout(this.#timer);
      this.#dial();
    }
    else {
      this.link?.probe();
    }
  }

  #watch(method) {
    globalThis[method]?.('online', this.#wake);
    globalThis.document?.[method]('visibilitychange', this.#wake);
  }
}
