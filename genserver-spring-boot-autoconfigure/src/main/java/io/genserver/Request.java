package io.genserver;

/**
 * A message whose class declares the type of its reply, so that a call with it is typed.
 *
 * @param <R> type of the reply
 * @since 0.1.0
 */
@SuppressWarnings("unused")
public interface Request<R> {

}
