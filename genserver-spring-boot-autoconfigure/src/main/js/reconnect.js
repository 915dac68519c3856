/** Connects, connects again, and keeps what waits for a connection. */

import { utf8 } from './bytes.js';
import {
  BASE, CALL, DONE, EXT, INVALID_ARGUMENT, LONG, RATE, RESOURCE_EXHAUSTED, UNAUTHENTICATED, UNAVAILABLE
} from './constants.js';
import { ClosedError, messageOf, RefusedError } from './errors.js';
import { newCall } from './calls.js';
import { newLink } from './link.js';
import { checkOptions } from './options.js';
import { later, now } from './time.js';
import { base64 } from './values.js';

/** Close codes after which connecting again may help. */
const RECONNECT = /^(100[156]|101[1-4]|40(08|10|29))$/;
const base64url = (token) =>
  base64(utf8(token)).replace(/\W/g, (char) => ({ '+': '-', '/': '_' })[char] ?? '');

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
  /** For the token that is waited for. */
  #limit;
  #attempts = 0;
  /** Whether the last token was refused. */
  #fresh;
  // Whether protocols are offered: a browser fails if the peer knows none; and whether it knew one.
  #offers = true;
  #known;

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
      this.#queue = this.#queue.filter(({ settled }) => !settled);
    }
    if (full()) {
      call.fail(RefusedError, 'too many wait', RESOURCE_EXHAUSTED);
    }
    if (!call.settled) {
      this.#queue.push(call);
    }
    this.#enqueue([]);
    return call;
  }

  /** Closes it for good. */
  end(message) {
    if (!this.fatal) {
      this.fatal = new ClosedError(message, UNAVAILABLE, { executed: 'no' });
      this.#become('closed', { error: this.fatal });
      clearTimeout(this.#timer);
      this.#limit?.settle();
      this.#watch('removeEventListener');
      this.#links.forEach((each) => each.close(DONE, message));
      this.#enqueue([]);
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
        call.fail(RefusedError, messageOf(error), INVALID_ARGUMENT);
      }
    }
  }

  /** A link will be closed by the peer: another one is opened meanwhile, at once if this one was good. */
  leave(link, code, reason, again) {
    this.#enqueue(again);
    if (link === this.link) {
      // Calm down, overload: wait longer.
      const crowded = code === 4 || code === 8;
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

  lost(link, code, reason, again, message) {
    this.#links.delete(link);
    this.#enqueue(again);
    if (link !== this.link) {
      return;
    }
    const { token, mode } = this.#options;
    this.link = undefined;
    this.#wasGood(link);
    // Perhaps the peer knows no protocols: try once without. A token would be lost that way.
    const bare = !link.session && !token && !this.#known && this.#offers && mode !== 'ext';
    // A handshake that is refused looks like a host that is not there.
    const refresh = token && !this.#fresh && (!link.session || code === UNAUTHENTICATED);
    this.#offers = !bare;
    this.#fresh ||= refresh;
    if (bare || refresh) {
      this.#dial();
    }
    else if (RECONNECT.test(code)) {
      this.#attempts += code === RATE ? 5 : 0;
      this.#wait({ code, reason });
    }
    else {
      this.end(message + ' for good');
    }
  }

  /** Puts calls before those that wait. After the end none waits, not even one that comes again because of it. */
  #enqueue(calls) {
    this.#queue = [...calls, ...this.#queue];
    if (this.fatal) {
      this.#queue.splice(0).forEach((call) => call.fail(ClosedError, this.fatal.message, UNAVAILABLE));
    }
    this.link?.schedule();
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
    this.fatal || this.#become('connecting', { attempt: this.#attempts });
    // Whoever heard of it may have closed the client.
    if (this.fatal) {
      return;
    }
    const { mode, WebSocket } = this.#options;
    try {
      const bearer = await this.#bearer();
      if (!this.fatal) {
        const offer = { ext: [EXT], base: [BASE] }[mode] ?? [EXT, BASE];
        if (bearer) {
          checkOptions({ 'token()': bearer });
          offer.push('bearer.' + base64url(bearer));
        }
        const socket = new WebSocket(this.#href, this.#offers ? offer : []);
        this.#links.add(this.link = newLink(socket, this, this.#options));
      }
    }
    catch (error) {
      this.#events.emit('error', error);
      this.#wait({ reason: messageOf(error) });
    }
  }

  /** The token for an attempt, which may be long in coming, or never come. */
  async #bearer() {
    const { token, connectTimeout } = this.#options;
    const limit = this.#limit = newCall({ timeout: connectTimeout }, CALL, 'token()');
    try {
      return await Promise.race([limit.promise, token?.({ fresh: !!this.#fresh })]);
    }
    finally {
      limit.settle();
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
  #hurry = () => {
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
  };

  #watch(method) {
    globalThis[method]?.('online', this.#hurry);
    globalThis.document?.[method]('visibilitychange', this.#hurry);
  }
}
