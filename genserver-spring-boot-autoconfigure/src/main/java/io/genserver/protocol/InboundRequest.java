package io.genserver.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A Call or Event of the peer, from its header until its answer is written or it is
 * cancelled. Each mode has its own kind, made by its session. Confined to the
 * connection's thread, {@link #markStarted()} and {@link #isStarted()} excepted.
 */
public interface InboundRequest {

	/**
	 * Returns the id that the peer chose for the request.
	 * @return any 32 bits
	 */
	int requestId();

	/**
	 * Returns the method asked for.
	 * @return a method id, see {@link MethodId}
	 */
	long methodId();

	/**
	 * Returns whether no answer is expected.
	 * @return true for an Event, false for a Call
	 */
	boolean isCast();

	/**
	 * Returns the arguments that came with the header: of a small unary call all of them.
	 * Empty once a request taken as {@link BodyDelivery#WHOLE} is complete.
	 * @return the bytes; not to be changed
	 */
	byte[] metadata();

	/**
	 * Returns what came with the request in addition to its arguments, in ext mode.
	 * @return the details; {@link CallMetadata#NONE} in base mode
	 */
	CallMetadata details();

	/**
	 * Releases the details, which are no longer needed.
	 */
	void forgetDetails();

	/**
	 * Tells whether nothing can be answered any more.
	 * @return whether the request was answered or cancelled, or is a cast
	 */
	boolean isOver();

	/**
	 * Tells whether items of the answer have been sent.
	 * @return whether a response stream is open
	 */
	boolean isResponding();

	/**
	 * Returns what the listener attached.
	 * @return the attachment, or null
	 */
	@Nullable Object attachment();

	/**
	 * Attaches the listener's own state, so that it needs no table of its own.
	 * @param attachment anything, or null
	 */
	void attach(@Nullable Object attachment);

	/**
	 * Notes that the request's handler began. A later cancel then counts against the
	 * peer's cancel rate. May be called on any thread.
	 */
	void markStarted();

	/**
	 * Tells whether the request's handler began. May be called on any thread.
	 * @return whether {@link #markStarted()} was called
	 */
	boolean isStarted();

	/**
	 * Notes that the request is answered although its handler may still be running: it
	 * keeps its place among the calls in flight until
	 * {@link WireSession#release(InboundRequest)}.
	 */
	void keepPlace();

}
