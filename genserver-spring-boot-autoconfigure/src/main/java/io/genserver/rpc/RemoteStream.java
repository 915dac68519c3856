package io.genserver.rpc;

import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.ResponseMode;
import io.genserver.rpc.codec.CodecException;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream of the peer. Items wait, still encoded, until its subscriber asks for them;
 * meanwhile they count against the connection's inbound budget, for base mode cannot ask
 * the peer to wait. Items are decoded and delivered on a worker.
 * <p>
 * {@link #work} is raised by whoever has something for the subscriber; who raises it from
 * zero has a worker drain until it is zero again, so that one worker at a time delivers.
 */
final class RemoteStream extends RemoteCall implements Flow.Subscription {

	private static final Logger logger = LoggerFactory.getLogger(RemoteStream.class);

	private static final int CHUNK = 32;

	/** Bytes taken after which the peer is told, while more are there. */
	private static final int GIVE_BACK = 16 * 1024;

	private final OutboundCalls calls;

	private final PeerContext context;

	private final Backlog backlog;

	private final Function<byte[], ? extends @Nullable Object> decoder;

	private final Flow.Subscriber<? super @Nullable Object> subscriber;

	private final MpscUnboundedVarHandleArrayQueue<byte[]> items = new MpscUnboundedVarHandleArrayQueue<>(CHUNK);

	private final AtomicLong demand = new AtomicLong();

	private final AtomicInteger work = new AtomicInteger();

	/** How the stream ended; after the last item was added. */
	private volatile @Nullable End end;

	/** How it ends although items may wait. */
	private volatile @Nullable End broken;

	/** Nothing more is delivered. */
	private volatile boolean cancelled;

	RemoteStream(OutboundCalls calls, RemoteMethod method, byte[] arguments, PeerContext context, Backlog backlog,
			Function<byte[], ? extends @Nullable Object> decoder,
			Flow.Subscriber<? super @Nullable Object> subscriber) {
		super(calls, method, arguments);
		this.calls = calls;
		this.context = context;
		this.backlog = backlog;
		this.decoder = decoder;
		this.subscriber = subscriber;
	}

	@Override
	ResponseMode mode() {
		return ResponseMode.STREAM;
	}

	@Override
	void item(byte[] item) {
		this.backlog.add(cost(item));
		if (this.cancelled) {
			consumed(1, item.length);
		}
		else {
			this.items.offer(item);
			signal();
		}
	}

	@Override
	void succeeded(byte[] reply) {
		this.end = new End(null);
		signal();
	}

	@Override
	void failed(Throwable failure) {
		this.end = new End(failure);
		signal();
	}

	@Override
	public void request(long n) {
		if (n <= 0) {
			breakOff(new IllegalArgumentException("A subscriber must request at least one item, not " + n));
			return;
		}
		this.demand.getAndAccumulate(n, (known, more) -> (known + more < 0) ? Long.MAX_VALUE : known + more);
		signal();
	}

	@Override
	public void cancel() {
		this.cancelled = true;
		this.calls.giveUp(this, RemoteFailures.cancelled(method()));
		signal();
	}

	private void signal() {
		if (this.work.getAndIncrement() == 0) {
			this.context.workers().execute(this::drain);
		}
	}

	private void drain() {
		int seen = this.work.get();
		while (seen != 0) {
			deliver();
			seen = this.work.addAndGet(-seen);
		}
	}

	/** The peer may send as much again. */
	private void consumed(int items, long bytes) {
		OutboundCall known = wire();
		if (known != null && items > 0) {
			this.backlog.consumed(known, items, bytes + (long) items * Outbound.OVERHEAD);
		}
	}

	private void deliver() {
		long delivered = 0;
		int items = 0;
		long bytes = 0;
		while (!this.cancelled) {
			// Looked at before the items: none comes after the end.
			End known = this.end;
			End broken = this.broken;
			End how = (broken != null) ? broken : (this.items.isEmpty() ? known : null);
			if (how != null) {
				finish(how);
				break;
			}
			if (this.items.isEmpty() || delivered >= this.demand.get()) {
				break;
			}
			delivered++;
			byte[] item = Objects.requireNonNull(this.items.poll());
			items++;
			bytes += item.length;
			if (bytes >= GIVE_BACK) {
				consumed(items, bytes);
				items = 0;
				bytes = 0;
			}
			deliver(item);
		}
		while (this.cancelled && !this.items.isEmpty()) {
			items++;
			bytes += Objects.requireNonNull(this.items.poll()).length;
		}
		consumed(items, bytes);
		if (this.demand.get() != Long.MAX_VALUE) {
			this.demand.addAndGet(-delivered);
		}
	}

	private void deliver(byte[] bytes) {
		Object item;
		try {
			item = this.decoder.apply(bytes);
		}
		catch (CodecException ex) {
			breakOff(RemoteFailures.unusable(method(), ex));
			return;
		}
		try {
			this.subscriber.onNext(item);
		}
		catch (RuntimeException ex) {
			logger.error("A subscriber to {} threw, which it must not; its stream is cancelled", method(), ex);
			cancel();
		}
	}

	/** End the stream now, whatever items wait. */
	private void breakOff(Throwable failure) {
		this.broken = new End(failure);
		this.calls.giveUp(this, RemoteFailures.cancelled(method()));
		signal();
	}

	private void finish(End how) {
		this.cancelled = true;
		if (how.failure() != null) {
			this.subscriber.onError(how.failure());
		}
		else {
			this.subscriber.onComplete();
		}
	}

	private static int cost(byte[] item) {
		return item.length + Outbound.OVERHEAD;
	}

	/**
	 * How the stream ended.
	 *
	 * @param failure why it broke off, or {@code null}
	 */
	private record End(@Nullable Throwable failure) {
	}

}
