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
import './base.js';
import './ext-exchange.js';
import './reconnect.js';
import './address.js';
import './constants.js';

export { connect } from './client.js';
export { CallTimeoutError, ClosedError, GenServerError, RefusedError, RemoteError } from './errors.js';
