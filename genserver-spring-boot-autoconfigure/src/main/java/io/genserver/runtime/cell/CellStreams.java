package io.genserver.runtime.cell;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;

import io.genserver.Attachment;
import io.genserver.FellBehindException;
import io.genserver.GenServerUnavailableException;
import io.genserver.SlowSubscriber;
import io.genserver.StreamHandler;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.message.InstanceStreams;
import io.genserver.runtime.message.StreamCall;
import io.genserver.runtime.message.StreamEndedException;

/**
 * The streams of one instance: those into the server and those out of it. They end with
 * the instance. Safe on any thread.
 */
final class CellStreams implements InstanceStreams {

	private static final SafeLogger logger = SafeLogger.of(CellStreams.class);

	private final ServerCell cell;

	/**
	 * Subscriptions to the instance's sources of events; what a source has none of is
	 * kept by nothing but the application.
	 */
	private final Set<EventSubscription<?>> subscriptions = ConcurrentHashMap.newKeySet();

	private final Set<AttachedStream<?>> attached = ConcurrentHashMap.newKeySet();

	/** Streams that handlers returned, while a caller reads them. */
	private final Set<StreamCall> open = ConcurrentHashMap.newKeySet();

	CellStreams(ServerCell cell) {
		this.cell = cell;
	}

	@Override
	public void opened(StreamCall call) {
		this.open.add(call);
	}

	/**
	 * Count what the application's code did. That the instance ends, or that a subscriber
	 * is too slow, is no failure of the server.
	 */
	@Override
	public void failed(StreamCall call, Throwable failure) {
		if (!(failure instanceof GenServerUnavailableException) && !(failure instanceof FellBehindException)) {
			try {
				this.cell.failed(call.operation().name(), failure);
			}
			catch (Throwable ex) {
				logger.error("The failure of a stream that {} of server {} returned was not counted", call.operation(),
						this.cell, ex);
			}
		}
	}

	@Override
	public void closed(StreamCall call) {
		this.open.remove(call);
	}

	void subscribed(EventSubscription<?> subscription) {
		this.subscriptions.add(subscription);
	}

	void unsubscribed(EventSubscription<?> subscription) {
		this.subscriptions.remove(subscription);
	}

	<T> Attachment attach(Flow.Publisher<T> publisher, StreamHandler<? super T> handler) {
		AttachedStream<T> stream = new AttachedStream<>(this.cell, handler, this.attached::remove);
		this.attached.add(stream);
		try {
			publisher.subscribe(stream);
		}
		catch (Throwable ex) {
			stream.cancel();
			throw ex;
		}
		return stream;
	}

	/**
	 * Whether no stream feeds the server, no caller reads one of its streams, and no
	 * subscriber listens to its events.
	 */
	boolean isEmpty() {
		return this.open.isEmpty() && this.attached.isEmpty() && this.subscriptions.isEmpty();
	}

	/** The instance goes, and all its streams, whatever the end of one of them throws. */
	void close(String why) {
		for (AttachedStream<?> stream : this.attached) {
			try {
				stream.cancel();
			}
			catch (Throwable ex) {
				logger.warn("A stream that was attached to server {} failed when it was cancelled", this.cell, ex);
			}
		}
		StreamEndedException failure = ended(this.cell, why);
		this.subscriptions.forEach((subscription) -> subscription.end(failure));
	}

	/** What subscribers get when an instance has ended. */
	static StreamEndedException ended(ServerCell cell, String why) {
		return new StreamEndedException(
				"Server " + cell.label() + " " + why + ", and its streams ended with it; subscribe again");
	}

}
