package io.genserver.runtime.cell;

import java.util.List;

import io.genserver.GenServerRef;
import io.genserver.ServerState;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.contract.ServerTimer;
import io.genserver.runtime.scheduling.TurnExecutor;
import io.genserver.runtime.supervision.Supervision;
import org.jspecify.annotations.Nullable;

/**
 * The server that an instance belongs to, as the instance sees it. Safe for use by many
 * threads.
 */
public abstract class CellOwner {

	/**
	 * Return the name of the server.
	 * @return the name
	 */
	public abstract String name();

	/**
	 * Return the runtime it belongs to.
	 * @return the runtime
	 */
	public abstract CellRuntime runtime();

	/**
	 * Return the class of its instances.
	 * @return the class
	 */
	public abstract Class<?> type();

	/**
	 * Return what makes its instances.
	 * @return the factory
	 */
	public abstract InstanceFactory factory();

	/**
	 * Return the timers that each instance starts with.
	 * @return the timers
	 */
	public abstract List<ServerTimer> timers();

	/**
	 * Return how many messages a mailbox holds.
	 * @return the capacity
	 */
	public abstract int capacity();

	/**
	 * Return what happens to casts to a full mailbox.
	 * @return the rules
	 */
	public abstract OverflowRules overflow();

	/**
	 * Return what becomes of an instance whose handler failed.
	 * @return the supervision
	 */
	public abstract Supervision supervision();

	/**
	 * Return how long it waits for what a handler returned, if nothing else limits that.
	 * @return nanoseconds
	 */
	public abstract long handlerTimeoutNanos();

	/**
	 * Return after what time a running handler is logged as slow.
	 * @param operation the operation, {@code null} for the start or end of an instance
	 * @param otherwise what counts where nothing is set for the operation or the server
	 * @return nanoseconds, 0 for never
	 */
	public abstract long slowNanos(@Nullable Operation operation, long otherwise);

	/**
	 * Return whether it has methods that start although others wait for a slot.
	 * @return whether it has
	 */
	public abstract boolean hasOvertaking();

	/**
	 * Return whether it has methods that may overlap.
	 * @return whether it has
	 */
	public abstract boolean hasConcurrent();

	/**
	 * Return what runs its turns.
	 * @return the executor, {@code null} for the engine's workers
	 */
	public abstract @Nullable TurnExecutor executor();

	/**
	 * Return a ref to it.
	 * @param <S> type of the server
	 * @param key the key, {@code null} if the server is not keyed
	 * @return the ref
	 */
	public abstract <S> GenServerRef<S> ref(@Nullable String key);

	/**
	 * Return whether messages for the key of an instance go to this one.
	 * @param cell the instance
	 * @return whether they do
	 */
	public abstract boolean holds(ServerCell cell);

	/**
	 * A handler, constructor or stream of an instance has failed. Throws nothing.
	 * @param operation the operation, or what else failed
	 */
	public abstract void failed(String operation);

	/**
	 * An instance has started.
	 * @param cell the instance
	 */
	public abstract void started(ServerCell cell);

	/**
	 * An instance has ended.
	 * @param cell the instance
	 * @param last its last state
	 * @param hadStarted whether it had started before
	 */
	public abstract void ended(ServerCell cell, ServerState last, boolean hadStarted);

}
