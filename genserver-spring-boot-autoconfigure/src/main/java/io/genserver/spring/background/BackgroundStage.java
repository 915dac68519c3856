package io.genserver.spring.background;

import java.util.List;

import io.genserver.background.BackgroundServices;
import io.genserver.background.ServiceDefinition;
import io.genserver.runtime.LifecycleStage;
import io.genserver.runtime.ShutdownTime;

/**
 * Starts the background services that are beans once the servers run and before a web
 * server takes requests, and cancels them after it has answered its last and before the
 * servers stop. After a stop they can be started again.
 */
public final class BackgroundStage implements LifecycleStage {

	private final BackgroundServices services;

	private final BackgroundBeans beans;

	private final BackgroundEventPublisher events;

	/**
	 * Create.
	 * @param services where the services are started
	 * @param beans knows the services
	 * @param events publishes what happens meanwhile
	 */
	public BackgroundStage(BackgroundServices services, BackgroundBeans beans, BackgroundEventPublisher events) {
		this.services = services;
		this.beans = beans;
		this.events = events;
	}

	@Override
	public void start() {
		this.services.reopen();
		List<ServiceDefinition<?, ?>> definitions = this.beans.definitions();
		this.events.open();
		boolean running = false;
		try {
			for (ServiceDefinition<?, ?> definition : definitions) {
				start(definition);
			}
			running = true;
		}
		finally {
			if (!running) {
				this.services.close();
				this.events.close();
			}
		}
	}

	private void start(ServiceDefinition<?, ?> definition) {
		boolean autostart = this.beans.settings(definition.name()).autostart();
		if (this.services.find(definition.name()) != null) {
			// Known from before a stop of the context, so that handles that were given
			// out stay valid.
			if (autostart) {
				this.services.restart(definition.name());
			}
		}
		else if (autostart) {
			this.services.start(definition);
		}
		else {
			this.services.add(definition);
		}
	}

	@Override
	public void stop(ShutdownTime time) {
		this.services.shutdown(time);
		this.events.close();
	}

}
