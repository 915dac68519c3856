package io.genserver.spring.background;

import java.util.List;

import io.genserver.background.BackgroundServices;
import io.genserver.background.ServiceDefinition;
import io.genserver.spring.GenServerLifecycle;

import org.springframework.context.SmartLifecycle;

/**
 * Starts the background services that are beans once the servers run and before a web
 * server takes requests, and cancels them after it has answered its last and before the
 * servers stop.
 *
 * @since 0.1.0
 */
public final class BackgroundLifecycle implements SmartLifecycle {

	/**
	 * Between the phase of the servers and those of web servers.
	 */
	public static final int PHASE = GenServerLifecycle.PHASE + 1024;

	private final BackgroundServices services;

	private final BackgroundBeans beans;

	private final BackgroundEventPublisher events;

	private boolean started;

	private volatile boolean running;

	/**
	 * Create.
	 * @param services where the services are started
	 * @param beans knows the services
	 * @param events publishes what happens meanwhile
	 */
	public BackgroundLifecycle(BackgroundServices services, BackgroundBeans beans, BackgroundEventPublisher events) {
		this.services = services;
		this.beans = beans;
		this.events = events;
	}

	@Override
	public void start() {
		if (this.started) {
			throw new IllegalStateException("The background services of this application context were cancelled and"
					+ " cannot be started again: refresh a new context");
		}
		this.started = true;
		List<ServiceDefinition<?, ?>> definitions = this.beans.definitions();
		this.events.open();
		try {
			for (ServiceDefinition<?, ?> definition : definitions) {
				if (this.beans.settings(definition.name()).autostart()) {
					this.services.start(definition);
				}
				else {
					this.services.add(definition);
				}
			}
			this.running = true;
		}
		finally {
			if (!this.running) {
				stop();
			}
		}
	}

	@Override
	public void stop() {
		this.services.close();
		this.events.close();
		this.running = false;
	}

	@Override
	public void stop(Runnable callback) {
		Thread.ofPlatform().name("genserver-background-shutdown").start(() -> {
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
