/** Why operations fail, and how that goes over the wire. */

import { EMPTY, join, number, text, u16, u32, utf8 } from './bytes.js';
import { JSON_TYPE } from './metadata.js';
import { decodeValue } from './values.js';

/** The names of statuses, which have gaps. */
const STATUS = ('OK FAIL SYSTEM METHOD_NOT_FOUND' + ' '.repeat(14) + 'CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED '
  + 'NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE '
  + 'UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED').split(' ');

export const FAIL = 1, SYSTEM = 2, METHOD_NOT_FOUND = 3, CANCELLED = 0x11, INVALID_ARGUMENT = 0x13,
  DEADLINE_EXCEEDED = 0x14, NOT_FOUND = 0x15, RESOURCE_EXHAUSTED = 0x18, UNIMPLEMENTED = 0x1c, INTERNAL = 0x1d,
  UNAVAILABLE = 0x1e;

/** Statuses that are the caller's fault: INVALID_ARGUMENT, ALREADY_EXISTS, PERMISSION_DENIED, FAILED_PRECONDITION, … */
const CALLERS_FAULT = [0x13, 0x16, 0x17, 0x19, 0x1b, 0x20];

/** Reasons and messages are cut to so many bytes. */
const MAX_TEXT = 8192;

/** Why an operation has no result. Its subclasses say which kind of reason it is. */
export class GenServerError extends Error {
  name = 'GenServerError';

  constructor(message, status, more) {
    super(message);
    Object.assign(this, { status, code: STATUS[status] || 'STATUS_' + status, executed: 'maybe' }, more);
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
export function remoteError(status, ext, payload) {
  let message;
  const more = {};
  if (!ext) {
    [status, message] = baseError(status, payload);
  }
  else if (payload[0] === 1) {
    message = extError(payload, more);
  }
  more.executed ??= status === METHOD_NOT_FOUND ? 'no' : status === FAIL ? 'yes' : 'maybe';
  const type = status === DEADLINE_EXCEEDED ? CallTimeoutError : more.executed === 'no' ? RefusedError : RemoteError;
  return [type, message || STATUS[status] || status, status, more];
}

/** u8 version, u8 flags, reason, message, retry-after, u8 content type, details. Returns the message. */
function extError(payload, more) {
  const flags = payload[1];
  let at = 2;
  const counted = () => text(payload.subarray(at + 2, at += 2 + number(payload, at, 2)));
  more.reason = counted();
  const message = counted();
  more.retryable = (flags & 1) > 0;
  more.executed = flags & 2 ? 'no' : undefined;
  if (flags & 4) {
    more.retryAfter = number(payload, at);
    at += 4;
  }
  const details = payload.slice(at + 1);
  try {
    more.details = payload[at] === JSON_TYPE ? decodeValue(details) : details;
  }
  catch {
    // They are no JSON after all.
  }
  return message;
}

/** The same, written, after its status. */
export function errorPayload(status, message, more) {
  const { reason = '', retryable, notExecuted, retryAfter, detailsType = 0, details = EMPTY } = more;
  const timed = retryAfter >= 0;
  return join([
    [status, 1, (retryable && 1) | (notExecuted && 2) | (timed && 4)],
    ...[reason, message].map((each) => utf8(each).slice(0, MAX_TEXT)).flatMap((each) => [u16(each.length), each]),
    timed ? u32(retryAfter) : EMPTY, [detailsType], details
  ]);
}

/** Plain text, or what muxio's own servers send: u8 code, length, text. Longer lengths have a width before them. */
export function baseError(status, payload) {
  const wide = payload[1] === 255;
  const start = wide ? { 6: 4, 4: 5, 2: 7 }[payload[2]] : 2;
  const structured = payload[0] < 3 && number(payload, wide ? 3 : 1, start - (wide ? 3 : 1)) === payload.length - start;
  return structured ? [payload[0] + 1, text(payload.subarray(start))] : [status, text(payload)];
}

/** The nearest status of base mode: the caller's fault, not found, or all the rest. */
export function baseStatus(status) {
  return status < 4 ? status : status === NOT_FOUND ? METHOD_NOT_FOUND : CALLERS_FAULT.includes(status) ? FAIL : SYSTEM;
}
