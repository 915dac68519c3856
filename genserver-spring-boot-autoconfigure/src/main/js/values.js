/** Values as bytes and back. */

import { EMPTY, text, utf8 } from './bytes.js';

export const isBytes = (value) => value instanceof Uint8Array || value instanceof ArrayBuffer;

export function encodeValue(value) {
  return isBytes(value) ? new Uint8Array(value) : value === undefined ? EMPTY : utf8(JSON.stringify(value));
}

/**
 * Arguments as the peer expects them: one is itself, several are an array. The key of a keyed server comes first in base
 * mode, where there is no other place for it.
 */
export function encodeArguments(args, key) {
  const list = Array.isArray(args) ? args : [args];
  return encodeValue(key !== undefined ? [key, ...list] : list.length === 1 ? list[0] ?? null
    : list.length ? list : undefined);
}

export function decodeValue(bytes, as) {
  return as === 'bytes' ? bytes : as === 'text' ? text(bytes) : bytes.length ? JSON.parse(text(bytes)) : undefined;
}
