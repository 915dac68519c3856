/** What options may be. A mistake is told at once, before it can do harm on the wire. */

import { number, text } from './bytes.js';
import { MAX_INT } from './constants.js';

const isFunction = (value) => typeof value === 'function';
const isString = (value) => typeof value === 'string';
const isCount = (value) => Number.isInteger(value) && value > 0 && value <= MAX_INT;
const isMillis = (value) => typeof value === 'number' && value >= 0;
const isDelay = (value) => isMillis(value) && value > 0;

/** Options of connect() and of single operations by their names: a function or a pattern. */
const RULES = {
  timeout: isMillis,
  // Of connect()
  connectTimeout: isDelay, maxQueued: isCount, mode: /^(auto|ext|base)$/, token: isFunction,
  longs: /^(number|bigint|string)$/, interval: isDelay, patience: isDelay, initial: isDelay, max: isDelay,
  // Of operations
  operation: (value) => value && isString(value), key: isString, as: /^(json|text|bytes)$/, prefetch: isCount,
  resume: isFunction, traceParent: /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/,
  signal: (value) => isFunction(value.addEventListener),
  items: (value) => isFunction(value[Symbol.asyncIterator] ?? value[Symbol.iterator]),
  headers: (value) => Object.entries(value).every(([name, each]) => /^[!-~]{1,255}$/.test(name) && isString(each))
};

/** Throws if one of the options that are given cannot be used. */
export function checkOptions(options) {
  for (const [name, rule] of Object.entries(RULES)) {
    const value = options[name];
    if (value !== undefined && (value === null || !(rule.test ? rule.test(value) : rule(value)))) {
      throw new TypeError(`the option ${name} cannot be ${String(value)}`);
    }
  }
}
