package io.genserver.runtime;

import io.genserver.CallFunction;
import io.genserver.CastAction;
import org.jspecify.annotations.Nullable;

/**
 * The operations behind functions sent through a ref: the function is the payload.
 */
final class LambdaOperation extends Operation {

	static final Operation CALL = new LambdaOperation("call(function)", Kind.CALL);

	static final Operation CAST = new LambdaOperation("cast(action)", Kind.CAST);

	static final Operation CONTINUATION = new LambdaOperation("continueWith(task)", Kind.CAST);

	static final Operation TIMER = new LambdaOperation("timer", Kind.CAST);

	static final Operation ATTACHED = new LambdaOperation("attached stream", Kind.CAST);

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
	boolean isFunction() {
		return this == CALL || this == CAST;
	}

	@Override
	public boolean unwrapsStage() {
		return false;
	}

	/** A task that may throw. */
	@FunctionalInterface
	interface Task {

		void run() throws Exception;

	}

}
