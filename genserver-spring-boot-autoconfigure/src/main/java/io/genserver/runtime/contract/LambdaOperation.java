package io.genserver.runtime.contract;

import io.genserver.CallFunction;
import io.genserver.CastAction;
import org.jspecify.annotations.Nullable;

/**
 * The operations behind functions sent through a ref: the function is the payload.
 */
public final class LambdaOperation extends Operation {

	public static final Operation CALL = new LambdaOperation("call(function)", Kind.CALL);

	public static final Operation CAST = new LambdaOperation("cast(action)", Kind.CAST);

	public static final Operation CONTINUATION = new LambdaOperation("continueWith(task)", Kind.CAST);

	public static final Operation TIMER = new LambdaOperation("timer", Kind.CAST);

	public static final Operation PIPED = new LambdaOperation("pipe(stage)", Kind.CAST);

	public static final Operation WHEN_IDLE = new LambdaOperation("whenIdle(task)", Kind.CAST);

	public static final Operation RECEIVE_TIMEOUT = new LambdaOperation("receiveTimeout", Kind.CAST);

	public static final Operation ATTACHED = new LambdaOperation("attached stream", Kind.CAST);

	public static final Operation SUBSCRIBER = new LambdaOperation("end of a subscription", Kind.CAST);

	private LambdaOperation(String name, Kind kind) {
		super(name, kind, 0, false, false);
	}

	@Override
	@SuppressWarnings("unchecked")
	public @Nullable Object invoke(Object instance, @Nullable Object payload, Invocation invocation) throws Throwable {
		if (payload instanceof CallFunction<?, ?, ?> function) {
			return ((CallFunction<Object, @Nullable Object, Exception>) function).apply(instance);
		}
		if (payload instanceof CastAction<?> action) {
			((CastAction<Object>) action).accept(instance);
			return null;
		}
		if (payload instanceof Task task) {
			task.run();
			return null;
		}
		if (payload instanceof Runnable task) {
			task.run();
			return null;
		}
		throw new IllegalArgumentException("Not a function: " + payload);
	}

	/** Whether it is sent by a ref, and not by the server to itself. */
	public boolean isFunction() {
		return this == CALL || this == CAST;
	}

	@Override
	public boolean unwrapsStage() {
		return false;
	}

	/** A task that may throw. */
	@FunctionalInterface
	public interface Task {

		void run() throws Exception;

	}

}
