package io.genserver.test;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.FutureTask;

import io.genserver.CallInterruptedException;
import io.genserver.Caller;
import io.genserver.log.Throwables;
import io.genserver.remote.RpcAuthorization.Target;
import io.genserver.rpc.NoItems;
import io.genserver.runtime.Server;
import io.genserver.runtime.contract.ContractTarget;
import io.genserver.runtime.contract.MethodOperation;
import io.genserver.runtime.contract.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A server as the target of a proxy that speaks for a remote caller. Each message is sent
 * on a thread of its own, which the sender waits for: what belongs to the sender's thread
 * does not go along, and messages are queued in the order in which they are sent.
 *
 * @param server the server
 * @param key the key, {@code null} if the server is not keyed
 * @param caller who sends
 * @param authorization decides what the caller may send
 */
record PeerTarget(Server server, @Nullable String key, Caller.Remote caller,
		PeerAuthorization authorization) implements ContractTarget {

	@Override
	public @Nullable Object call(MethodOperation operation, @Nullable Object[] arguments) throws Throwable {
		CompletableFuture<@Nullable Object> reply = callAsync(operation, arguments);
		try {
			return reply.get();
		}
		catch (InterruptedException ex) {
			reply.cancel(true);
			Thread.currentThread().interrupt();
			throw new CallInterruptedException(this + "." + operation.name() + ": interrupted while it waited", false);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() != null) ? ex.getCause() : ex;
		}
	}

	@Override
	public CompletableFuture<@Nullable Object> callAsync(MethodOperation operation, @Nullable Object[] arguments) {
		try {
			return onOwnThread(() -> {
				this.authorization.check(this.caller, target(operation));
				return this.server.callAsync(this.key, operation, operation.payload(arguments), this.caller);
			});
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	@Override
	public void cast(MethodOperation operation, @Nullable Object[] arguments) {
		onOwnThread(() -> {
			this.authorization.check(this.caller, target(operation));
			return this.server.tryCast(this.key, operation, operation.payload(arguments), this.caller);
		});
	}

	@Override
	public void stream(MethodOperation operation, @Nullable Object[] arguments,
			Flow.Subscriber<? super @Nullable Object> subscriber) {
		@SuppressWarnings("unchecked")
		Flow.Subscriber<@Nullable Object> items = (Flow.Subscriber<@Nullable Object>) subscriber;
		try {
			onOwnThread(() -> {
				this.authorization.check(this.caller, target(operation));
				this.server.stream(this.key, operation, operation.payload(arguments), 0, this.caller, items);
				return true;
			});
		}
		catch (RuntimeException ex) {
			items.onSubscribe(NoItems.INSTANCE);
			items.onError(ex);
		}
	}

	private Target target(Operation operation) {
		return new Target(this.server.name(), this.key, operation.name());
	}

	private <T> T onOwnThread(Callable<T> sending) {
		FutureTask<T> task = new FutureTask<>(sending);
		Thread.ofVirtual().name("genserver-test-peer").inheritInheritableThreadLocals(false).start(task);
		boolean interrupted = false;
		try {
			while (true) {
				try {
					return task.get();
				}
				catch (InterruptedException ex) {
					// Sending takes no time.
					interrupted = true;
				}
			}
		}
		catch (ExecutionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			if (cause instanceof RuntimeException || cause instanceof Error) {
				throw Throwables.sneaky(cause);
			}
			throw new CompletionException(cause);
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	@Override
	public String toString() {
		return this.server + ((this.key != null) ? "/" + this.key : "") + " for " + this.caller;
	}

}
