package io.genserver.remote;

import java.util.concurrent.CompletionStage;

import io.genserver.Caller;
import org.jspecify.annotations.Nullable;

/**
 * Decides what peers may do. A bean of this type is asked before every call, cast and
 * stream of a peer, once the operation was found to be exposed and before its message is
 * sent; of several beans all must agree. What is refused never runs, and its caller gets
 * {@link RpcException.Status#PERMISSION_DENIED}.
 * <p>
 * Of the endpoint's own methods, {@code $rpc.health} is asked about as operation
 * {@code health} of server {@code $rpc}, {@code $rpc.describe} where it is configured so,
 * and {@code $rpc.ping} never.
 * <p>
 * Messages of one connection to one server keep their order, so a decision that takes
 * long delays those that come after it. One that takes longer than the call may is given
 * up, and refuses.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface RpcAuthorization {

	/**
	 * Decide. Called by many threads, never by an event loop: may block, and no server's
	 * state is at hand. An {@link RpcException} thrown here, or completed with, is sent
	 * to the caller as it is, and one of {@link RpcException.Status#UNAUTHENTICATED}
	 * closes the connection with code 4001, for the peer to come back with a fresh token;
	 * any other failure is logged and refuses.
	 * @param caller who calls
	 * @param target what is called
	 * @return completes with whether it may be
	 */
	CompletionStage<Boolean> authorize(Caller.Remote caller, Target target);

	/**
	 * What a peer wants to call.
	 *
	 * @param server the name of the server
	 * @param key the key of the instance, or {@code null} if the server is not keyed
	 * @param operation the name of the operation
	 * @since 0.1.0
	 */
	record Target(String server, @Nullable String key, String operation) {

		@Override
		public String toString() {
			return this.server + "." + this.operation + ((this.key != null) ? " of " + this.key : "");
		}

	}

}
