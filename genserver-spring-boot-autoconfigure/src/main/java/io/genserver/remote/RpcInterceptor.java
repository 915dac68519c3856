package io.genserver.remote;

import io.genserver.GenServerInterceptor;
import org.jspecify.annotations.Nullable;

/**
 * Sees every request to a server at the other end of a connection, where it is made: from
 * a {@code GenServerClient}, or from the endpoint to one of its peers. What it adds to a
 * request, a {@link GenServerInterceptor} finds at the other end.
 * <p>
 * Beans of this type are used in their order by all clients that are configured under
 * {@code genserver.clients}, and for calls of peers; other clients are given theirs when
 * they are built. They are made with the first request. Called by many threads.
 *
 * @since 0.1.0
 */
public interface RpcInterceptor {

	/**
	 * A request is about to be sent, or to wait for a connection. Called once for each
	 * request, however often it is sent, on the thread that makes it, which may be one
	 * that must not block. What it throws refuses the request: its maker gets it, as the
	 * failure of a future or stream where there is one.
	 * @param request the request
	 */
	default void sending(RpcRequest request) {
	}

	/**
	 * A request is over: for a call when its outcome is known, for a stream when it has
	 * ended or was cancelled, for a cast when it was handed over to be sent. Called once
	 * for every request that {@link #sending} let pass, unless the interceptor itself
	 * refused it. On any thread; must not block. What it throws is logged.
	 * @param request the request
	 * @param failure what its maker gets, {@code null} for success
	 */
	default void ended(RpcRequest request, @Nullable Throwable failure) {
	}

}
