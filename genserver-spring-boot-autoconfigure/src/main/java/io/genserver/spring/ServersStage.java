package io.genserver.spring;

import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.LifecycleStage;
import io.genserver.runtime.ShutdownTime;

/**
 * Starts the servers once all beans are there, before a web server takes requests, and
 * stops them after it has answered its last. After a stop they can be started again.
 */
public final class ServersStage implements LifecycleStage {

	private final GenServerRuntime runtime;

	private final ServerEventPublisher events;

	/**
	 * Create.
	 * @param runtime what to start and stop
	 * @param events publishes what happens meanwhile
	 */
	public ServersStage(GenServerRuntime runtime, ServerEventPublisher events) {
		this.runtime = runtime;
		this.events = events;
	}

	@Override
	public void start() {
		this.events.open();
		try {
			this.runtime.start();
		}
		catch (RuntimeException | Error ex) {
			this.events.close();
			throw ex;
		}
	}

	@Override
	public void stop(ShutdownTime time) {
		this.runtime.shutdown(time);
		this.events.close();
	}

}
