/** What options may be. A mistake is told at once, before it can do harm on the wire. */

import { shown, tagOf } from './values.js';

const MILLIS = /^number [\dI]/;
const DELAY = /^number (?!0$)[\dI]/;
/** At least 100: whoever asks more often for signs of life is taken for an attacker. */
const PERIOD = /^number (\d{3}|I)/;
const COUNT = /^number [1-9]\d{0,8}$/;
const FUNCTION = /^function/;

/**
 * Options of connect() and of single operations, and what functions among them return: a pattern of their type and value as
 * text, or a function that looks at an object. Names go over the wire in UTF-8, which has no half of a pair of surrogates.
 */
const RULES = {
  timeout: MILLIS,
  // Of connect()
  connectTimeout: DELAY, interval: PERIOD, patience: DELAY, initial: DELAY, max: DELAY, WebSocket: FUNCTION, token: FUNCTION,
  'token()': /^string/, mode: /^string (auto|ext|base)$/, longs: /^string (number|bigint|string)$/, maxQueued: COUNT,
  // Of operations
  prefetch: COUNT, resume: FUNCTION, 'resume()': /^(?!object null)/, operation: /^string \P{Cs}+$/u, key: /^string \P{Cs}+$/u,
  as: /^string (json|text|bytes)$/, traceParent: /^string [\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/,
  signal: /^object AbortSignal$/,
  items: (value) => value[Symbol.asyncIterator] ?? value[Symbol.iterator],
  headers: (value) => tagOf(value) === 'Object' && Object.entries(value).every(([name, each]) => /^[!-~]{1,255}$/.test(name)
    && /^string \P{Cs}*$/u.test(typeof each + ' ' + each))
};

/** Throws if one of the options that are given cannot be used. */
export function checkOptions(options) {
  for (const [name, rule] of Object.entries(RULES)) {
    const value = options[name];
    if (value !== undefined && !(rule.test ? rule.test(typeof value + ' ' + shown(value)) : Object(value) === value && rule(value))) {
      throw new TypeError(`the option ${name} cannot be ${shown(value)}`);
    }
  }
}
