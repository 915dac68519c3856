package io.genserver.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Receives the events of one connection. Every method is called on the connection's
 * thread, from within {@link WireSession#receive}, {@link WireSession#tick} or
 * {@link WireSession#close}; it must not block, and may call the session. Arrays are the
 * listener's to keep.
 * <p>
 * For a request: {@code requestOpened}, then what its {@link BodyDelivery} asks for,
 * unless {@code requestRefused} or {@code requestCancelled} cuts it short. A request may
 * be refused without having been opened. For a call of our own: any
 * {@code responseItem}s, then exactly one of {@code responseComplete} and
 * {@code responseFailed}, or neither if we cancelled it.
 */
public interface WireListener {

	/**
	 * A request's header is complete; its body follows.
	 * @param request the request, the same object in all its events
	 * @return how to deliver the body
	 */
	BodyDelivery requestOpened(InboundRequest request);

	/**
	 * A request taken as {@link BodyDelivery#WHOLE} is complete.
	 * @param request the request
	 * @param arguments its payload, or if that is empty its metadata
	 */
	void requestComplete(InboundRequest request, byte[] arguments);

	/**
	 * The arguments of a request taken as {@link BodyDelivery#ITEMS} are complete, in ext
	 * mode, where they travel as payload. Called before any item.
	 * @param request the request
	 * @param arguments the arguments; empty if there are none
	 */
	default void requestArguments(InboundRequest request, byte[] arguments) {
	}

	/**
	 * A piece of a request taken as {@link BodyDelivery#ITEMS} arrived.
	 * @param request the request
	 * @param item the payload bytes of one frame; in ext mode one item
	 */
	void requestItem(InboundRequest request, byte[] item);

	/**
	 * No more pieces follow for a request taken as {@link BodyDelivery#ITEMS}.
	 * @param request the request
	 */
	void requestEnded(InboundRequest request);

	/**
	 * The peer gave a request up, at any time before its answer was finished, or the
	 * connection closed. No answer is sent any more. The request keeps its place among
	 * the calls in flight until {@link WireSession#release(InboundRequest)}.
	 * @param request the request
	 */
	void requestCancelled(InboundRequest request);

	/**
	 * A request cannot be served: it is broken, over a limit, or stalled. The listener
	 * answers it with {@link WireSession#respond} (for a cast that has no effect) when
	 * the writer next has its turn.
	 * @param request the request
	 * @param refusal the status and text to answer with
	 */
	void requestRefused(InboundRequest request, RequestRefusal refusal);

	/**
	 * The peer takes more items of the answer, in ext mode: more than the
	 * {@link CallMetadata#itemCredit()} it began with. Never called for a request that
	 * does not count items.
	 * @param request the request
	 * @param items how many more
	 */
	default void responseDemand(InboundRequest request, long items) {
	}

	/**
	 * An item of a response stream has been written whole. Not called for an item whose
	 * request has ended before. Must not call the session.
	 * @param request the request
	 */
	default void responseItemSent(InboundRequest request) {
	}

	/**
	 * An item of a request stream has been written whole. Must not call the session.
	 * @param call the call
	 */
	default void requestItemSent(OutboundCall call) {
	}

	/**
	 * The header of a response arrived.
	 * @param call the call it answers
	 * @param status its status; 0 where the peer sent none
	 */
	default void responseOpened(OutboundCall call, int status) {
	}

	/**
	 * An item of a successful response to a call in {@link ResponseMode#STREAM} arrived.
	 * @param call the call
	 * @param item the payload bytes of one frame; in ext mode one item
	 */
	void responseItem(OutboundCall call, byte[] item);

	/**
	 * The peer's answer is complete. The call is over.
	 * @param call the call
	 * @param status its status, see {@link StatusCode}; anything unknown is a failure
	 * @param payload the value, or after items nothing, or with a failure its error
	 * payload, see {@code ErrorPayload}
	 */
	void responseComplete(OutboundCall call, int status, byte[] payload);

	/**
	 * There will be no (complete) answer. The call is over.
	 * @param call the call
	 * @param failure why
	 */
	void responseFailed(OutboundCall call, ResponseFailure failure);

	/**
	 * The peer broke the protocol. The session takes no more bytes; the transport closes
	 * the WebSocket with this reason and then calls {@link WireSession#close(String)}.
	 * Called at most once.
	 * @param reason code and text for the close frame
	 */
	void violated(CloseReason reason);

	/**
	 * A cast of ours was not begun by the peer, and will not be, in ext mode. Called in
	 * the order in which they were sent. Must not call the session.
	 * @param cast what was given with it; {@code null} for one of which nothing is known
	 * any more
	 */
	default void castNotExecuted(@Nullable Object cast) {
	}

	/**
	 * The peer will leave, in ext mode. Calls it does not serve any more have failed when
	 * this is called, see {@link OutboundCall#isNotExecuted()}; new ones need another
	 * connection.
	 * @param goAway what it said
	 */
	default void goingAway(GoAway goAway) {
	}

	/**
	 * More requests are open than may be, most of them refused: the listener writes what
	 * answers it has, and if its transport takes no more of them, reads no more before it
	 * does. Must not call the session but to write.
	 * @return whether what the peer sends from now on is not read until its answers are
	 * taken
	 */
	default boolean crowded() {
		return false;
	}

	/**
	 * A frame was received and had no effect.
	 * @param why the reason
	 * @param streamId its stream
	 */
	default void dropped(Dropped why, int streamId) {
	}

}
