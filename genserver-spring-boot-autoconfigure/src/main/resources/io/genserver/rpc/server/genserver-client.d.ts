/** Types of genserver-client.js. */

/** States of a client: see `GenServerClient.on`. */
export type State = 'connecting' | 'open' | 'draining' | 'waiting' | 'closed';

export interface StateDetail {
  /** How often connecting was tried since the last good connection. */
  attempt?: number;
  /** When waiting: milliseconds until the next attempt. */
  delay?: number;
  /** Why the connection ended: close code, or code of a GOAWAY. */
  code?: number;
  reason?: string;
  /** When open: what is spoken. */
  mode?: Mode;
  /** When closed: what every call will fail with. */
  error?: ClosedError;
}

/** Ext has flow control, deadlines and structured errors; base is what muxio 0.15 speaks. */
export type Mode = 'ext' | 'base';

export interface ConnectOptions {
  /** A WebSocket implementation, where there is none: Node before 22. */
  WebSocket?: unknown;
  /** What to speak: the best both know (`auto`, by default), or nothing but ext or base. */
  mode?: 'auto' | Mode;
  /** Milliseconds a call may take, waiting for a connection included: 5000. */
  timeout?: number;
  /** Milliseconds connecting may take, and so may the token before: 10000. */
  connectTimeout?: number;
  /** Operations that may wait for a connection, or for a place on it: 1024. */
  maxQueued?: number;
  /**
   * Milliseconds of silence after which the server is asked for a sign of life (25000, at least 100), and how long it has to
   * give it (10000).
   */
  keepAlive?: { interval?: number; timeout?: number };
  /** The first and the longest delay before connecting again, in milliseconds (200, 20000); half of it on average. */
  backoff?: { initial?: number; max?: number };
  /**
   * How integers come that a number cannot hold, those beyond 2^53 - 1 on either side: rounded (`number`, by default), as
   * `bigint`, or as `string`. Smaller ones are always numbers. With `bigint`, arguments may hold BigInts, too.
   */
  longs?: 'number' | 'bigint' | 'string';
  /**
   * A bearer token for each attempt to connect. `fresh` if the last one was refused. If it fails, or has not settled after
   * `connectTimeout`, that is told to `on('error')` and asked again after the delay.
   */
  token?(context: { fresh: boolean }): string | undefined | Promise<string | undefined>;
}

export interface CallOptions {
  /** Milliseconds it may take in all. A stream has no limit unless its caller sets one. */
  timeout?: number;
  /** Cancels the operation, which fails with the signal's reason. */
  signal?: AbortSignal;
  /** Which instance of a keyed server is meant: any text without lone surrogates. */
  key?: string;
  /** How to read what comes back: JSON unless the server says that it is bytes. Base mode cannot say. */
  as?: 'json' | 'text' | 'bytes';
  /** Whether it may run twice: then it is sent again when a connection is lost. Not unless set. */
  idempotent?: boolean;
  /**
   * Headers, in ext mode, as a plain object: with key and method name at most 8 KiB. Names are 1 to 255 printable ASCII
   * characters, values any text without lone surrogates.
   */
  headers?: Record<string, string>;
  /** A W3C traceparent, in ext mode. */
  traceParent?: string;
}

export interface StreamOptions<T = unknown> extends CallOptions {
  /** Items that may be on their way or wait here, in ext mode: 256. */
  prefetch?: number;
  /**
   * When a connection is lost, or its server leaves: the arguments with which the stream goes on after the last item that
   * came. In ext mode also when it ends with an error that is `retryable`: it fell behind, its server restarted, or the
   * mailbox was full. What it throws ends the stream.
   */
  resume?(last: T): unknown[] | object;
}

/**
 * Items as they come. Iterate once; leaving the loop cancels. So do `return` and `throw`, at once, also while `next` waits.
 */
export interface ItemStream<T> extends AsyncIterable<T> {
  next(): Promise<IteratorResult<T, undefined>>;
  return(value?: any): Promise<IteratorReturnResult<any>>;
  throw(error?: unknown): Promise<IteratorResult<T, undefined>>;
  [Symbol.asyncIterator](): this;
  /** Wants no more items, not even those that wait to be read; a pending `next` is done. Has an effect once. */
  cancel(): void;
}

/** A stream of answers to a stream of items. */
export interface Channel<In, Out> extends ItemStream<Out> {
  /** Resolves once there was room for the item; false after `end()`, or if nobody wants it any more. */
  send(item: In): Promise<boolean>;
  /** There are no more items. Has an effect once. */
  end(): Promise<void>;
}

/** What a handler gets after its arguments. */
export interface ServeContext {
  /** Aborts when the caller gives up. */
  signal: AbortSignal;
  key?: string;
  deadline?: number;
  client: GenServerClient;
}

/**
 * Arguments: an array of them, one for each parameter; or an object of them by name. A single ArrayBuffer, or view of one, is
 * sent as the bytes that it is; among others it is base64. What cannot be written as JSON rejects the call: NaN, an invalid
 * Date, a Map or a function in an array, for example.
 */
export type Arguments = unknown[] | object;

/** What `connect` returns. */
export interface GenServerClient {
  /** Calls an operation such as `kv.get`. That of a stream fails, unless it looks like one answer: use `stream`. */
  call<R = unknown>(method: string, args?: Arguments, options?: CallOptions): Promise<R>;
  /**
   * Sends a message nobody answers. What cannot be sent in time is told to `on('error')`. In ext mode one that crosses the
   * leave of the server is sent again over the next connection.
   */
  cast(method: string, args?: Arguments, options?: CallOptions): void;
  stream<T = unknown>(method: string, args?: Arguments, options?: StreamOptions<T>): ItemStream<T>;
  /** A call whose arguments are followed by items. What gives them is left, by `return()`, once they are not wanted. */
  upload<R = unknown>(method: string, args: Arguments, items: Iterable<unknown> | AsyncIterable<unknown>, options?: CallOptions): Promise<R>;
  channel<In = unknown, Out = unknown>(method: string, args?: Arguments, options?: StreamOptions<Out>): Channel<In, Out>;
  /** The servers as objects: `proxy<Api>().kv.get('k')`, `proxy<Api>().room('lobby').join('me')`. */
  proxy<Api extends object = any>(options?: StreamOptions<any>): Api;
  /**
   * Lets the server call functions here: `serve('page', { notify(text) {…} })` serves `page.notify`. One argument comes
   * as it is, several one by one; a function of exactly one parameter gets an array as it is. Async iterables stream.
   */
  serve(name: string, handlers: object | ((...args: any[]) => unknown)): void;
  /** Returns what ends it. */
  on(event: 'state', listener: (state: State, detail: StateDetail) => void): () => void;
  /** Failures that belong to no call: of casts, of handlers served here, of the token function. */
  on(event: 'error', listener: (error: unknown) => void): () => void;
  /** Resolves once it is open; rejects if it is closed for good. */
  ready(): Promise<this>;
  /** Fails what is open, and connects no more. */
  close(): void;
  readonly state: State;
  readonly mode: Mode | undefined;
}

/**
 * Connects to an endpoint: by default to `ws` beside the `genserver` folder that this module was loaded from, below whatever
 * prefix, or else to `/ws` of the page's origin. Calls may be made at once: they wait. Throws if options are not usable.
 */
export declare function connect(url?: string | URL, options?: ConnectOptions): GenServerClient;

/** Why an operation has no result. */
export declare class GenServerError extends Error {
  /** The status as on the wire, and its name: DEADLINE_EXCEEDED, UNAVAILABLE, … */
  readonly status: number;
  readonly code: string;
  /** Whether it ran at the other end; `yes` only if an answer came that cannot be read. */
  readonly executed: 'no' | 'maybe' | 'yes';
  /** Whether the same call may work later. */
  readonly retryable?: boolean;
  /** Milliseconds after which it may. */
  readonly retryAfter?: number;
  /** A word for programs. */
  readonly reason?: string;
  readonly details?: unknown;
}

/** The time for the operation is over. */
export declare class CallTimeoutError extends GenServerError {}

/** It was refused before it began: nothing was executed. */
export declare class RefusedError extends GenServerError {}

/** It failed at the other end. */
export declare class RemoteError extends GenServerError {}

/** The connection was lost, or the client is closed. */
export declare class ClosedError extends GenServerError {}
