package io.genserver.rpc.outbound;

/**
 * A cast that its connection certainly did not deliver: it was never written, or the peer
 * said that it accepts it no more.
 *
 * @param method the operation
 * @param body what it is given
 * @param deadline until when it may still be sent, by the clock of its connection
 */
public record UnsentCast(RemoteMethod method, RequestBody body, long deadline) {
}
