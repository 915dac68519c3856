package io.genserver.remote;

import java.util.List;

import io.genserver.Caller;
import io.genserver.CurrentContext;
import io.genserver.GenServerContext;
import org.jspecify.annotations.Nullable;

/**
 * The clients that are connected to this application's endpoint; a bean where there is
 * one. Safe for use by many threads.
 *
 * @since 0.1.0
 */
public interface RpcPeers {

	/**
	 * Return all peers.
	 * @return a snapshot, oldest connection first
	 */
	List<RpcPeer> all();

	/**
	 * Find the peer of a connection.
	 * @param id the connection's id, as in {@link Caller.Remote#connection()}
	 * @return the peer, or {@code null} if the connection is over
	 */
	@Nullable RpcPeer find(String id);

	/**
	 * Return the peer whose message the calling thread handles.
	 * @return the peer; {@code null} outside of a server's turn, if the message came from
	 * elsewhere, or if the connection is over
	 */
	default @Nullable RpcPeer current() {
		GenServerContext turn = CurrentContext.get();
		return (turn != null && turn.caller() instanceof Caller.Remote caller) ? find(caller.connection()) : null;
	}

}
