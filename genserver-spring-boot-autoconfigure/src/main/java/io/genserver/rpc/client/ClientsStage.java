package io.genserver.rpc.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.genserver.rpc.socket.WebSocketTransport;
import io.genserver.runtime.LifecycleStage;
import io.genserver.runtime.ShutdownTime;
import io.genserver.time.Durations;

/**
 * Closes the connections of an application's clients when it stops, once its servers have
 * drained, whose handlers may call other applications until then. What was sent before
 * still leaves. After a stop the same clients connect again once it is started.
 * <p>
 * A client connects when it is made; a start only ends a stop.
 *
 * @since 0.1.0
 */
public final class ClientsStage implements LifecycleStage {

	/** What the other end gets at most to take leave. */
	private static final Duration LEAVE = Duration.ofSeconds(6);

	private final List<GenServerClient> clients = new CopyOnWriteArrayList<>();

	/**
	 * Create a stage that has no clients yet.
	 */
	public ClientsStage() {
	}

	/**
	 * Add a client. On any thread.
	 * @param client a client of the application
	 * @return the client
	 */
	public GenServerClient add(GenServerClient client) {
		this.clients.add(client);
		return client;
	}

	@Override
	public void start() {
		this.clients.forEach(GenServerClient::resume);
	}

	@Override
	public void stop(ShutdownTime time) {
		Duration words = time.left().dividedBy(2);
		List<WebSocketTransport> ending = this.clients.stream()
			.flatMap((each) -> each.suspend(words).stream())
			.toList();
		Duration left = time.left();
		long end = System.nanoTime() + Durations.nanos((left.compareTo(LEAVE) < 0) ? left : LEAVE);
		ending.forEach((each) -> GenServerClient.awaitEnd(each, Duration.ofNanos(end - System.nanoTime())));
	}

}
