/*
 * Client of genserver for Spring Boot, for browsers and Node: calls, casts and streams in both directions over one
 * WebSocket. One ES module without dependencies, bundled from these:
 *
 *   client     connect(): what users see
 *   reconnect  queues calls, connects and reconnects
 *   link       one WebSocket; sends in batches, asks for signs of life
 *   calls      one operation of ours, its deadline and outcome; items: those of a stream
 *   serve      one operation of the peer's
 *   ext, base  sessions of the two modes: bytes to events and back, without I/O or timers
 *   wire       frames, messages, and what an exchange is
 *
 * Each uses only what is below it. State is in private fields: minifiers shorten their names.
 */

// Bundled in this order they compress best.
import './settings.js';
import './methods.js';
import './ext.js';
import './constants.js';
import './errors.js';
import './values.js';
import './serve.js';
import './reconnect.js';
import './events.js';
import './calls.js';
import './ext-exchange.js';
import './wire.js';
import './metadata.js';
import './options.js';
import './link.js';
import './address.js';
import './items.js';
import './base.js';
import './bytes.js';
import './time.js';

export { connect } from './client.js';
export { CallTimeoutError, ClosedError, GenServerError, RefusedError, RemoteError } from './errors.js';
