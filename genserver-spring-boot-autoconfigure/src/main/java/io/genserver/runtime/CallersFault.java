package io.genserver.runtime;

/**
 * A throwable that says that the sender may not do what it asked for. The sender is told;
 * to its server it is no failure: it neither counts as one nor is it supervised.
 */
public interface CallersFault {

}
