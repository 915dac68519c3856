package io.genserver.runtime;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.genserver.CallFunction;
import io.genserver.CastAction;
import io.genserver.FunctionRefusedException;
import io.genserver.GenServerRef;
import io.genserver.Request;
import io.genserver.UnknownOperationException;
import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.contract.Operation;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * A ref to a server of this process.
 *
 * @param <S> type of the server
 */
record LocalRef<S>(Server server, @Nullable String key, long timeoutNanos, boolean isDetached,
		boolean waits) implements GenServerRef<S> {

	LocalRef(Server server, @Nullable String key) {
		this(server, key, 0, false, false);
	}

	@Override
	public String name() {
		return this.server.name();
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <R extends @Nullable Object, X extends Exception> R call(CallFunction<? super S, ? extends R, X> function) {
		checkFunction(function);
		return (R) this.server.call(this.key, LambdaOperation.CALL, function, this.timeoutNanos, this.isDetached);
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <R extends @Nullable Object> R call(Request<R> message) {
		Operation operation = answering(this.server, message);
		return (R) this.server.call(this.key, operation, operation.payload(message), this.timeoutNanos,
				this.isDetached);
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <R extends @Nullable Object> CompletableFuture<R> callAsync(
			CallFunction<? super S, ? extends R, ? extends Exception> function) {
		try {
			checkFunction(function);
		}
		catch (FunctionRefusedException ex) {
			return CompletableFuture.failedFuture(ex);
		}
		return (CompletableFuture<R>) this.server.callAsync(this.key, LambdaOperation.CALL, function, this.timeoutNanos,
				this.isDetached, this.waits);
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <R extends @Nullable Object> CompletableFuture<R> callAsync(Request<R> message) {
		Operation operation = answering(this.server, message);
		return (CompletableFuture<R>) this.server.callAsync(this.key, operation, operation.payload(message),
				this.timeoutNanos, this.isDetached, this.waits);
	}

	@Override
	public void cast(CastAction<? super S> action) {
		checkFunction(action);
		this.server.cast(this.key, LambdaOperation.CAST, action);
	}

	@Override
	public boolean tryCast(CastAction<? super S> action) {
		checkFunction(action);
		return this.server.tryCast(this.key, LambdaOperation.CAST, action, null);
	}

	@Override
	public CompletableFuture<@Nullable Void> stop() {
		return this.server.stop(this.key);
	}

	@Override
	public CompletableFuture<@Nullable Void> termination() {
		return this.server.termination(this.key);
	}

	@Override
	public GenServerRef<S> withTimeout(Duration timeout) {
		long nanos = Durations.nanos(Durations.positive("The timeout", timeout));
		return new LocalRef<>(this.server, this.key, nanos, this.isDetached, this.waits);
	}

	@Override
	public GenServerRef<S> detached() {
		return new LocalRef<>(this.server, this.key, this.timeoutNanos, true, this.waits);
	}

	@Override
	public GenServerRef<S> waitingForRoom() {
		return new LocalRef<>(this.server, this.key, this.timeoutNanos, this.isDetached, true);
	}

	private void checkFunction(Object function) {
		Objects.requireNonNull(function, "function");
		this.server.definition().factory().checkFunction();
	}

	static Operation answering(Server server, Object message) {
		Operation operation = server.operationFor(message);
		if (operation.kind() != Operation.Kind.CALL) {
			throw new UnknownOperationException("Server " + server.name() + " does not answer messages of "
					+ message.getClass().getName() + " with one reply: its handler " + operation
					+ ((operation.kind() == Operation.Kind.CAST) ? " is a cast. Use cast(...)"
							: " answers with a stream. Let a method of a contract return the stream"));
		}
		return operation;
	}

	/** How long its calls may take does not count. */
	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof LocalRef<?> ref && this.server == ref.server && Objects.equals(this.key, ref.key);
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.server, this.key);
	}

	@Override
	public String toString() {
		return "ref of " + name() + ((this.key != null) ? "/" + this.key : "");
	}

}
