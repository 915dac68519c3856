package io.genserver.rpc.server.security;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import io.genserver.Caller;
import io.genserver.Envelope;
import io.genserver.GenServerInterceptor;
import io.genserver.log.Throwables;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.runtime.message.CallerError;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

/**
 * Handles the message of a peer as the user that authenticated when the connection was
 * made, so that method security works on handlers and on whatever they call. A peer that
 * did not authenticate has no authentication there. What method security refuses is
 * answered with {@link Status#PERMISSION_DENIED} or, if the peer is not authenticated,
 * {@link Status#UNAUTHENTICATED}; to the supervision of the server that is no failure.
 * Other messages are left as they are.
 */
public final class PeerSecurityContext implements GenServerInterceptor, Ordered {

	/** Within the propagation of contexts, which clears what it knows nothing of. */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 10;
	}

	@Override
	public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
		if (!(envelope.caller() instanceof Caller.Remote peer)) {
			return invocation.proceed();
		}
		SecurityContextHolderStrategy holder = SecurityContextHolder.getContextHolderStrategy();
		SecurityContext before = holder.getContext();
		SecurityContext context = holder.createEmptyContext();
		if (peer.principal() instanceof Authentication authentication) {
			context.setAuthentication(authentication);
		}
		holder.setContext(context);
		try {
			Object result = invocation.proceed();
			return (result instanceof CompletionStage<?> stage) ? asStatus(stage) : result;
		}
		catch (AccessDeniedException | AuthenticationException ex) {
			throw asStatus(ex);
		}
		finally {
			if (before.getAuthentication() != null) {
				holder.setContext(before);
			}
			else {
				holder.clearContext();
			}
		}
	}

	private static CompletionStage<?> asStatus(CompletionStage<?> stage) {
		return stage.handle((value, failure) -> {
			if (failure == null) {
				return value;
			}
			Throwable cause = Throwables.unwrap(failure);
			throw (cause instanceof AccessDeniedException || cause instanceof AuthenticationException)
					? asStatus((RuntimeException) cause) : new CompletionException(cause);
		});
	}

	private static RpcException asStatus(RuntimeException refusal) {
		Status status = (refusal instanceof AuthenticationException) ? Status.UNAUTHENTICATED
				: Status.PERMISSION_DENIED;
		return new Refused(status, refusal);
	}

	/** What a peer was refused, which is no fault of the server. */
	private static final class Refused extends RpcException implements CallerError {

		private static final long serialVersionUID = 1L;

		Refused(Status status, RuntimeException refusal) {
			super(status, String.valueOf(refusal.getMessage()), false, refusal);
		}

	}

}
