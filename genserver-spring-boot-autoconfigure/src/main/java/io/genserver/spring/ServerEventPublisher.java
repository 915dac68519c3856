package io.genserver.spring;

import java.util.function.Consumer;

import io.genserver.GenServerEvent;

import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes what happens in the lives of servers as application events, from the start of
 * the servers to their end; outside of that the context has no listeners to tell.
 */
public final class ServerEventPublisher implements Consumer<GenServerEvent> {

	private final ApplicationEventPublisher publisher;

	private volatile boolean open;

	/**
	 * Create.
	 * @param publisher where events are published
	 */
	public ServerEventPublisher(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
	}

	void open() {
		this.open = true;
	}

	void close() {
		this.open = false;
	}

	@Override
	public void accept(GenServerEvent event) {
		if (this.open) {
			this.publisher.publishEvent(event);
		}
	}

}
