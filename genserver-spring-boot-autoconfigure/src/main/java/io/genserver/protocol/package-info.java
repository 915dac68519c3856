/**
 * Internal: the wire protocol as bytes and events. What its two modes share is here:
 * frames, metadata of calls, statuses, and the types that the rest of the library uses,
 * {@link io.genserver.protocol.WireSession} and the listeners of its events. Base mode,
 * which is muxio 0.15, and ext mode are in packages of their own, which this one does not
 * import.
 * <p>
 * Nothing here does I/O, starts a thread, takes a lock or reads a clock: the caller
 * brings the bytes and the time. One session belongs to one connection and is confined to
 * that connection's thread.
 * <p>
 * <strong>Bytes become events</strong> in one straight line:
 *
 * <pre>
 * chunk in any split          WireSession.receive(chunk, now)
 *   → frame                   FrameDecoder: 13-byte header, payload
 *   → stream                  BaseReceiver: sequence, RPC header, limits
 *   → request or response     BaseInbound: meaning, limits, end
 *   → event                   InboundListener, OutboundListener, ConnectionListener
 * </pre>
 *
 * <strong>and calls become bytes</strong> in another:
 *
 * <pre>
 * call, item, answer          WireSession.call(…), respond(…), …
 *   → ids, what is open       BaseSender
 *   → frames                  BaseEncoder: OPEN, DATA, END, CANCEL
 *   → WebSocket messages      MessageBatcher, drained by the connection's writer
 * </pre>
 *
 * <strong>Who owns what.</strong> Wire bytes are {@link io.netty.buffer.ByteBuf}s: a
 * chunk given to a session stays its caller's, who releases it after the call; a message
 * taken from a {@link io.genserver.protocol.MessageBatcher} is its taker's. Payloads are
 * plain arrays, copied out of the chunk once and owned by the receiver: a payload waiting
 * in a mailbox neither pins a network buffer nor can leak one. An array given to a
 * session must not change until the call returns, and no longer.
 */
@NullMarked
package io.genserver.protocol;

import org.jspecify.annotations.NullMarked;
