/** What options may be. A mistake is told at once, before it can do harm on the wire. */

import { number, text } from './bytes.js';

const MILLIS = /^number [\dI]/;
const DELAY = /^number (?!0$)[\dI]/;
const COUNT = /^number [1-9]\d{0,8}$/;
const FUNCTION = /^function/;

/** Options of connect() and of single operations: a pattern of their type and value as text, or a function. */
const RULES = {
  timeout: MILLIS,
  // Of connect()
  connectTimeout: DELAY, maxQueued: COUNT, mode: /^string (auto|ext|base)$/, token: FUNCTION,
  longs: /^string (number|bigint|string)$/, interval: DELAY, patience: DELAY, initial: DELAY, max: DELAY,
  // Of operations
  operation: /^string ./s, key: /^string/, as: /^string (json|text|bytes)$/, prefetch: COUNT, resume: FUNCTION,
  traceParent: /^string [\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/,
  signal: (value) => value?.addEventListener,
  items: (value) => value?.[Symbol.asyncIterator] ?? value?.[Symbol.iterator],
  headers: (value) => Object.entries(value ?? [value]).every(([name, each]) => /^[!-~]{1,255}$/.test(name)
    && typeof each === 'string')
};

/** Throws if one of the options that are given cannot be used. */
export function checkOptions(options) {
  for (const [name, rule] of Object.entries(RULES)) {
    const value = options[name];
    if (value !== undefined && !(rule.test ? rule.test(typeof value + ' ' + String(value)) : rule(value))) {
      throw new TypeError(`the option ${name} cannot be ${String(value)}`);
    }
  }
}
