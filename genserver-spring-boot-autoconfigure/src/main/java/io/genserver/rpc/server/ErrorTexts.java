package io.genserver.rpc.server;

import java.security.Principal;
import java.util.List;

import io.genserver.Caller;
import io.genserver.remote.RpcException;
import io.genserver.rpc.inbound.Disclosure;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ResponseStatus;

/**
 * Lets texts of exceptions go to peers as an application wants it, as for the errors of
 * its HTTP requests.
 *
 * @param includeMessage which peers get the text of any exception
 * @param types exceptions whose texts everybody may read, and their subclasses
 * @param principals knows who is authenticated
 */
public record ErrorTexts(IncludeMessage includeMessage, List<Class<? extends Throwable>> types,
		AuthenticatedPrincipals principals) implements Disclosure {

	/**
	 * Copies the types.
	 */
	public ErrorTexts {
		types = List.copyOf(types);
	}

	@Override
	public boolean shows(Throwable failure, Caller.Remote peer) {
		return switch (this.includeMessage) {
			case NEVER -> false;
			case ALWAYS -> true;
			case AUTHENTICATED -> isAuthenticated(peer.principal()) || isPublic(failure);
		};
	}

	private boolean isAuthenticated(@Nullable Principal principal) {
		return principal != null && this.principals.isAuthenticated(principal);
	}

	private boolean isPublic(Throwable failure) {
		return failure instanceof RpcException || failure instanceof ErrorResponse
				|| AnnotatedElementUtils.hasAnnotation(failure.getClass(), ResponseStatus.class)
				|| this.types.stream().anyMatch((each) -> each.isInstance(failure));
	}

	/**
	 * Which peers get the message of any exception that a handler throws.
	 */
	public enum IncludeMessage {

		/**
		 * None, and of no exception, whatever its type.
		 */
		NEVER,

		/**
		 * Those that are authenticated. Others get the messages of RpcException, of
		 * exceptions that are annotated with ResponseStatus or implement ErrorResponse,
		 * and of 'genserver.rpc.errors.public-exceptions'.
		 */
		AUTHENTICATED,

		/**
		 * All.
		 */
		ALWAYS

	}

	/**
	 * Knows which principals are authenticated.
	 */
	@FunctionalInterface
	public interface AuthenticatedPrincipals {

		/** All of them. */
		AuthenticatedPrincipals ALL = (principal) -> true;

		/**
		 * Return whether a principal was authenticated.
		 * @param principal the principal of a connection
		 * @return whether it is
		 */
		boolean isAuthenticated(Principal principal);

	}

}
