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

/** The metadata of a request but for its deadline. */
function metadataOf({ traceParent, key, headers = {} }, items) {
  return join([
    traceParent && entry(T_TRACEPARENT, fromHex(traceParent)),
    items && entry(T_ITEMS, u32(items)),
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

export class Call {
  promise;
  settled;
  #type;
  #name;
  #options = {};
  #longs;
  #timeout;
  #deadline;
  #timer;
  #resolve;
  #reject;
  /** Arguments, and those with the key before them. */
  #body;
  #keyedBody;
  // What carries it, and on which link; resolved once there is one.
  #exchange;
  #link;
  #begun;
  #opened = new Promise((resolve) => this.#begun = resolve);
  // Of the answer: parts of it, and how many bytes wait to be read.
  #parts = [];
  #held = 0;
  /** Whether a connection was lost on which the peer may have begun it. */
  #maybe;
  // If it is a stream: its items, and the last one that came.
  #items;
  #last;
  // If it sends items: what gives them, and whether there are no more.
  #source;
  #ended;
  #aborted = () => this.settle([this.#options.signal.reason]);

  constructor({ timeout, longs }, type, name, args = [], options) {
    this.promise = new Promise((...both) => [this.#resolve, this.#reject] = both);
    this.#type = type;
    this.#name = typeof name === 'string' ? name : '?';
    this.#longs = longs;
    try {
      const own = { ...options };
      checkOptions({ ...own, operation: name ?? null });
      this.#options = own;
      this.#encode(args);
      this.#timeout = own.timeout ?? timeout;
      this.#deadline = now() + this.#timeout;
      this.#ended = !own.items && !own.channel;
      this.#watch();
    }
    catch (cause) {
      this.fail(RefusedError, 'cannot be sent: ' + messageOf(cause), INVALID_ARGUMENT, { cause });
    }
  }

  /** Ends it, at the other end too; with a failure, which is an error in an array, it fails. */
  settle(failure, value) {
    if (!this.settled) {
      this.settled = true;
      failure ? this.#reject(failure[0]) : this.#resolve(value);
      this.#rest();
      this.#begun();
      this.#items?.end(failure);
      this.#exchange?.cancel();
      stop(this.#source, () => {});
    }
  }

  /** What was sent once may have run, even if it was sent again and refused then. */
  fail(Type, message, status, more) {
    const all = { executed: this.#executed(), ...more };
    if (this.#maybe && all.executed === 'no') {
      all.executed = 'maybe';
      Type = Type === RefusedError ? RemoteError : Type;
    }
    this.settle([new Type(`${this.#name}: ${message}`, status, all)]);
  }

  /** Its items as they come: to be iterated once; leaving the loop cancels. A channel also sends. */
  stream() {
    if (this.#exchange || this.#items) {
      throw new TypeError(`${this.#name}: iterate once, and at once`);
    }
    this.#items = newItems(() => this.settle(), {
      send: (item) => this.#send(item),
      end: () => this.#end()
    });
    this.promise.catch((error) => this.#items.end([error]));
    return this.#items.iterator;
  }

  /** Puts it into the hands of a link's session. */
  begin(link) {
    if (this.settled) {
      return;
    }
    const { session } = link;
    const { timeout, items, channel, prefetch = DEFAULT_PREFETCH } = this.#options;
    const limited = !this.#items || timeout;
    const { id, bytes } = methodOf(this.#name);
    const body = session.ext ? this.#body : this.#keyedBody;
    if (!body) {
      throw new RangeError('bytes with a key need ext mode');
    }
    const wanted = this.#items && prefetch;
    this.#link = link;
    this.#exchange = session.open({
      ours: true, type: this.#type, method: id, name: bytes, body, meta: metadataOf(this.#options, wanted), owner: this,
      status: 0, prefetch: wanted, deadline: limited ? this.#deadline : Infinity, open: items || channel
    });
    if (!limited) {
      // The time limit was for getting here.
      clearTimeout(this.#timer);
    }
    this.#begun();
    if (items) {
      this.#pump(items);
    }
  }

  /** From now on it may time out and be cancelled. */
  #watch() {
    const { signal } = this.#options;
    clearTimeout(this.#timer);
    this.#timer = later(() => this.fail(CallTimeoutError,
      `timed out after ${this.#timeout} ms, executed: ${this.#executed()}`, DEADLINE_EXCEEDED), this.#deadline - now());
    signal?.addEventListener('abort', this.#aborted);
    if (signal?.aborted) {
      this.#aborted();
    }
  }

  #rest() {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#aborted);
  }

  // What comes back

  item(exchange, bytes, cost) {
    const { status, ext } = exchange;
    this.#held += bytes.length;
    if (this.#items && !status) {
      this.#last = bytes;
      this.#items.push(() => {
        this.#held -= bytes.length;
        exchange.consumed(cost);
        return this.#decode(exchange, bytes);
      });
    }
    else if (!status && (exchange.streams || (!ext && this.#parts.length === 1
      && this.#options.as !== 'bytes' && areItems(this.#parts[0], bytes)))) {
      this.#isStream();
    }
    else {
      this.#parts.push(bytes);
      exchange.consumed(cost);
    }
    // In base mode nothing slows down the other end.
    if (this.#held > MAX_MESSAGE && !(this.#items && ext)) {
      this.fail(RemoteError, TOO_BIG + ' wait to be read', RESOURCE_EXHAUSTED);
    }
  }

  ended(exchange, payload = join(this.#parts)) {
    const { status, ext } = exchange;
    if (status) {
      const failure = remoteError(status, ext, payload);
      const link = this.#link;
      if (status === UNAVAILABLE && this.#items && link.draining) {
        // A stream that ends because the peer leaves may go on elsewhere.
        this.lost(failure[1]) && link.submit(this);
      }
      else {
        this.fail(...failure);
      }
      return;
    }
    if (this.#type === EVENT) {
      // It is sent. A peer that leaves may say that it did not take it: see lost().
      this.#rest();
      return;
    }
    if (!this.#items && exchange.streams) {
      this.#isStream();
      return;
    }
    try {
      this.settle(undefined, this.#decode(exchange, payload));
    }
    catch (cause) {
      this.fail(RemoteError, 'no usable answer: ' + cause.message, INTERNAL, { executed: 'yes', cause });
    }
  }

  failed(exchange, message) {
    this.fail(RemoteError, message, SYSTEM);
  }

  restarted() {
    this.#forgetParts();
  }

  /** The connection is lost, or does not serve this call. True if it is to be sent again. */
  lost(message) {
    const { resume, items, channel, idempotent } = this.#options;
    const ran = this.#executed() !== 'no';
    const goesOn = resume && this.#items;
    if (items || channel || (ran && !idempotent && !goesOn)) {
      this.fail(ClosedError, message, UNAVAILABLE, { retryable: !ran || !!this.#items });
    }
    else if (this.#type === EVENT) {
      this.#watch();
    }
    else if (goesOn && this.#last) {
      this.#resume(resume);
    }
    this.#maybe = ran;
    this.#exchange = this.#link = undefined;
    this.#forgetParts();
    return !this.settled;
  }

  /** Of an answer that comes once more. Items of a stream that wait to be read are kept. */
  #forgetParts() {
    this.#held -= join(this.#parts).length;
    this.#parts = [];
  }

  #resume(resume) {
    try {
      const args = resume(this.#decode(this.#exchange, this.#last));
      checkOptions({ 'resume()': args ?? null });
      this.#encode(args);
    }
    catch (error) {
      this.settle([error]);
    }
  }

  #isStream() {
    this.fail(RemoteError, 'answers with a stream: use stream()', FAIL);
  }

  /** At once: the caller may change its objects later. */
  #encode(args) {
    const { key } = this.#options;
    this.#body = encodeArguments(args, this.#longs);
    this.#keyedBody = key === undefined ? this.#body : !bytesOf(args[0]) && encodeArguments(args, this.#longs, key);
  }

  #decode(exchange, bytes) {
    const raw = exchange?.reply?.[T_CONTENT_TYPE]?.[0] === RAW_TYPE;
    return decodeValue(bytes, this.#options.as ?? (raw ? 'bytes' : 'json'), this.#longs);
  }

  /** Whether the peer may have begun it. */
  #executed() {
    return this.#maybe || this.#exchange?.id < Infinity ? 'maybe' : 'no';
  }

  /** Goes on with the request once it has begun and there is room. False if it is not wanted any more. */
  async #proceed(step) {
    await this.#opened;
    await this.#link?.room(this.#exchange);
    this.settled || step();
    return !this.settled;
  }

  async #send(item) {
    const bytes = encodeValue(item, this.#longs);
    return !this.#ended && this.#proceed(() => this.#exchange.send(bytes));
  }

  async #end() {
    if (!this.#ended) {
      this.#ended = true;
      await this.#proceed(() => this.#exchange.end());
    }
  }

  async #pump(items) {
    try {
      this.#source = items[Symbol.asyncIterator]?.() ?? items[Symbol.iterator]();
      await each(this.#source, (item) => this.#send(item));
      this.#source = undefined;
      await this.#end();
    }
    catch (error) {
      this.settle([error]);
    }
  }
}
