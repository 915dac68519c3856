package io.genserver.jmh;

import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The floor: a queue of many producers, bounded as our mailboxes are, and a platform
 * thread that drains it. Nobody is ever parked or woken; whoever finds it empty or full
 * yields the processor.
 */
@State(Scope.Benchmark)
public class BareQueue {

	final MpscVarHandleArrayQueue<Runnable> queue = new MpscVarHandleArrayQueue<>(1024);

	/** Of the thread. */
	long count;

	private volatile boolean stopped;

	@Setup
	public void start() {
		this.stopped = false;
		Thread.ofPlatform().daemon().start(() -> {
			while (!this.stopped) {
				if (this.queue.drain(Runnable::run) == 0) {
					Thread.yield();
				}
			}
		});
	}

	@TearDown
	public void stop() {
		this.stopped = true;
	}

	void put(Runnable task) {
		while (!this.queue.offer(task)) {
			Thread.yield();
		}
	}

}
