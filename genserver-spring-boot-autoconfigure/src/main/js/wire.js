/** What both modes share: frames, and the messages in them. */

import { EMPTY, join, number, u16, u32 } from './bytes.js';
import {
  BATCH_BYTES, BATCH_FRAMES, FRAME_HEADER, MAX_FRAME, MAX_MESSAGE, PROTOCOL_VIOLATION, RESPONSE, RPC_HEADER
} from './constants.js';

/** The id of no method. */
export const NO_METHOD = new Uint8Array(8);

/** Why streams and connections end. */
export const TOO_BIG = `more than ${MAX_MESSAGE} bytes`, CANCELLED_BY_PEER = 'cancelled by the peer',
  OUT_OF_ORDER = 'frame out of order';

/** What the peer must not do ends the connection. */
export function demand(holds, violation = 'malformed frame', code = PROTOCOL_VIOLATION) {
  if (!holds) {
    throw { violation, code };
  }
}

/** What is too long is refused before anything of it is sent. */
export function limit(length, max) {
  if (length > max) {
    throw new RangeError(`${length} bytes, the peer takes ${max}`);
  }
}

/** Puts frames together to WebSocket messages. */
export function newBatch() {
  const messages = [];
  let frames = [];
  let size = 0;

  /** What follows goes into another message. */
  const cut = () => {
    if (size) {
      messages.push(join(frames));
      frames = [];
      size = 0;
    }
  };

  return {
    cut,

    frame(stream, seq, kind, payload = EMPTY) {
      const { length } = payload;
      // A frame is five parts.
      if (size + FRAME_HEADER + length > BATCH_BYTES || frames.length === 5 * BATCH_FRAMES) {
        cut();
      }
      size += FRAME_HEADER + length;
      frames.push(u32(length), u32(stream), u32(seq), [kind], payload);
    },

    take() {
      cut();
      return messages.splice(0);
    }
  };
}

/**
 * Cuts bytes into frames, whatever pieces they come in. Takes a function of stream, sequence number, kind and payload, and
 * one that hears of the first demand that does not hold, which ends it.
 */
export function newFrameReader(frame, violated) {
  let pieces = [];
  let size = 0;
  let needed = FRAME_HEADER;
  let closed;

  /** Reads the frames that are complete. Returns what is left. */
  const read = (bytes) => {
    for (;;) {
      needed = FRAME_HEADER;
      if (closed || bytes.length < needed) {
        return bytes;
      }
      const [length, stream, seq] = [0, 4, 8].map((at) => number(bytes, at));
      demand(length <= MAX_FRAME);
      needed += length;
      if (bytes.length < needed) {
        return bytes;
      }
      frame(stream, seq, bytes[12], bytes.slice(FRAME_HEADER, needed));
      bytes = bytes.subarray(needed);
    }
  };

  return {
    receive(chunk) {
      pieces.push(chunk);
      size += chunk.length;
      if (size >= needed) {
        try {
          pieces = [read(join(pieces))];
          size = pieces[0].length;
        }
        catch (error) {
          if (!error.violation) {
            throw error;
          }
          closed = true;
          violated(error);
        }
      }
    },

    close() {
      closed = true;
    }
  };
}

/** The RPC message of a request, or of the answer to one. */
export function encodeMessage({ ours, type, id, method }, metadata, payload = EMPTY) {
  return join([[ours ? type : RESPONSE], u32(id), ours ? method : NO_METHOD, u16(metadata.length), metadata, payload]);
}

/** What is in an RPC message, or false if its header is not complete. */
export function decodeMessage(bytes) {
  const start = RPC_HEADER + number(bytes, 13, 2);
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
 *   until          its deadline, as a time of this clock
 *   open, wants    whether items follow the arguments; how many items of the answer may be on their way
 *   status, reply  of the answer, and its metadata by type
 *   streams        of an answer of ext mode: whether it is a stream
 *   over           nothing is to be sent or received any more
 *   owner          hears what comes in: item(exchange, bytes, cost), ended(exchange), failed(exchange, message), and
 *                  restarted(exchange) when an answer that has begun is given up for another one
 *
 * What may be done with it: send(item), end(), cancel(), consumed(cost) once the owner is done with an item; respond and
 * fail if it is the peer's; waiting() is how many items have not been sent.
 *
 * A session turns bytes into these events and back; it has no I/O and no timers. Its listener hears of the peer's requests
 * (opened, refused), and what happens to the connection: leaving, violated, and schedule when there is something to take.
 */
