package io.genserver.runtime;

/**
 * Marks a {@link java.util.concurrent.CompletableFuture} that stands for something that
 * ends when it is cancelled, a call or a subscription, and that nobody shares. A server
 * that no longer waits for one its handler returned cancels it; any other future it can
 * only abandon.
 */
public interface EngineFuture {

}
