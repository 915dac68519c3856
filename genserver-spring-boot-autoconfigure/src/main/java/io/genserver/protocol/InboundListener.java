package io.genserver.protocol;

/**
 * Receives what concerns the requests of the peer. Every method is called on the
 * connection's thread, from within {@link WireSession#receive}, {@link WireSession#tick}
 * or {@link WireSession#close}; it must not block, and may call the session. Arrays are
 * the listener's to keep.
 * <p>
 * For each request: {@code requestOpened}, then what its {@link BodyDelivery} asks for,
 * unless {@code requestRefused} or {@code requestCancelled} cuts it short. A request may
 * be refused without having been opened.
 */
public interface InboundListener {

	/**
	 * A request's header is complete; its body follows.
	 * @param request the request, the same object in all its events
	 * @return how to deliver the body
	 */
	default BodyDelivery requestOpened(InboundRequest request) {
		return BodyDelivery.NOTHING;
	}

	/**
	 * A request taken as {@link BodyDelivery#WHOLE} is complete.
	 * @param request the request
	 * @param arguments its payload, or if that is empty its metadata
	 */
	default void requestComplete(InboundRequest request, byte[] arguments) {
	}

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
	default void requestItem(InboundRequest request, byte[] item) {
	}

	/**
	 * No more pieces follow for a request taken as {@link BodyDelivery#ITEMS}.
	 * @param request the request
	 */
	default void requestEnded(InboundRequest request) {
	}

	/**
	 * The peer gave a request up, at any time before its answer was finished, or the
	 * connection closed. No answer is sent any more. The request keeps its place among
	 * the calls in flight until {@link WireSession#release(InboundRequest)}.
	 * @param request the request
	 */
	default void requestCancelled(InboundRequest request) {
	}

	/**
	 * A request cannot be served: it is broken, over a limit, or stalled. The listener
	 * answers it with {@link WireSession#respond} (for a cast that has no effect) when
	 * the writer next has its turn.
	 * @param request the request
	 * @param refusal the status and text to answer with
	 */
	default void requestRefused(InboundRequest request, RequestRefusal refusal) {
	}

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

}
