package io.genserver;

import org.jspecify.annotations.Nullable;

/**
 * What a call through a {@link GenServerRef} runs on the server.
 *
 * @param <S> type of the server
 * @param <R> type of the reply
 * @param <X> type of the checked exception it may throw
 * @since 0.1.0
 */
@FunctionalInterface
public interface CallFunction<S, R extends @Nullable Object, X extends Exception> {

	/**
	 * Runs in the server's turn, alone with its state.
	 * @param server the server's instance; must not be kept
	 * @return the reply
	 * @throws X what the caller is to get
	 */
	R apply(S server) throws X;

}
