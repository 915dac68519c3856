package io.genserver.runtime.message;

/**
 * A throwable that says that the sender may not do what it asked for. The sender gets it;
 * to its server it is no failure: it neither counts as one nor is it supervised.
 */
public interface CallerError {

}
