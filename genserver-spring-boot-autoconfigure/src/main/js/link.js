/** One connection: its WebSocket, its session, and what the peer calls here. */

import { BaseSession } from './base.js';
import { newCall } from './calls.js';
import { ABNORMAL, BUFFERED, CALL, DONE, EXT, EXT_VIOLATION, LOOK, MAX_WAITING, TEXT } from './constants.js';
import { ExtSession } from './ext.js';
import { later, now } from './time.js';

/**
 * What is known of it: `session` once it is connected, `since` when, and whether the peer leaves: `draining`. Its host hears
 * that it is opened, leaving and lost, serves requests, and flushes what waits for it.
 */
export function newLink(socket, host, options) {
  const { interval, patience } = options;
  let over;
  let scheduled;
  let pause;
  let heard;
  /** When a sign of life was asked for that has not come. */
  let probed = Infinity;
  /** Who waits for room; each returns whether it goes on waiting. */
  let rooms = [];

  const fail = (reason = '') => lose(ABNORMAL, reason);
  let timer = later(fail, options.connectTimeout);

  const link = {
    /** Sends what there is, once the code that runs now has said all it has to say. */
    schedule() {
      if (!scheduled) {
        scheduled = true;
        queueMicrotask(() => {
          scheduled = false;
          over || send();
        });
      }
    },

    /** Asks for a sign of life. */
    probe() {
      const { session } = link;
      if (session && probed === Infinity) {
        probed = now();
        if (session.ext) {
          session.ping();
        }
        else {
          // Any answer is a sign of life.
          const call = newCall({ timeout: patience }, CALL, '$rpc.ping');
          call.promise.catch(() => {});
          call.begin(link);
        }
      }
    },

    close(code, reason) {
      // Browsers let a page use 1000 and the codes from 3000 on only.
      // A reason has at most 123 bytes, a character at most three; and what the peer said may be part of it.
      lose(code, reason, code === DONE ? code : EXT_VIOLATION, reason.slice(0, 41));
    },

    /** Resolves once the exchange may be given another item, or is over. */
    room: (exchange) => new Promise((resolve) => {
      const waits = (full) => !over && !exchange.over && (full || exchange.waiting() > MAX_WAITING);
      over ? resolve() : rooms.push((full) => waits(full) || resolve());
      link.schedule();
    }),

    // What the session says

    leaving(unserved, code, reason) {
      link.draining = true;
      host.leave(link, code, reason, again(unserved, 'the peer leaves: ' + reason));
    },

    violated(code, message) {
      link.session.take().forEach((frame) => socket.send(frame));
      link.close(code, message);
    },

    refused(exchange, status, message) {
      exchange.fail(status, message);
    },

    /** A call of this link is to be made again: elsewhere at once, here after a pause. */
    submit(call) {
      later(() => host.submit(call), !link.draining && Math.random() * options.max / 9);
    },

    opened(exchange) {
      host.serve(exchange, link);
    }
  };

  // The socket

  const opened = () => {
    const { protocol } = socket;
    if (options.mode === 'ext' && protocol !== EXT) {
      // Not every WebSocket fails if nothing is answered to what was offered.
      fail();
      return;
    }
    clearTimeout(timer);
    link.since = heard = now();
    link.session = new (protocol === EXT ? ExtSession : BaseSession)(link);
    beat();
    host.opened(link, protocol);
    link.schedule();
  };

  const receive = (data) => {
    heard = now();
    probed = Infinity;
    if (typeof data === 'string') {
      link.violated(TEXT, 'text message');
    }
    else {
      link.session.receive(new Uint8Array(data));
      link.schedule();
    }
  };

  const send = () => {
    if (socket.readyState > 1) {
      // What is not taken is certainly not sent.
      return;
    }
    host.flush(link);
    try {
      link.session?.take().forEach((message) => socket.send(message));
    }
    catch {
      fail();
      return;
    }
    if (link.draining && !link.session?.busy()) {
      link.close(DONE, 'drained');
      return;
    }
    const full = socket.bufferedAmount > BUFFERED;
    rooms = rooms.filter((goesOn) => goesOn(full));
    if (full) {
      pause ??= later(() => {
        pause = undefined;
        link.schedule();
      }, LOOK);
    }
  };

  /** After silence the peer is asked for a sign of life, and given up if there is none. */
  const beat = () => {
    if (now() - probed >= patience) {
      fail('no answer');
      return;
    }
    if (now() - heard >= interval) {
      link.probe();
    }
    timer = later(beat, Math.min(interval, patience) / 2);
  };

  /** The connection is over, whether or not the socket knows. */
  const lose = (code, reason, ...how) => {
    if (!over) {
      over = true;
      clearTimeout(timer);
      clearTimeout(pause);
      reason ||= link.session ? '' : 'refused or timed out';
      rooms.forEach((goesOn) => goesOn());
      const message = `the connection was lost (${code}${reason && ', ' + reason})`;
      host.lost(link, code, reason, again(link.session?.close() ?? [], message), message);
      try {
        socket.close(...how);
      }
      catch {
        // It is over for us.
      }
    }
  };

  /** Which calls are to be made again, now that the peer does not serve them. */
  const again = (exchanges, message) => exchanges.map((exchange) => {
    exchange.over = true;
    return exchange.owner;
  }).filter((owner) => owner?.lost(message));

  socket.binaryType = 'arraybuffer';
  // Some WebSockets tell of a refused handshake by an error alone.
  const events = {
    open: opened,
    error: () => link.session || fail(),
    close: ({ code, reason }) => lose(code, reason),
    message: ({ data }) => receive(data)
  };
  for (const name in events) {
    socket['on' + name] = (event) => over || events[name](event);
  }
  return link;
}
