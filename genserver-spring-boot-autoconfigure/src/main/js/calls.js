/** One operation of ours, from the moment it is asked for to its outcome; outlives connections. */

import { fromHex, join, u32, utf8 } from './bytes.js';
import {
  DEADLINE_EXCEEDED, DEFAULT_PREFETCH, EVENT, FAIL, INTERNAL, INVALID_ARGUMENT, MAX_FRAME, MAX_MESSAGE, RAW_TYPE,
  RESOURCE_EXHAUSTED, SYSTEM, T_CONTENT_TYPE, T_HEADER, T_ITEMS, T_KEY, T_TRACEPARENT, UNAVAILABLE
} from './constants.js';
import { CallTimeoutError, ClosedError, messageOf, RefusedError, remoteError, RemoteError } from './errors.js';
import { each, newItems, stop } from './items.js';
import { entry } from './metadata.js';
import { methodOf } from './methods.js';
import { checkOptions } from './options.js';
import { later, now } from './time.js';
import { bytesOf, decodeValue, encodeArguments, encodeValue } from './values.js';
import { TOO_BIG } from './wire.js';

/** The metadata of a request but for its deadline and item credit. */
function metadataOf({ traceParent, key, headers = {} }) {
  return join([
    traceParent && entry(T_TRACEPARENT, fromHex(traceParent)),
    key !== undefined && entry(T_KEY, utf8(key)),
    ...Object.entries(headers).map(([name, value]) =>
      entry(T_HEADER, join([[name.length], utf8(name), utf8(value)])))
  ]);
}

/** Whether the first two frames of an answer in base mode are items: they are not full, and JSON each. */
function areItems(first, second) {
  try {
    return first.length < MAX_FRAME / 2 && [first, second].every((each) => decodeValue(each) !== undefined);
  }
  catch {
    return false;
  }
}

/**
 * Other modules see of it: `promise`, whether it is `settled`, and what links and exchanges use below. Options are those of
 * the client, and then those of its caller.
 */
export function newCall({ timeout: limit, longs }, type, method, args = [], given, more) {
  const name = typeof method === 'string' ? method : '?';
  let options = {};
  let deadline;
  let timer;
  let resolve;
  let reject;
  /** Arguments, and those with the key before them. */
  let body;
  let keyedBody;
  let meta;
  // What carries it, and on which link; resolved once there is one.
  let carrier;
  let link;
  let begun;
  const opened = new Promise((done) => begun = done);
  // Of the answer: parts of it, and how many bytes wait to be read.
  let parts = [];
  let held = 0;
  /** Whether a connection was lost on which the peer may have begun it. */
  let maybe;
  // If it is a stream: its items, the last one that came, and how often it was asked for in vain since.
  let stream;
  let last;
  // If it sends items: what gives them, and whether there are no more.
  let source;
  let complete;

  const call = {
    promise: new Promise((...both) => [resolve, reject] = both),

    /** Ends it, at the other end too; with a failure, which is an error in an array, it fails. */
    settle(failure, value) {
      if (!call.settled) {
        call.settled = true;
        failure ? reject(...failure) : resolve(value);
        rest();
        begun();
        stream?.end(failure);
        carrier?.cancel();
        stop(source, () => {});
      }
    },

    /** What was sent once may have run, even if it was sent again and refused then. */
    fail(Type, message, status, about) {
      const all = { executed: executed(), ...about };
      if (maybe && all.executed === 'no') {
        all.executed = 'maybe';
        Type = Type === RefusedError ? RemoteError : Type;
      }
      call.settle([new Type(`${name}: ${message}`, status, all)]);
    },

    /** Its items as they come: to be iterated once; leaving the loop cancels. A channel also sends. */
    stream() {
      if (carrier || stream) {
        throw new TypeError(`${name}: iterate once`);
      }
      stream = newItems(() => call.settle(), { send, end });
      call.promise.catch((error) => stream.end([error]));
      return stream.iterator;
    },

    /** Puts it into the hands of a link's session. */
    begin(to) {
      if (call.settled) {
        return;
      }
      const { session } = to;
      const { timeout, items, channel, prefetch = DEFAULT_PREFETCH } = options;
      const limited = !stream || timeout;
      const { id, bytes } = methodOf(name);
      const sent = session.ext ? body : keyedBody;
      if (!sent) {
        throw new RangeError('bytes with a key need ext mode');
      }
      const wanted = stream && prefetch;
      link = to;
      carrier = session.open({
        ours: true, type, method: id, name: bytes, body: sent, meta: join([wanted && entry(T_ITEMS, u32(wanted)), meta]),
        owner: call, status: 0, wants: wanted, until: limited ? deadline : Infinity, open: items || channel
      });
      if (!limited) {
        // The time limit was for getting here.
        clearTimeout(timer);
      }
      begun();
      if (items) {
        pump(items);
      }
    },

    // What comes back

    item(exchange, bytes, cost) {
      const { status, ext } = exchange;
      held += bytes.length;
      if (stream && !status) {
        last = bytes;
        stream.push(() => {
          held -= bytes.length;
          exchange.consumed(cost);
          return decode(exchange, bytes);
        });
      }
      else if (!status && (exchange.streams || (!ext && parts.length === 1 && options.as !== 'bytes' && areItems(parts[0], bytes)))) {
        isStream();
      }
      else {
        parts.push(bytes);
        exchange.consumed(cost);
      }
      // In base mode nothing slows down the other end.
      if (held > MAX_MESSAGE && !(stream && ext)) {
        call.fail(RemoteError, TOO_BIG + ' wait', RESOURCE_EXHAUSTED);
      }
    },

    ended(exchange, payload = join(parts)) {
      const { status, ext } = exchange;
      if (status) {
        const failure = remoteError(status, ext, payload, longs);
        const from = link;
        // A stream that ends because the peer leaves may go on elsewhere, and one that may be tried again, here.
        if (stream && ((status === UNAVAILABLE && from.draining) || (failure[3].retryable && options.resume))) {
          call.lost(failure[1]) && from.submit(call);
        }
        else {
          call.fail(...failure);
        }
        return;
      }
      if (type === EVENT) {
        // It is sent. A peer that leaves may say that it did not take it: see lost().
        rest();
        return;
      }
      if (!stream && exchange.streams) {
        isStream();
        return;
      }
      try {
        call.settle(undefined, decode(exchange, payload));
      }
      catch (cause) {
        call.fail(RemoteError, 'no usable answer: ' + cause.message, INTERNAL, { executed: 'yes', cause });
      }
    },

    failed(exchange, message) {
      call.fail(RemoteError, message, SYSTEM);
    },

    /** The answer comes once more. Items of a stream that wait to be read are kept. */
    restarted() {
      held -= join(parts).length;
      parts = [];
    },

    /** The connection is lost, or does not serve this call. True if it is to be sent again. */
    lost(message) {
      const { resume, items, channel, idempotent } = options;
      const ran = executed() !== 'no';
      const goesOn = resume && stream;
      if (items || channel || (ran && !idempotent && !goesOn)) {
        call.fail(ClosedError, message, UNAVAILABLE, { retryable: !ran || !!stream });
      }
      else if (type === EVENT) {
        watch();
      }
      else if (goesOn && last) {
        try {
          const next = resume(decode(carrier, last));
          checkOptions({ 'resume()': next ?? null });
          encode(next);
        }
        catch (error) {
          call.settle([error]);
        }
      }
      maybe = ran;
      carrier = link = undefined;
      call.restarted();
      return !call.settled;
    }
  };

  const aborted = () => call.settle([options.signal.reason]);

  /** From now on it may time out and be cancelled. */
  const watch = () => {
    const { signal } = options;
    clearTimeout(timer);
    timer = later(() => call.fail(CallTimeoutError, `timed out after ${limit} ms, executed: ${executed()}`, DEADLINE_EXCEEDED),
      deadline - now());
    signal?.addEventListener('abort', aborted);
    if (signal?.aborted) {
      aborted();
    }
  };

  const rest = () => {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', aborted);
  };

  const isStream = () => call.fail(RemoteError, 'answers with a stream: use stream()', FAIL);

  /** At once: the caller may change its objects later. */
  const encode = (values) => {
    const { key } = options;
    const list = Array.isArray(values) ? values : [values];
    body = encodeArguments(list, longs);
    keyedBody = key === undefined ? body : (list.length > 1 || !bytesOf(list[0])) && encodeArguments(list, longs, key);
  };

  const decode = (exchange, bytes) => {
    const raw = exchange?.reply?.[T_CONTENT_TYPE]?.[0] === RAW_TYPE && 'bytes';
    return decodeValue(bytes, options.as ?? raw, longs);
  };

  /** Whether the peer may have begun it. */
  const executed = () => maybe || carrier?.id < Infinity ? 'maybe' : 'no';

  /** Goes on with the request once it has begun and there is room. False if it is not wanted any more. */
  const proceed = async (step) => {
    await opened;
    await link?.room(carrier);
    call.settled || step();
    return !call.settled;
  };

  const send = async (item) => {
    const bytes = encodeValue(item ?? null, longs);
    return !complete && proceed(() => carrier.send(bytes));
  };

  const end = async () => {
    if (!complete) {
      complete = true;
      await proceed(() => carrier.end());
    }
  };

  const pump = async (items) => {
    try {
      source = items[Symbol.asyncIterator]?.() ?? items[Symbol.iterator]();
      await each(source, send);
      source = undefined;
      await end();
    }
    catch (error) {
      call.settle([error]);
    }
  };

  try {
    const own = { ...given, ...more };
    checkOptions({ ...own, operation: method ?? null });
    options = own;
    encode(args);
    meta = metadataOf(own);
    limit = own.timeout ?? limit;
    deadline = now() + limit;
    complete = !own.items && !own.channel;
    watch();
  }
  catch (cause) {
    // None of them is to be used.
    options = {};
    call.fail(RefusedError, 'cannot be sent: ' + messageOf(cause), INVALID_ARGUMENT, { cause });
  }
  return call;
}
