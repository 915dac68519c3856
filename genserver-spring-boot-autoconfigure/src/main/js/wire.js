/** What both modes share: frames, and the messages in them. */

import { EMPTY, join, number, u16, u32 } from './bytes.js';

/** Kinds of frames. */
export const OPEN = 0, DATA = 1, END = 2, CANCEL = 3, PONG = 4, PING = 5, WINDOW = 6, GOAWAY = 7, SETTINGS = 8, ERROR = 9;

/** Types of messages. */
export const CALL = 0, RESPONSE = 1, EVENT = 2;

/** Flags of ext mode, in the byte of the kind. */
export const FIN = 0x80, MORE = 0x40, COMPRESSED = 0x20, IGNORABLE = 0x10;

export const FRAME_HEADER = 13, RPC_HEADER = 15;
export const MAX_FRAME = 65536, MAX_MESSAGE = 4 << 20, MAX_CALLS = 1024;
export const BATCH_BYTES = 16384;
const BATCH_FRAMES = 256;

/** The id of no method. */
export const NO_METHOD = new Uint8Array(8);

/** Why streams and connections end. */
export const TOO_BIG = `more than ${MAX_MESSAGE} bytes`, CANCELLED_BY_PEER = 'cancelled by the peer',
  OUT_OF_ORDER = 'frame out of order';

/** What the peer must not do ends the connection. */
export function demand(holds, violation = 'malformed frame', code = 1) {
  if (!holds) {
    throw { violation, code };
  }
}

/** What is too long is refused before anything of it is sent. */
export function limit({ length }, max) {
  if (length > max) {
    throw new RangeError(`${length} bytes are too long for the peer, which takes ${max}`);
  }
}

/** Puts frames together to WebSocket messages. */
export class Batch {
  #messages = [];
  #frames = [];
  #size = 0;

  /** What follows goes into another message. */
  cut() {
    if (this.#size) {
      this.#messages.push(join(this.#frames));
      this.#frames = [];
      this.#size = 0;
    }
  }

  frame(stream, seq, kind, payload = EMPTY) {
    const { length } = payload;
    // A frame is five parts.
    if (this.#size + FRAME_HEADER + length > BATCH_BYTES || this.#frames.length === 5 * BATCH_FRAMES) {
      this.cut();
    }
    this.#size += FRAME_HEADER + length;
    this.#frames.push(u32(length), u32(stream), u32(seq), [kind], payload);
  }

  take() {
    this.cut();
    return this.#messages.splice(0);
  }
}

/** Cuts bytes into frames, whatever pieces they come in. The first demand that does not hold is reported, and ends it. */
export class FrameReader {
  #frame;
  #violated;
  #pieces = [];
  #size = 0;
  #needed = FRAME_HEADER;
  #closed;

  /** Takes a function of stream, sequence number, kind and payload, and one of what was violated. */
  constructor(frame, violated) {
    this.#frame = frame;
    this.#violated = violated;
  }

  receive(chunk) {
    this.#pieces.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) {
      return;
    }
    let bytes = join(this.#pieces);
    try {
      bytes = this.#read(bytes);
    }
    catch (error) {
      if (!error.violation) {
        throw error;
      }
      this.#closed = true;
      this.#violated(error);
    }
    this.#pieces = [bytes];
    this.#size = bytes.length;
  }

  /** Reads the frames that are complete. Returns what is left. */
  #read(bytes) {
    for (;;) {
      this.#needed = FRAME_HEADER;
      if (this.#closed || bytes.length < this.#needed) {
        return bytes;
      }
      const [length, stream, seq] = [0, 4, 8].map((at) => number(bytes, at));
      demand(length <= MAX_FRAME);
      this.#needed += length;
      if (bytes.length < this.#needed) {
        return bytes;
      }
      this.#frame(stream, seq, bytes[12], bytes.slice(FRAME_HEADER, this.#needed));
      bytes = bytes.subarray(this.#needed);
    }
  }

  close() {
    this.#closed = true;
  }
}

/** The RPC message of a request, or of the answer to one. */
export function encodeMessage({ ours, type, id, method }, metadata, payload = EMPTY) {
  return join([[ours ? type : RESPONSE], u32(id), ours ? method : NO_METHOD, u16(metadata.length), metadata, payload]);
}

/** What is in an RPC message, or false if its header is not complete. */
export function decodeMessage(bytes) {
  const start = RPC_HEADER + (bytes[13] | bytes[14] << 8);
  return bytes.length >= start && {
    type: bytes[0], id: number(bytes, 1), method: bytes.subarray(5, 13), meta: bytes.subarray(RPC_HEADER, start),
    payload: bytes.subarray(start), start
  };
}

/*
 * An exchange is one request and its answer, ours or the peer's. BaseExchange and ExtExchange have in common:
 *
 *   ours, type     whose it is; CALL or EVENT
 *   id             request id, once it is written
 *   method, name   id of the method; its name as bytes, if it is ours
 *   body           arguments, if they are ours or came as metadata of base mode
 *   meta           metadata of ext mode but for the deadline: encoded if ours, else by type
 *   deadline       as a time of this clock
 *   open, prefetch whether items follow the arguments; how many items of the answer may be on their way
 *   status, reply  of the answer, and its metadata by type
 *   over           nothing is to be sent or received any more
 *   owner          hears what comes in: item(exchange, bytes, cost), ended(exchange), failed(exchange, message)
 *
 * What may be done with it: send(item), end(), cancel(), consumed(cost) once the owner is done with an item; respond and
 * fail if it is the peer's; waiting() is how many items have not been sent.
 *
 * A session turns bytes into these events and back; it has no I/O and no timers. Its listener hears of the peer's requests
 * (opened, refused), and what happens to the connection: leaving, violated, and schedule when there is something to take.
 */
