/** Names of methods and their ids: XXH3-64 with seed 0. */

import { bigBytes, bigNumber, utf8 } from './bytes.js';

const MASK = 0xffffffffffffffffn;
/** The secret of XXH3, and then seven primes. */
const SECRET = Uint8Array.from(atob(
  'uP5sOSOkS758AYEs9yGtHN7UbemDkJfbckCkpLezZx/LeeZOzMDleIJa0H3M/3IhuAhGdPdDJI7gNZDmgTomTDwoUruRwwDLiNBlixtTLqNxZEiX'
  + 'og35TjgZ70ap3qzYqPp2P+OcND/53LvHxwtPHYpR4EvNtFkxyJ9+ydl4c2TqxayDNNPrw8WBoP/6E2PrFw3dUbfw2knTFlUmKdRonisWvlh9R6H8'
  + 'j/i40XrQMc5FyzqPlRYEKK/X+8q7S0B+h8rrhbF5N55P69QnPa6ywvl5N56xZ1YWY66ywnfK64XFZ1YWL+vUJ/l5N56RZ1YWJd+YHmUcsp8='),
  (char) => char.charCodeAt());

const secret = (at, size) => bigNumber(SECRET, at, size);
const PRIMES = [0, 1, 2, 3, 4, 5, 6].map((i) => secret(192 + 8 * i));
const shifted = (hash, by) => hash ^ hash >> by;
const times = (a, b) => a * b & MASK;
const folded = (a, b) => times(a, b) ^ a * b >> 64n;
const avalanche = (hash, by = 37n, prime = PRIMES[5]) => shifted(times(shifted(hash & MASK, by), prime), 32n);
const tiny = (hash) => avalanche(times(shifted(hash, 33n), PRIMES[1]), 29n, PRIMES[2]);
const mix = (bytes, at, from) =>
  folded(bigNumber(bytes, at) ^ secret(from), bigNumber(bytes, at + 8) ^ secret(from + 8));

/** Of up to 16 bytes. */
function hashShort(bytes) {
  const { length } = bytes;
  if (!length) {
    return tiny(secret(56) ^ secret(64));
  }
  if (length < 4) {
    const word = Uint8Array.of(bytes[length - 1], length, bytes[0], bytes[length >> 1]);
    return tiny(bigNumber(word, 0) ^ secret(0, 4) ^ secret(4, 4));
  }
  if (length < 9) {
    const hash = bigNumber(bytes, length - 4, 4) ^ bigNumber(bytes, 0, 4) << 32n ^ secret(8) ^ secret(16);
    // Rotated by 49 and 24 bits; twice the same 64 bits are easy to rotate.
    const twice = hash << 64n | hash;
    const turned = times((hash ^ twice >> 15n ^ twice >> 40n) & MASK, PRIMES[6]);
    return shifted(times(turned ^ (turned >> 35n) + BigInt(length), PRIMES[6]), 28n);
  }
  const low = bigNumber(bytes, 0) ^ secret(24) ^ secret(32);
  const high = bigNumber(bytes, length - 8) ^ secret(40) ^ secret(48);
  return avalanche(BigInt(length) + bigNumber(bigBytes(low).reverse(), 0) + high + folded(low, high));
}

/** Of 17 to 240 bytes. */
function hashMiddle(bytes) {
  const { length } = bytes;
  let sum = BigInt(length) * PRIMES[0];
  if (length < 129) {
    for (let at = (length - 1 >> 5) * 16; at >= 0; at -= 16) {
      sum += mix(bytes, at, 2 * at) + mix(bytes, length - at - 16, 2 * at + 16);
    }
    return avalanche(sum);
  }
  for (let at = 0; at < length - 15; at += 16) {
    sum += mix(bytes, at, at < 128 ? at : at - 125);
    if (at === 112) {
      sum = avalanche(sum);
    }
  }
  return avalanche(sum + mix(bytes, length - 16, 119));
}

/** Of more bytes: in stripes of 64, which go into eight lanes. */
function hashLong(bytes) {
  const { length } = bytes;
  const low = PRIMES[0] >> 32n;
  const lanes = [PRIMES[1] >> 32n, ...PRIMES.slice(0, 4), PRIMES[3] >> 32n, PRIMES[4], low];
  const stripe = (at, from) => {
    for (let i = 0; i < 8; i++) {
      const data = bigNumber(bytes, at + 8 * i);
      const keyed = data ^ secret(from + 8 * i);
      lanes[i ^ 1] += data;
      lanes[i] += (keyed & 0xffffffffn) * (keyed >> 32n);
    }
  };
  for (let i = 0; i < length - 1 >> 6; i++) {
    stripe(64 * i, 8 * (i & 15));
    if ((i & 15) === 15) {
      lanes.forEach((lane, n) => lanes[n] = times(shifted(lane & MASK, 47n) ^ secret(128 + 8 * n), low));
    }
  }
  stripe(length - 64, 121);
  let sum = BigInt(length) * PRIMES[0];
  for (let i = 0; i < 8; i += 2) {
    sum += folded(lanes[i] & MASK ^ secret(11 + 8 * i), lanes[i + 1] & MASK ^ secret(19 + 8 * i));
  }
  return avalanche(sum);
}

/** XXH3-64 with seed 0. Takes microseconds, so its results are kept: see methodOf. */
export function xxh3(bytes) {
  return (bytes.length < 17 ? hashShort : bytes.length < 241 ? hashMiddle : hashLong)(bytes);
}

const methods = new Map();

/** A method's name as bytes, and its id as it goes over the wire. */
export function methodOf(name) {
  let method = methods.get(name);
  if (!method) {
    const bytes = utf8(name);
    method = { bytes, id: bigBytes(xxh3(bytes)) };
    methods.set(name, method);
  }
  return method;
}
