package io.genserver.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Receives what concerns the calls and casts of this end. Every method is called on the
 * connection's thread, from within {@link WireSession#receive}, {@link WireSession#tick}
 * or {@link WireSession#close}; it must not block, and may call the session where nothing
 * else is said. Arrays are the listener's to keep.
 * <p>
 * For each call: any {@code responseItem}s, then exactly one of {@code responseComplete}
 * and {@code responseFailed}, or neither if this end cancelled it.
 */
public interface OutboundListener {

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
	default void responseItem(OutboundCall call, byte[] item) {
	}

	/**
	 * The peer's answer is complete. The call is over.
	 * @param call the call
	 * @param status its status, see {@link StatusCode}; anything unknown is a failure
	 * @param payload the value, or after items nothing, or with a failure its error
	 * payload, see {@code ErrorPayload}
	 */
	default void responseComplete(OutboundCall call, int status, byte[] payload) {
	}

	/**
	 * There will be no (complete) answer. The call is over.
	 * @param call the call
	 * @param failure why
	 */
	default void responseFailed(OutboundCall call, ResponseFailure failure) {
	}

	/**
	 * A cast of ours was not begun by the peer, and will not be, in ext mode. Called in
	 * the order in which they were sent. Must not call the session.
	 * @param cast what was given with it; {@code null} for one of which nothing is known
	 * any more
	 */
	default void castNotExecuted(@Nullable Object cast) {
	}

}
