/** Values as bytes and back. */

import { EMPTY, text, utf8 } from './bytes.js';

/** Begins the text that stands for a long number while it is in JSON. Random, so that no other text begins so. */
const MARK = 'long' + Math.random();

/** What kind of object it is, in whatever realm it was made. */
export const tagOf = (value) => ({}).toString.call(value).slice(8, -1);

/** A value for people. */
export const shown = (value) => Object(value) === value ? tagOf(value) : String(value);

/** The bytes of what is nothing but bytes, in whatever realm it was made: a copy of them. A DataView takes no imitation. */
export function bytesOf(value) {
  const view = ArrayBuffer.isView(value) ? value : /ArrayBuffer$/.test(tagOf(value)) && new DataView(value);
  return view && new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
}

/** Bytes go as they are, everything else as JSON. What can be neither is a TypeError. */
export function encodeValue(value, longs) {
  return bytesOf(value) || (value === undefined ? EMPTY : utf8(encodeJson(value, longs)));
}

/**
 * Arguments as the peer expects them: one is itself, several are an array. The key of a keyed server comes first in base
 * mode, where there is no other place for it.
 */
export function encodeArguments(list, longs, key) {
  return encodeValue(key !== undefined ? [key, ...list] : list.length === 1 ? list[0] ?? null
    : list.length ? list : undefined, longs);
}

export function decodeValue(bytes, as, longs) {
  return as === 'bytes' ? bytes : as === 'text' ? text(bytes) : bytes.length ? decodeJson(text(bytes), longs) : undefined;
}

/** Little by little: calls do not take any number of arguments. */
export const base64 = (bytes) => btoa(bytes.reduce((chars, byte) => chars + String.fromCharCode(byte), ''));

/** Bytes within JSON are base64, as Java has them. */
function encodeJson(value, longs) {
  const json = JSON.stringify(value, function (key, each) {
    const given = this[key];
    const bytes = bytesOf(given) || bytesOf(each);
    if (bytes) {
      return base64(bytes);
    }
    if (typeof each === 'bigint' && longs === 'bigint') {
      return MARK + each;
    }
    if (isLost(each, tagOf(each)) || (each === null && tagOf(given) === 'Date')
      || (Array.isArray(this) && /^f|sy/.test(typeof each))) {
      throw new TypeError(`${shown(each ?? given)} cannot be written as JSON`);
    }
    return each;
  });
  if (json === undefined) {
    throw new TypeError(`${shown(value)} cannot be written as JSON`);
  }
  return longs === 'bigint' ? json.replace(new RegExp(`"${MARK}(-?\\d+)"`, 'g'), '$1') : json;
}

/**
 * Whether JSON would have something else in place of a value: of what is built in, what its own properties say of it, if
 * there are any. Functions within objects are methods, and left out as ever.
 */
function isLost(value, tag) {
  return tag === 'Number' ? !isFinite(value) : Object(value) === value && typeof value !== 'function' && (value.BYTES_PER_ELEMENT
    || (!/^(Object|Array|String|Boolean)$/.test(tag)
      && (tag === 'Error' || value[Symbol.iterator] || !Object.keys(value).length)));
}

/** Integers that a number cannot hold come as `longs` says. */
function decodeJson(json, longs = 'number') {
  if (longs === 'number' || !/\d{16}/.test(json)) {
    return JSON.parse(json);
  }
  const mark = longs === 'bigint' ? MARK : '';
  let quoted = false;
  const marked = json.replace(/\\.|"|-?\d[-+.\deE]*/g, (token) => {
    quoted = quoted !== (token === '"');
    return quoted || !/^-?\d{16,}$/.test(token) || Number.isSafeInteger(+token) ? token : `"${mark}${token}"`;
  });
  return JSON.parse(marked, (key, each) => mark && typeof each === 'string' && each.startsWith(mark)
    ? BigInt(each.slice(mark.length)) : each);
}
