package io.genserver.rpc;

import io.genserver.Caller;
import io.genserver.protocol.CloseReason;
import io.genserver.rpc.peer.PeerConnection;
import org.jspecify.annotations.Nullable;

/**
 * What a WebSocket gives the {@link PeerConnection} above it. What it gives from below:
 * <ul>
 * <li>every binary message, in any pieces, to {@link PeerConnection#receive};</li>
 * <li>the messages to send are those of {@link PeerConnection#outbound()}, which it
 * subscribes to once, in one long-lived send;</li>
 * <li>at least once a second {@link PeerConnection#tick()};</li>
 * <li>in the end, however it came about, {@link PeerConnection#disconnected} once.</li>
 * </ul>
 * All of them on one thread at a time, the connection's, and none from within a method of
 * this interface. Methods here may be called on any thread and must not block.
 */
public interface Transport {

	/**
	 * Return who is at the other end.
	 * @return connection, address and principal
	 */
	Caller.Remote remote();

	/**
	 * Return who the connection counts for, together with others before it: a principal,
	 * or an address.
	 * @return a name that is the same for all of them, {@code null} if the peer is not
	 * known again
	 */
	default @Nullable String owner() {
		return null;
	}

	/**
	 * Run a task on the connection's thread, later, in the order given. Once the
	 * connection is over the task may be dropped.
	 * @param task the task
	 */
	void execute(Runnable task);

	/**
	 * Stop taking bytes from the socket, so that the peer is slowed down. What is already
	 * on its way may still be handed on.
	 */
	void pauseReading();

	/**
	 * Go on taking bytes from the socket.
	 */
	void resumeReading();

	/**
	 * Tell how far the socket has come with what was to be sent. On the connection's
	 * thread.
	 * @return a number that changes whenever the socket has taken something, and only
	 * then
	 */
	default long progress() {
		return 0;
	}

	/**
	 * Close the WebSocket with a code and a reason, after what was already taken from
	 * {@link PeerConnection#outbound()}; then disconnect, also if the peer does not
	 * answer. Does nothing if it is closing already.
	 * @param reason text for the peer
	 */
	void close(CloseReason reason);

}
