package io.genserver.protocol;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The protocol state of one connection, both directions, whatever its mode: bytes in,
 * events to its listeners; calls in, frames to a {@link MessageBatcher}.
 * <p>
 * Confined to the connection's thread; nothing is synchronised. Methods that write do
 * nothing, and say so, when what they write for is over: a cancelled request, a finished
 * call, a closed session.
 */
public interface WireSession {

	/**
	 * Sets who takes the events, each of which goes to the listener of what it concerns.
	 * To be called before any bytes are received: what comes without listeners is
	 * dropped. They are no arguments of the constructor, as listeners need the session.
	 * @param inbound takes what concerns requests of the peer
	 * @param outbound takes what concerns calls and casts of this end
	 * @param connection takes what concerns the connection as a whole
	 */
	void listen(InboundListener inbound, OutboundListener outbound, ConnectionListener connection);

	/**
	 * Takes bytes from the peer, in any split, and reports to the listeners what they
	 * mean.
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
	 * Reports that the transport stopped or resumed reading, so that the time in between
	 * is not held against the peer.
	 * @param paused whether reading is paused from now on
	 * @param nowNanos the present
	 */
	void readingPaused(boolean paused, long nowNanos);

	/**
	 * Ends the session: drops what is half received and unsent, fails every open call of
	 * this end and cancels every open request of the peer. Idempotent.
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
	 * is refused. What was handed to a listener is the listener's to count, see
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
	 * Tells the time where deadlines are written by it; to be called before messages are
	 * taken if neither {@link #receive} nor {@link #tick} was for a while.
	 * @param nowNanos the present
	 */
	default void now(long nowNanos) {
	}

	/**
	 * Tells whether messages can be taken from {@link #output()} now.
	 * @return whether there is something to send that the peer's credit allows
	 */
	boolean hasOutput();

	/**
	 * Bytes given to be sent that wait for credit of the peer; in base mode none ever do.
	 * @return bytes, without frame headers
	 */
	default long heldBackBytes() {
		return 0;
	}

	/**
	 * Those of them that are items of streams, of which each has but a few: their
	 * receivers take them when they like, and may ask for other things meanwhile.
	 * @return bytes, without frame headers
	 */
	default long heldBackItemBytes() {
		return 0;
	}

	/**
	 * Tells whether the peer has begun: said what has to be said before anything else.
	 * @return true in base mode, where nothing has; in ext mode once its settings came
	 */
	default boolean isOpened() {
		return true;
	}

	/**
	 * Tells whether new calls can be made here.
	 * @return false once the session is closed or the peer said that it leaves
	 */
	default boolean acceptsCalls() {
		return !isClosed();
	}

	/**
	 * Tells the peer that we will leave, if the mode has words for that: streams it opens
	 * from now on are not served, those that are open go on. Idempotent.
	 * @param code one of those in {@link GoAway}
	 * @param drainMillis how long open streams may take
	 * @param reason text for logs
	 */
	default void goAway(int code, long drainMillis, String reason) {
	}

	/**
	 * Tells that something a request brought was consumed, or is let go of.
	 * @param request a request of this session
	 * @param bytes how long it was
	 */
	default void consumed(InboundRequest request, int bytes) {
		consumed(request, 1, bytes);
	}

	/**
	 * Tells that several items of a request were consumed, or are let go of.
	 * @param request a request of this session
	 * @param items how many
	 * @param bytes how long they were together
	 */
	default void consumed(InboundRequest request, int items, long bytes) {
	}

	/**
	 * Tells that items of a response were consumed, or are let go of.
	 * @param call a call of this session
	 * @param items how many
	 * @param bytes how long they were together
	 */
	default void consumed(OutboundCall call, int items, long bytes) {
	}

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
	default OutboundCall call(long methodId, byte[] arguments, ResponseMode mode, Object attachment) {
		return call(methodId, arguments, mode, attachment, CallMetadata.NONE);
	}

	/**
	 * Sends a complete call; in ext mode as soon as the peer lets another stream open.
	 * @param methodId the method
	 * @param arguments the encoded arguments
	 * @param mode how to deliver the answer
	 * @param attachment what the caller wants to find in {@link OutboundCall#attachment}
	 * @param metadata what goes with it; base mode has no place for it
	 * @return the call
	 * @throws OversizedItemException if, in ext mode, the arguments or the metadata are
	 * longer than the peer takes
	 * @throws IllegalStateException if the session does not {@link #acceptsCalls()}
	 */
	OutboundCall call(long methodId, byte[] arguments, ResponseMode mode, Object attachment, CallMetadata metadata);

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
	default OutboundCall openStream(long methodId, byte[] arguments, ResponseMode mode, Object attachment) {
		return openStream(methodId, arguments, mode, attachment, CallMetadata.NONE);
	}

	/**
	 * Opens a call whose request is a stream of items.
	 * @param methodId the method
	 * @param arguments the encoded arguments that go before the items; empty for none
	 * @param mode how to deliver the answer
	 * @param attachment what the caller wants to find in {@link OutboundCall#attachment}
	 * @param metadata what goes with it; base mode has no place for it
	 * @return the call, open for {@link #sendItem} and {@link #sendEnd}
	 * @throws OversizedItemException if the arguments or the metadata are too long
	 * @throws IllegalStateException if the session does not {@link #acceptsCalls()}
	 */
	OutboundCall openStream(long methodId, byte[] arguments, ResponseMode mode, Object attachment,
			CallMetadata metadata);

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
	 * Sends a message without an answer.
	 * @param methodId the method
	 * @param arguments the encoded arguments, of any length
	 * @throws IllegalStateException if the session is closed
	 */
	default void cast(long methodId, byte[] arguments) {
		cast(methodId, arguments, CallMetadata.NONE);
	}

	/**
	 * Sends a message without an answer; in ext mode as soon as the peer lets another
	 * stream open.
	 * @param methodId the method
	 * @param arguments the encoded arguments
	 * @param metadata what goes with it; base mode has no place for it
	 * @throws OversizedItemException if, in ext mode, the arguments or the metadata are
	 * longer than the peer takes
	 * @throws IllegalStateException if the session does not {@link #acceptsCalls()}
	 */
	default void cast(long methodId, byte[] arguments, CallMetadata metadata) {
		cast(methodId, arguments, metadata, null);
	}

	/**
	 * Sends a message without an answer; in ext mode as soon as the peer lets another
	 * stream open.
	 * @param methodId the method
	 * @param arguments the encoded arguments
	 * @param metadata what goes with it; base mode has no place for it
	 * @param cast what the listener is given if it is certain, in ext mode, that the peer
	 * did not begin it; {@code null} if that does not matter
	 * @throws OversizedItemException if, in ext mode, the arguments or the metadata are
	 * longer than the peer takes
	 * @throws IllegalStateException if the session does not {@link #acceptsCalls()}
	 */
	void cast(long methodId, byte[] arguments, CallMetadata metadata, @Nullable Object cast);

	/**
	 * Gives a call up: the peer is sent a CANCEL, and the listener is not called for it
	 * again.
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
	 * Answers a request completely and successfully, and frees its place.
	 * @param request a request of this session
	 * @param payload the encoded result
	 * @param metadata what goes with it; base mode has no place for it
	 * @return false if it was answered or cancelled before, or is a cast, and nothing
	 * will be written
	 * @throws OversizedItemException if, in ext mode, the result or the metadata is
	 * longer than the peer takes; nothing was answered
	 * @throws IllegalStateException if items were sent
	 */
	boolean respond(InboundRequest request, byte[] payload, CallMetadata metadata);

	/**
	 * Ends a request with an error, whatever was sent of its answer. Base mode has a
	 * status and a text for it; once items were sent, a second response stream with the
	 * error, after which the first is cancelled.
	 * @param request a request of this session
	 * @param error what went wrong
	 * @return false if it was answered or cancelled before, or is a cast, and nothing
	 * will be written
	 */
	boolean respondError(InboundRequest request, ExtError error);

	/**
	 * Ends a request with an error at once. In ext mode what is queued of its answer is
	 * dropped rather than sent before.
	 * @param request a request of this session
	 * @param error what went wrong
	 * @return false if it was answered or cancelled before, or is a cast, and nothing
	 * will be written
	 */
	default boolean breakOff(InboundRequest request, ExtError error) {
		return respondError(request, error);
	}

	/**
	 * Sends one item of a successful response stream, the first one opening it.
	 * @param request a request of this session
	 * @param item the item, at most one frame long
	 * @return false if it was answered or cancelled before, or is a cast, and nothing was
	 * written
	 * @throws OversizedItemException if the item does not fit in a frame; the stream
	 * stays as it was
	 */
	default boolean respondItem(InboundRequest request, byte[] item) {
		return respondItem(request, item, CallMetadata.NONE);
	}

	/**
	 * Sends one item of a successful response stream, the first one opening it.
	 * @param request a request of this session
	 * @param item the item, in base mode at most one frame long
	 * @param metadata what goes with the response, if this item opens it; else ignored.
	 * Base mode has no place for it
	 * @return false if it was answered or cancelled before, or is a cast, and nothing
	 * will be written; otherwise {@link InboundListener#responseItemSent} tells when it
	 * is
	 * @throws OversizedItemException if the item or the metadata is too long
	 */
	boolean respondItem(InboundRequest request, byte[] item, CallMetadata metadata);

	/**
	 * Ends a successful response stream, also one without items, and frees its place.
	 * @param request a request of this session
	 * @return false if it was answered or cancelled before, or is a cast, and nothing was
	 * written
	 */
	boolean respondEnd(InboundRequest request);

	/**
	 * Breaks a response stream off after items were sent, without an error, and frees the
	 * request's place.
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
