/** Why operations fail, and how that goes over the wire. */

import { encoder, join, number, text, u16, u32 } from './bytes.js';
import {
  DEADLINE_EXCEEDED, FAIL, INTERNAL, JSON_TYPE, MAX_DETAILS, MAX_TEXT, METHOD_NOT_FOUND, NOT_EXPOSED, NOT_FOUND,
  RAW_TYPE, SYSTEM
} from './constants.js';
import { bytesOf, decodeValue, encodeValue } from './values.js';

/** The names of statuses, which have gaps. */
const STATUS = ('ok fail system method_not_found' + ' '.repeat(14) + 'cancelled unknown invalid_argument deadline_exceeded '
  + 'not_found already_exists permission_denied resource_exhausted failed_precondition aborted out_of_range '
  + 'unimplemented internal unavailable data_loss unauthenticated').toUpperCase().split(' ');

/** Statuses that are the caller's fault: INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, … */
const CALLERS_FAULT = [0x13, 0x15, 0x16, 0x17, 0x19, 0x1b, 0x20];

/** Why an operation has no result. Its subclasses say which kind of reason it is. */
export class GenServerError extends Error {
  name = 'GenServerError';

  constructor(message, status, more) {
    super(message);
    Object.assign(this, { status, code: STATUS[status] || 'STATUS_' + status, executed: 'maybe', ...more });
  }
}

const kindOfError = (name) => class extends GenServerError {
  name = name;
};

export const
  /** The time for the operation is over. */
  CallTimeoutError = kindOfError('CallTimeoutError'),
  /** The operation was refused before it began: nothing was executed. */
  RefusedError = kindOfError('RefusedError'),
  /** The operation failed at the other end. */
  RemoteError = kindOfError('RemoteError'),
  /** The connection was lost, or the client is closed. */
  ClosedError = kindOfError('ClosedError');

/** What the other end says of a failure: kind of error, message, status, and more. */
export function remoteError(status, ext, payload, longs) {
  let message;
  const more = {};
  if (!ext) {
    [status, message] = baseError(status, payload);
  }
  else if (payload[0] === 1) {
    message = extError(payload, more, longs);
  }
  // In base mode a muxio server says nothing of an unknown method, and an endpoint always the same. Others are what handlers say.
  const unknown = status === METHOD_NOT_FOUND && (ext || !payload.length || message.endsWith(NOT_EXPOSED));
  more.executed ??= unknown ? 'no' : 'maybe';
  const type = status === DEADLINE_EXCEEDED ? CallTimeoutError : more.executed === 'no' ? RefusedError : RemoteError;
  return [type, message || STATUS[status] || status, status, more];
}

/** u8 version, u8 flags, reason, message, retry-after, u8 content type, details. Returns the message. */
function extError(payload, more, longs) {
  const flags = payload[1];
  let at = 2;
  const counted = () => text(payload.subarray(at + 2, at += 2 + number(payload, at, 2)));
  more.reason = counted();
  const message = counted();
  more.retryable = !!(flags & 1);
  more.executed = flags & 2 ? 'no' : undefined;
  if (flags & 4) {
    more.retryAfter = number(payload, at);
    at += 4;
  }
  const details = payload.slice(at + 1);
  try {
    more.details = payload[at] === JSON_TYPE ? decodeValue(details, 'json', longs) : details;
  }
  catch {
    // They are no JSON after all.
  }
  return message;
}

/** The bytes of a text, cut between characters. */
export function shortened(text) {
  const bytes = new Uint8Array(MAX_TEXT);
  return bytes.subarray(0, encoder.encodeInto(text, bytes).written);
}

/** The same, written, after its status. */
export function errorPayload(status, message, more) {
  const { reason = '', retryable, notExecuted, retryAfter, detailsType = RAW_TYPE, details } = more;
  const timed = retryAfter >= 0;
  return join([
    [status, 1, (retryable && 1) | (notExecuted && 2) | (timed && 4)],
    ...[reason, message].map(shortened).flatMap((each) => [u16(each.length), each]),
    timed && u32(retryAfter), [detailsType], details
  ]);
}

/** What anything that was thrown says. */
export function messageOf(thrown) {
  try {
    const { message } = Object(thrown);
    return typeof message === 'string' ? message : String(thrown);
  }
  catch {
    return 'failed';
  }
}

/**
 * What of anything that a handler threw goes to its caller: status, message and more. Only a status that is known is
 * one, and none of them says that the handler did not run.
 */
export function failureOf(thrown, longs) {
  const message = messageOf(thrown);
  try {
    const { status, reason, retryable, retryAfter, details } = Object(thrown);
    return [
      status === METHOD_NOT_FOUND ? NOT_FOUND : typeof status === 'number' && status && STATUS[status] ? status : INTERNAL,
      message,
      {
        reason: typeof reason === 'string' ? reason : '', retryable,
        retryAfter: Math.min(retryAfter, 2 ** 32 - 1), ...detailsOf(details, longs)
      }
    ];
  }
  catch {
    return [INTERNAL, message, {}];
  }
}

/** Bytes as they are, the rest as JSON; nothing of what is too long or cannot be written. */
function detailsOf(value, longs) {
  try {
    const details = encodeValue(value, longs);
    return details.length > MAX_DETAILS ? {} : { details, detailsType: bytesOf(value) ? RAW_TYPE : JSON_TYPE };
  }
  catch {
    return {};
  }
}

/**
 * Plain text, or what muxio's own servers send when a handler fails: u8 code, length, text. Longer lengths have a width
 * before them. Returns status and text.
 */
export function baseError(status, payload) {
  const [at, width] = payload[1] === 255 ? [3, { 6: 1, 4: 2, 2: 4 }[payload[2]]] : [1, 1];
  const said = payload.subarray(at + width);
  return payload[0] < 3 && number(payload, at, width) === said.length ? [payload[0] + 1, text(said)] : [status, text(payload)];
}

/** The nearest status of base mode: the caller's fault, no such method, or all the rest. */
export function baseStatus(status) {
  return status < 4 ? status : CALLERS_FAULT.includes(status) ? FAIL : SYSTEM;
}
