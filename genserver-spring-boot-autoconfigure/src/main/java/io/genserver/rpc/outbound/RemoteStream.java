package io.genserver.rpc.outbound;

import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Function;

import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.ResponseMode;
import io.genserver.rpc.InboundBackpressure;
import io.genserver.rpc.ItemQueue;
import io.genserver.rpc.codec.CodecException;
import io.genserver.runtime.message.CallTime;
import org.jspecify.annotations.Nullable;

/**
 * A stream of the peer. Items wait until its subscriber asks for them; meanwhile they
 * count against what the peer may send.
 */
final class RemoteStream extends RemoteCall implements ItemQueue.Source {

	private final OutboundCalls calls;

	private final InboundBackpressure backlog;

	private final ItemQueue queue;

	RemoteStream(OutboundCalls calls, RemoteMethod method, RequestBody body, Executor workers,
			InboundBackpressure backlog, Function<byte[], ? extends @Nullable Object> decoder) {
		super(calls, method, body, CallTime.NONE, 0);
		this.calls = calls;
		this.backlog = backlog;
		this.queue = new ItemQueue(this, workers, decoder);
	}

	/**
	 * Deliver what comes to this subscriber, to which the stream is open from here on.
	 */
	void deliverTo(Flow.Subscriber<? super @Nullable Object> subscriber) {
		this.queue.deliverTo(subscriber);
	}

	@Override
	ResponseMode mode() {
		return ResponseMode.STREAM;
	}

	@Override
	void item(byte[] item) {
		this.backlog.addItem(item.length);
		this.queue.add(item);
	}

	@Override
	void succeeded(byte[] reply) {
		this.queue.end(null);
	}

	@Override
	void failed(Throwable failure) {
		this.queue.end(failure);
	}

	@Override
	public void consumed(int items, long bytes) {
		OutboundCall known = wire();
		if (known != null) {
			this.backlog.consumedItems(known, items, bytes);
		}
	}

	@Override
	public void cancelled() {
		this.calls.giveUp(this, RemoteFailures.cancelled(method()));
	}

	@Override
	public Throwable unusable(CodecException failure) {
		return RemoteFailures.unusable(method(), failure);
	}

	@Override
	public String toString() {
		return method().toString();
	}

}
