/** Metadata of ext mode. */

import { demand } from './wire.js';
import { join, number, u16 } from './bytes.js';

/** Types of entries. */
export const T_DEADLINE = 1, T_TRACEPARENT = 2, T_CONTENT_TYPE = 4, T_WINDOW = 6, T_ITEMS = 7, T_NAME = 8, T_KEY = 9,
  T_HEADER = 16;

/** Content types. */
export const RAW_TYPE = 0, JSON_TYPE = 1;

/** An entry of metadata. */
export function entry(type, value) {
  const { length } = value;
  return join([[type], length < 255 ? [length] : [255, ...u16(length)], value]);
}

/** The entries of metadata by type; `critical` if one that is not known must be. */
export function entries(bytes, at = 0) {
  const found = {};
  while (at < bytes.length) {
    const type = bytes[at] & 127;
    const critical = bytes[at] > 127 && type > T_KEY && type !== T_HEADER;
    let length = bytes[at + 1];
    at += 2;
    if (length === 255) {
      length = number(bytes, at, 2);
      at += 2;
    }
    demand(at + length <= bytes.length);
    found[type] = bytes.subarray(at, at += length);
    found.critical ||= critical;
  }
  return found;
}
