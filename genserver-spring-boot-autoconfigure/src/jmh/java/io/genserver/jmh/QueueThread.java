package io.genserver.jmh;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What one writes without any library: a virtual thread that takes tasks from a queue,
 * bounded as our mailboxes are. It has no deadlines, no supervision, and nobody sees it.
 */
@State(Scope.Benchmark)
public class QueueThread {

	final BlockingQueue<Runnable> queue = new ArrayBlockingQueue<>(1024);

	/** Of the thread. */
	long count;

	@SuppressWarnings("NullAway.Init")
	private Thread thread;

	@Setup
	public void start() {
		this.thread = Thread.ofVirtual().start(() -> {
			try {
				while (true) {
					this.queue.take().run();
				}
			}
			catch (InterruptedException ex) {
				// The end.
			}
		});
	}

	@TearDown
	public void stop() {
		this.thread.interrupt();
	}

}
