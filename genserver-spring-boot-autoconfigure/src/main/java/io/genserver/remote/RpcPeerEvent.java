package io.genserver.remote;

/**
 * Something happened to a connection of this application's endpoint. Published as an
 * application event, never on an event loop; those of one connection come in their order,
 * and one after the other.
 *
 * @param peer whose connection it is
 * @param state how it is now: connecting and connected when it was opened, then draining,
 * perhaps, and closed in the end
 * @param code the close code; 0 before it is closed, 1006 if there was none
 * @param reason why it was closed; empty before
 * @since 0.1.0
 */
public record RpcPeerEvent(RpcPeer peer, RpcPeer.State state, int code, String reason) {
}
