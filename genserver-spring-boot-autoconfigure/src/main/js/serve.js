/** One operation of the peer's: a handler here answers it. */

import { join, text } from './bytes.js';
import {
  CALL, CANCELLED, INVALID_ARGUMENT, MAX_MESSAGE, METHOD_NOT_FOUND, NOT_EXPOSED, RAW_TYPE, T_CONTENT_TYPE, T_KEY
} from './constants.js';
import { ClosedError, failureOf } from './errors.js';
import { each, stop } from './items.js';
import { decodeValue, encodeValue } from './values.js';
import { CANCELLED_BY_PEER } from './wire.js';

/** Lets a handler answer a request, if there is one. The host has the client, its option longs, and reports failures. */
export function serveExchange(exchange, handler, link, { client, longs, report }) {
  const { type, meta, until: deadline, body } = exchange;
  const abort = new AbortController();
  const parts = [];
  let size = 0;
  let refused;
  let iterator;

  const refuse = (...why) => {
    refused = true;
    // Of a cast nobody waits for the answer.
    type === CALL && exchange.fail(...why);
  };

  const failed = () => {
    abort.abort(new ClosedError(CANCELLED_BY_PEER, CANCELLED));
    stop(iterator, report);
  };

  const answer = async (result) => {
    iterator = type === CALL && result?.[Symbol.asyncIterator]?.();
    if (iterator) {
      await sendItems(iterator, exchange, link, longs);
    }
    else if (type === CALL) {
      exchange.respond(encodeValue(result, longs));
    }
  };

  const run = async (bytes) => {
    try {
      await answer(await handler(...argumentsOf(bytes, meta, handler, longs), {
        signal: abort.signal, key: meta[T_KEY] && text(meta[T_KEY]), deadline, client
      }));
    }
    catch (error) {
      refuse(...failureOf(error, longs));
      report(error);
      stop(iterator, report);
    }
  };

  exchange.owner = {
    item(_, bytes, cost) {
      exchange.consumed(cost);
      parts.push(bytes);
      size += bytes.length;
      if (size > MAX_MESSAGE || (exchange.ext && !exchange.inOpen)) {
        refuse(INVALID_ARGUMENT, 'more than one item', { notExecuted: true });
      }
    },
    ended: () => refused || run(size ? join(parts) : body),
    failed,
    lost: failed
  };
  if (!handler) {
    refuse(METHOD_NOT_FOUND, 'the method' + NOT_EXPOSED, { notExecuted: true });
  }
}

/** Items of an answer, as far as there is room for them. */
async function sendItems(iterator, exchange, link, longs) {
  await each(iterator, async (item) => {
    exchange.send(encodeValue(item ?? null, longs));
    await link.room(exchange);
    return !exchange.over;
  });
  exchange.end();
}

/** Several arguments are an array. A function of one parameter gets an array as it is. */
function argumentsOf(bytes, meta, handler, longs) {
  const value = meta[T_CONTENT_TYPE]?.[0] === RAW_TYPE ? bytes : decodeValue(bytes, 'json', longs);
  return Array.isArray(value) && handler.length !== 1 ? value : bytes.length ? [value] : [];
}
