package io.genserver.protocol;

/**
 * How a listener wants the body of a request.
 */
public enum BodyDelivery {

	/**
	 * As one array when the request is complete:
	 * {@link InboundListener#requestComplete(InboundRequest, byte[])}.
	 */
	WHOLE,

	/**
	 * Piece by piece as frames arrive:
	 * {@link InboundListener#requestItem(InboundRequest, byte[])} and
	 * {@link InboundListener#requestEnded(InboundRequest)}. The arguments that opened the
	 * stream are {@link InboundRequest#metadata()}. A muxio client splits and merges its
	 * writes, so from it the pieces are a byte stream rather than items.
	 */
	ITEMS,

	/**
	 * Not at all: what still comes is dropped unread. For a request that is refused
	 * before its body is known, such as one for an unknown method.
	 */
	NOTHING

}
