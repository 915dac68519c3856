package io.genserver.rpc.inbound;

import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import io.genserver.protocol.InboundRequest;
import io.genserver.rpc.InboundBackpressure;
import io.genserver.rpc.ItemQueue;
import io.genserver.rpc.NoItems;
import io.genserver.rpc.codec.CodecException;
import org.jspecify.annotations.Nullable;

/**
 * The items of a request of the peer, as its handler gets them: a publisher with room for
 * one subscriber, who is served on a worker, outside the server's turn. Items that come
 * before wait; they count against what the peer may send.
 */
final class RequestItems implements Flow.Publisher<@Nullable Object>, ItemQueue.Source {

	private final WireName operation;

	private final InboundRequest request;

	private final InboundBackpressure backlog;

	private final PeerFailures failures;

	private final ItemQueue queue;

	/** Whether all have come; of the connection's thread. */
	private boolean complete;

	private final AtomicBoolean subscribed = new AtomicBoolean();

	RequestItems(WireName operation, InboundRequest request, InboundBackpressure backlog, PeerFailures failures,
			Executor workers, Function<byte[], ? extends @Nullable Object> decoder) {
		this.operation = operation;
		this.request = request;
		this.backlog = backlog;
		this.failures = failures;
		this.queue = new ItemQueue(this, workers, decoder);
	}

	@Override
	public void subscribe(Flow.Subscriber<? super @Nullable Object> subscriber) {
		if (this.subscribed.compareAndSet(false, true)) {
			this.queue.deliverTo(subscriber);
			return;
		}
		subscriber.onSubscribe(NoItems.INSTANCE);
		subscriber.onError(new IllegalStateException(
				"The items of a call of " + this.operation + " can be subscribed to once only"));
	}

	/** An item came. On the connection's thread. */
	void item(byte[] item) {
		this.backlog.addItem(item.length);
		this.queue.add(item);
	}

	/** No more come. */
	void ended() {
		this.complete = true;
		this.queue.end(null);
	}

	/** Whether all have come. On the connection's thread. */
	boolean isComplete() {
		return this.complete;
	}

	/** The call is over, or its caller has given it up. */
	void breakOff(String why) {
		this.queue.breakOff(new CancellationException("Call of " + this.operation + ": " + why));
	}

	@Override
	public void consumed(int items, long bytes) {
		this.backlog.consumedItems(this.request, items, bytes);
	}

	@Override
	public void cancelled() {
		// What still comes is let go of; only an answer would stop the peer.
	}

	@Override
	public Throwable unusable(CodecException failure) {
		if (failure.getCause() instanceof Error error) {
			return new WireFailureException(this.failures.notDecoded(this.operation.toString(), error));
		}
		return new WireFailureException(
				WireFailure.badItem(this.operation.toString(), "an item: " + this.failures.text(failure)));
	}

	@Override
	public void threw(Throwable failure) {
		this.failures.subscriberThrew(this.operation, failure);
	}

	@Override
	public String toString() {
		return "the items of a call of " + this.operation;
	}

}
