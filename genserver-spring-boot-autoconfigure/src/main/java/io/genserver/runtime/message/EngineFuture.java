package io.genserver.runtime.message;

/**
 * Marks a {@link java.util.concurrent.CompletableFuture} that stands for something that
 * ends when it is cancelled, a call or a subscription, and that is not shared. A server
 * that no longer waits for one its handler returned cancels it; any other future it can
 * only abandon.
 */
public interface EngineFuture {

}
