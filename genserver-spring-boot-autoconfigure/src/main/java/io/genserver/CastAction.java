package io.genserver;

/**
 * What a cast through a {@link GenServerRef} runs on the server.
 *
 * @param <S> type of the server
 * @since 0.1.0
 */
@FunctionalInterface
public interface CastAction<S> {

	/**
	 * Runs in the server's turn, alone with its state.
	 * @param server the server's instance; must not be kept
	 * @throws Exception if it fails, which its sender does not learn
	 */
	void accept(S server) throws Exception;

}
