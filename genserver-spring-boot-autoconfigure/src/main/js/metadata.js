/** Metadata of ext mode. */

import { join, number, u16 } from './bytes.js';
import { T_HEADER, T_KEY } from './constants.js';
import { demand } from './wire.js';

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
