package io.genserver.rpc;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import io.genserver.log.SafeLogger;
import io.genserver.rpc.codec.CodecException;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Items of a peer that wait, still encoded, until their subscriber asks for them. They
 * are decoded and delivered on a worker. Safe on any thread.
 * <p>
 * {@link #work} is raised by a thread that has something for the subscriber; one that
 * raises it from zero has a worker drain until it is zero again, so that one worker at a
 * time delivers.
 */
public final class ItemQueue implements Flow.Subscription {

	private static final SafeLogger logger = SafeLogger.of(ItemQueue.class);

	private static final int CHUNK = 32;

	/** Bytes taken after which credit is given back, while more are there. */
	private static final int GIVE_BACK = 16 * 1024;

	private final Source source;

	private final Executor workers;

	private final Function<byte[], ? extends @Nullable Object> decoder;

	private final MpscUnboundedVarHandleArrayQueue<byte[]> items = new MpscUnboundedVarHandleArrayQueue<>(CHUNK);

	private final AtomicLong demand = new AtomicLong();

	private final AtomicInteger work = new AtomicInteger();

	private volatile Flow.@Nullable Subscriber<? super @Nullable Object> subscriber;

	/** How the stream ended; after the last item was added. */
	private volatile @Nullable End end;

	/** How it ends although items may wait. */
	private volatile @Nullable End broken;

	/** Nothing more is delivered. */
	private volatile boolean cancelled;

	/**
	 * Create an empty queue.
	 * @param source where the items come from
	 * @param workers runs the decoder and the subscriber
	 * @param decoder decodes an item
	 */
	public ItemQueue(Source source, Executor workers, Function<byte[], ? extends @Nullable Object> decoder) {
		this.source = source;
		this.workers = workers;
		this.decoder = decoder;
	}

	/** Deliver to this subscriber, which is given this subscription here. */
	public void deliverTo(Flow.Subscriber<? super @Nullable Object> subscriber) {
		subscriber.onSubscribe(this);
		this.subscriber = subscriber;
		signal();
	}

	/** An item came; after the end, or a cancel, it is let go of. */
	public void add(byte[] item) {
		if (this.cancelled) {
			this.source.consumed(1, item.length);
		}
		else {
			this.items.offer(item);
			signal();
		}
	}

	/** No item follows. */
	public void end(@Nullable Throwable failure) {
		this.end = new End(failure);
		signal();
	}

	/** End now, whatever items wait, unless it has ended. */
	public void breakOff(Throwable failure) {
		if (!this.cancelled) {
			if (this.broken == null) {
				this.broken = new End(failure);
			}
			signal();
		}
	}

	@Override
	public void request(long n) {
		if (n <= 0) {
			breakOff(new IllegalArgumentException("A subscriber must request at least one item, not " + n));
			this.source.cancelled();
			return;
		}
		this.demand.getAndAccumulate(n, (known, more) -> (known + more < 0) ? Long.MAX_VALUE : known + more);
		signal();
	}

	@Override
	public void cancel() {
		this.cancelled = true;
		this.source.cancelled();
		signal();
	}

	private void signal() {
		if (this.work.getAndIncrement() == 0) {
			this.workers.execute(this::drain);
		}
	}

	private void drain() {
		int seen = this.work.get();
		while (seen != 0) {
			deliver();
			seen = this.work.addAndGet(-seen);
		}
	}

	private void deliver() {
		Flow.Subscriber<? super @Nullable Object> target = this.subscriber;
		long delivered = 0;
		int taken = 0;
		long bytes = 0;
		while (!this.cancelled && target != null) {
			// Looked at before the items: none comes after the end.
			End known = this.end;
			End broken = this.broken;
			End how = (broken != null) ? broken : (this.items.isEmpty() ? known : null);
			if (how != null) {
				finish(target, how);
				break;
			}
			if (this.items.isEmpty() || delivered >= this.demand.get()) {
				break;
			}
			delivered++;
			byte[] item = Objects.requireNonNull(this.items.poll());
			taken++;
			bytes += item.length;
			if (bytes >= GIVE_BACK) {
				this.source.consumed(taken, bytes);
				taken = 0;
				bytes = 0;
			}
			deliver(target, item);
		}
		boolean drop = this.cancelled || (target == null && this.broken != null);
		while (drop && !this.items.isEmpty()) {
			taken++;
			bytes += Objects.requireNonNull(this.items.poll()).length;
		}
		if (taken > 0) {
			this.source.consumed(taken, bytes);
		}
		if (this.demand.get() != Long.MAX_VALUE) {
			this.demand.addAndGet(-delivered);
		}
	}

	private void deliver(Flow.Subscriber<? super @Nullable Object> target, byte[] bytes) {
		Object item;
		try {
			item = this.decoder.apply(bytes);
		}
		catch (CodecException ex) {
			breakOff(this.source.unusable(ex));
			this.source.cancelled();
			return;
		}
		catch (Throwable ex) {
			// An error of its class must not keep the stream from ending.
			breakOff(this.source.unusable(new CodecException("an item cannot be read: its class failed", ex)));
			this.source.cancelled();
			return;
		}
		try {
			target.onNext(item);
		}
		catch (Throwable ex) {
			this.source.threw(ex);
			cancel();
		}
	}

	private void finish(Flow.Subscriber<? super @Nullable Object> target, End how) {
		this.cancelled = true;
		if (how.failure() != null) {
			target.onError(how.failure());
		}
		else {
			target.onComplete();
		}
	}

	/**
	 * How the stream ended.
	 *
	 * @param failure why it broke off, or {@code null}
	 */
	private record End(@Nullable Throwable failure) {
	}

	/** Where items come from. Called on any thread. */
	public interface Source {

		/** So many items were taken, or let go of. */
		void consumed(int items, long bytes);

		/** No more items are wanted. */
		void cancelled();

		/** An item is not what was expected. */
		Throwable unusable(CodecException failure);

		/** The subscriber threw, which it must not. */
		default void threw(Throwable failure) {
			logger.error("A subscriber to {} threw, which it must not; its stream is cancelled", this, failure);
		}

	}

}
