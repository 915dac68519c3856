package io.genserver.spring.background;

import java.util.function.Consumer;

import io.genserver.background.BackgroundServiceEvent;

import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes what happens in the lives of background services as application events, from
 * the start of the application's services to their end; outside of that the context has
 * no listeners to tell.
 */
public final class BackgroundEventPublisher implements Consumer<BackgroundServiceEvent> {

	private final ApplicationEventPublisher publisher;

	private volatile boolean open;

	/**
	 * Create.
	 * @param publisher where events are published
	 */
	public BackgroundEventPublisher(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
	}

	void open() {
		this.open = true;
	}

	void close() {
		this.open = false;
	}

	@Override
	public void accept(BackgroundServiceEvent event) {
		if (this.open) {
			this.publisher.publishEvent(event);
		}
	}

}
