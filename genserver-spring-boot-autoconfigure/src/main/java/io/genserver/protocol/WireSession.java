package io.genserver.protocol;

import io.netty.buffer.ByteBuf;

/**
 * The protocol state of one connection, both directions, whatever its mode: bytes in,
 * events to a {@link WireListener}; calls in, frames to a {@link MessageBatcher}.
 * <p>
 * Confined to the connection's thread; nothing is synchronised. Methods that write do
 * nothing, and say so, when what they write for is over: a cancelled request, a finished
 * call, a closed session.
 *
 * @since 0.1.0
 */
public sealed interface WireSession permits BaseSession, ExtSession {

	/**
	 * Takes bytes from the peer, in any split, and tells the listener what they mean.
	 * @param chunk the bytes, read completely; stays the caller's, who releases it
	 * @param nowNanos the present, from the clock that {@link #tick} uses
	 */
	void receive(ByteBuf chunk, long nowNanos);

	/**
	 * Ends what has waited too long for the peer: incomplete headers, half-open requests.
	 * To be called about once a second.
	 * @param nowNanos the present
	 */
	void tick(long nowNanos);

	/**
	 * Tells that the transport stopped or resumed reading, so that the time in between
	 * counts against nobody.
	 * @param paused whether reading is paused from now on
	 * @param nowNanos the present
	 */
	void readingPaused(boolean paused, long nowNanos);

	/**
	 * Ends the session: drops what is half received and unsent, tells every open call of
	 * ours that it failed and every open request that it is cancelled. Idempotent.
	 * @param reason what happened, for the failures' text
	 */
	void close(String reason);

	/**
	 * Whether the session takes no more bytes: closed, or broken by the peer.
	 * @return whether it is over
	 */
	boolean isClosed();

	/**
	 * Bytes held here for messages that are not yet complete. But for one frame that is
	 * just coming in never over the inbound budget: beyond it, the stream that holds most
	 * is refused. What was handed to the listener is the listener's to count, see
	 * {@link InboundBudget}.
	 * @return bytes
	 */
	long bufferedBytes();

	/**
	 * Where encoded frames collect until the connection's writer takes them.
	 * @return the outgoing messages
	 */
	MessageBatcher output();

	/**
	 * How many inbound calls hold a place: opened, and neither answered nor released.
	 * @return a number
	 */
	int callsInFlight();

	/**
	 * How many outbound calls wait for their answer.
	 * @return a number
	 */
	int openCalls();

	/**
	 * Sends a complete call.
	 * @param methodId the method
	 * @param arguments the encoded arguments, of any length
	 * @param mode how to deliver the answer
	 * @param attachment what the caller wants to find in {@link OutboundCall#attachment}
	 * @return the call
	 * @throws IllegalStateException if the session is closed
	 */
	OutboundCall call(long methodId, byte[] arguments, ResponseMode mode, Object attachment);

	/**
	 * Sends a call's header; its body follows as items.
	 * @param methodId the method
	 * @param arguments the encoded arguments that open the stream; at most
	 * {@link ProtocolLimits#metadataBytes()}
	 * @param mode how to deliver the answer
	 * @param attachment what the caller wants to find in {@link OutboundCall#attachment}
	 * @return the call, open for {@link #sendItem} and {@link #sendEnd}
	 * @throws OversizedItemException if the arguments are too long to open a stream
	 * @throws IllegalStateException if the session is closed
	 */
	OutboundCall openStream(long methodId, byte[] arguments, ResponseMode mode, Object attachment);

	/**
	 * Sends one item of a request stream.
	 * @param call a call from {@link #openStream}
	 * @param item the item, at most one frame long
	 * @return false if the call is over or its stream ended, and nothing was written
	 * @throws OversizedItemException if the item does not fit in a frame; the stream
	 * stays as it was
	 */
	boolean sendItem(OutboundCall call, byte[] item);

	/**
	 * Ends a request stream; the answer may still come.
	 * @param call a call from {@link #openStream}
	 * @return false if the call is over or its stream ended, and nothing was written
	 */
	boolean sendEnd(OutboundCall call);

	/**
	 * Sends a message nobody answers.
	 * @param methodId the method
	 * @param arguments the encoded arguments, of any length
	 * @throws IllegalStateException if the session is closed
	 */
	void cast(long methodId, byte[] arguments);

	/**
	 * Gives a call up: tells the peer, and the listener hears no more of it.
	 * @param call a call of this session
	 * @return false if it was over already, and nothing was written
	 */
	boolean cancel(OutboundCall call);

	/**
	 * Answers a request completely, and frees its place.
	 * @param request a request of this session
	 * @param status one of {@link StatusCode}
	 * @param payload the encoded result, or UTF-8 error text
	 * @return false if it was answered or cancelled before, or is a cast, and nothing was
	 * written
	 * @throws IllegalArgumentException for a status that is not in {@link StatusCode}
	 * @throws IllegalStateException if items were sent: finish with {@link #respondEnd}
	 * or {@link #respondCancel}
	 */
	boolean respond(InboundRequest request, int status, byte[] payload);

	/**
	 * Sends one item of a successful response stream, the first one opening it.
	 * @param request a request of this session
	 * @param item the item, at most one frame long
	 * @return false if it was answered or cancelled before, or is a cast, and nothing was
	 * written
	 * @throws OversizedItemException if the item does not fit in a frame; the stream
	 * stays as it was
	 */
	boolean respondItem(InboundRequest request, byte[] item);

	/**
	 * Ends a successful response stream, also one without items, and frees its place.
	 * @param request a request of this session
	 * @return false if it was answered or cancelled before, or is a cast, and nothing was
	 * written
	 */
	boolean respondEnd(InboundRequest request);

	/**
	 * Breaks a response stream off after items were sent, which base mode has no error
	 * for, and frees the request's place.
	 * @param request a request of this session
	 * @return false if no response stream is open, and nothing was written: answer with
	 * {@link #respond} instead
	 */
	boolean respondCancel(InboundRequest request);

	/**
	 * Frees the place of a cancelled request, once its handler has really stopped or will
	 * never start. Idempotent; without effect on a request that holds none.
	 * @param request a request of this session
	 */
	void release(InboundRequest request);

}
