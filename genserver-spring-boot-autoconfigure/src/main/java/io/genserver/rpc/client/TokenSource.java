package io.genserver.rpc.client;

/**
 * Where the bearer tokens of a client come from. Asked on a virtual thread before each
 * connection is opened; may block.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TokenSource {

	/**
	 * Return the token to connect with. It is sent as {@code Authorization: Bearer} with
	 * the handshake.
	 * @param fresh whether the last token was refused, so that one which was kept is
	 * worth nothing
	 * @return the token
	 * @throws Exception if there is none; the attempt to connect fails
	 */
	String token(boolean fresh) throws Exception;

}
