package io.genserver.spring;

import io.genserver.runtime.GenServerRuntime;

import org.springframework.context.SmartLifecycle;

/**
 * Starts the servers once all beans are there, before a web server takes requests, and
 * stops them after it has answered its last. A runtime that was stopped stays so: a
 * context that is started again fails.
 *
 * @since 0.1.0
 */
public final class GenServerLifecycle implements SmartLifecycle {

	/**
	 * Below the phases in which web servers start and stop.
	 */
	public static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

	private final GenServerRuntime runtime;

	private final ServerEventPublisher events;

	private volatile boolean started;

	private volatile boolean running;

	/**
	 * Create.
	 * @param runtime what to start and stop
	 * @param events publishes what happens meanwhile
	 */
	public GenServerLifecycle(GenServerRuntime runtime, ServerEventPublisher events) {
		this.runtime = runtime;
		this.events = events;
	}

	@Override
	public void start() {
		if (this.started) {
			throw new IllegalStateException("The servers of this application context were stopped and cannot be"
					+ " started again: refresh a new context");
		}
		this.started = true;
		this.events.open();
		try {
			this.runtime.start();
			this.running = true;
		}
		finally {
			if (!this.running) {
				this.events.close();
			}
		}
	}

	@Override
	public void stop() {
		this.runtime.shutdown();
		this.events.close();
		this.running = false;
	}

	@Override
	public void stop(Runnable callback) {
		Thread.ofPlatform().name("genserver-shutdown").start(() -> {
			try {
				stop();
			}
			finally {
				callback.run();
			}
		});
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
