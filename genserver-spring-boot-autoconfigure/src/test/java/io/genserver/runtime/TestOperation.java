package io.genserver.runtime;

import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.runtime.contract.Invocation;
import io.genserver.runtime.contract.Operation;
import org.jspecify.annotations.Nullable;

/**
 * An operation made of a handler, which counts the payloads it was told to let go.
 */
class TestOperation extends Operation {

	final AtomicInteger discarded = new AtomicInteger();

	private final Handler handler;

	private final int concurrency;

	TestOperation(String name, Kind kind, Handler handler) {
		this(name, kind, false, handler);
	}

	TestOperation(String name, Kind kind, boolean interruptible, Handler handler) {
		this(name, kind, interruptible, 0, handler);
	}

	private TestOperation(String name, Kind kind, boolean interruptible, int concurrency, Handler handler) {
		super(name, kind, 0, false, interruptible);
		this.concurrency = concurrency;
		this.handler = handler;
	}

	/** Calls of which so many may run at once beside the turn, and can be interrupted. */
	static TestOperation concurrent(String name, int concurrency, Handler handler) {
		return new TestOperation(name, Kind.CALL, true, concurrency, handler);
	}

	/** The same, but whoever gives up does not interrupt them. */
	static TestOperation uninterruptible(String name, int concurrency, Handler handler) {
		return new TestOperation(name, Kind.CALL, false, concurrency, handler);
	}

	/** The same for casts. */
	static TestOperation concurrentCast(String name, int concurrency, Handler handler) {
		return new TestOperation(name, Kind.CAST, true, concurrency, handler);
	}

	/** One that waits behind nothing that waits for a slot. */
	static TestOperation overtaking(String name, Kind kind, Handler handler) {
		return new TestOperation(name, kind, handler) {

			@Override
			public boolean overtakes() {
				return true;
			}

		};
	}

	static TestOperation call(String name, Handler handler) {
		return new TestOperation(name, Kind.CALL, handler);
	}

	static TestOperation cast(String name, Handler handler) {
		return new TestOperation(name, Kind.CAST, handler);
	}

	static TestOperation stream(String name, Handler handler) {
		return new TestOperation(name, Kind.STREAM, handler);
	}

	@Override
	public @Nullable Object invoke(Object instance, @Nullable Object payload, Invocation invocation) throws Throwable {
		return this.handler.handle(instance, payload);
	}

	@Override
	public int concurrency() {
		return this.concurrency;
	}

	@Override
	public void discard(@Nullable Object payload) {
		this.discarded.incrementAndGet();
	}

	/** What the operation does. */
	interface Handler {

		@Nullable Object handle(Object instance, @Nullable Object payload) throws Throwable;

	}

}
