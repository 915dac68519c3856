/** Byte arrays, little-endian numbers in them, and UTF-8. */

export const EMPTY = new Uint8Array(0);

export const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export const utf8 = (text) => encoder.encode(text);
export const text = (bytes) => decoder.decode(bytes);
export const u16 = (value) => [value, value >> 8];
export const u32 = (value) => [value, value >> 8, value >> 16, value >> 24];

/** The little-endian number at a place. What is beyond the end counts as 0. */
export const number = (bytes, at, size = 4) =>
  bytes.subarray(at, at + size).reduceRight((high, byte) => 256 * high + byte, 0);

/** The same with up to 64 bits. */
export const bigNumber = (bytes, at, size = 8) =>
  bytes.subarray(at, at + size).reduceRight((high, byte) => 256n * high + BigInt(byte), 0n);

export const bigBytes = (value) => new Uint8Array(BigUint64Array.of(value).buffer);

/** Bytes of pairs of hexadecimal digits, whatever else is between them. */
export const fromHex = (hex) => hex.match(/\w\w/g).map((pair) => parseInt(pair, 16));

/** One array of many, which may be arrays of numbers, or nothing. */
export function join(parts) {
  const given = parts.filter(Boolean);
  const joined = new Uint8Array(given.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of given) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
