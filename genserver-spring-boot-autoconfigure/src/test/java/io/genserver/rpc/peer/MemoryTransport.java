package io.genserver.rpc.peer;

import java.security.Principal;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.Caller;
import io.genserver.protocol.CloseReason;
import io.genserver.rpc.Transport;
import org.jspecify.annotations.Nullable;

/** A transport without a network: the test's thread is the connection's. */
final class MemoryTransport implements Transport {

	private static final AtomicInteger ids = new AtomicInteger();

	private final Caller.Remote remote;

	private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

	final AtomicInteger executed = new AtomicInteger();

	final @Nullable String owner;

	volatile boolean paused;

	volatile long progress;

	volatile @Nullable CloseReason closed;

	MemoryTransport() {
		this(() -> "tester", null);
	}

	MemoryTransport(@Nullable Principal principal) {
		this(principal, null);
	}

	MemoryTransport(@Nullable Principal principal, @Nullable String owner) {
		this.owner = owner;
		this.remote = new Caller.Remote("c" + ids.incrementAndGet(), "memory", principal);
	}

	@Override
	public Caller.Remote remote() {
		return this.remote;
	}

	@Override
	public @Nullable String owner() {
		return this.owner;
	}

	@Override
	public void execute(Runnable task) {
		this.executed.incrementAndGet();
		this.tasks.add(task);
	}

	@Override
	public long progress() {
		return this.progress;
	}

	@Override
	public void pauseReading() {
		this.paused = true;
	}

	@Override
	public void resumeReading() {
		this.paused = false;
	}

	@Override
	public void close(CloseReason reason) {
		if (this.closed == null) {
			this.closed = reason;
		}
	}

	int closeCode() {
		CloseReason reason = this.closed;
		return (reason != null) ? reason.code() : 0;
	}

	/** Run what is there, or what comes soon. */
	boolean runTasks() throws InterruptedException {
		Runnable task = this.tasks.poll(1, TimeUnit.MILLISECONDS);
		boolean any = task != null;
		while (task != null) {
			task.run();
			task = this.tasks.poll();
		}
		return any;
	}

}
