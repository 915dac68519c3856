package io.genserver.rpc;

import java.util.concurrent.Flow;

import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.OversizedItemException;
import io.genserver.protocol.WireSession;
import io.genserver.rpc.codec.CodecException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream the peer asked for: takes the items of the handler's publisher and queues them
 * to be written.
 * <p>
 * <b>Demand.</b> As items are written more are asked for, half a batch at a time, unless
 * the queue is over its soft limit; then the stream waits its turn for room. A batch is
 * as many items, of the largest size seen, as make a share of the queue, and never more
 * than the peer takes, where it counts. In ext mode items wait for the peer's credit
 * before they are written, in base mode the queue alone pushes back. Publishers run code
 * of the application, so they are asked, and cancelled, by a worker.
 * <p>
 * Items arrive one after the other on any thread; {@link #outstanding}, {@link #credit}
 * and {@link #asking} belong to the connection's.
 */
final class InboundStream implements Flow.Subscriber<@Nullable Object> {

	private static final Logger logger = LoggerFactory.getLogger(InboundStream.class);

	private static final int FIRST_BATCH = 1;

	private static final int LARGEST_BATCH = 256;

	private final InboundCalls calls;

	private final ExposedOperation operation;

	private final WireOperation wire;

	private final InboundRequest request;

	private final WireArguments arguments;

	private final Runnable askForMore = this::askForMore;

	private volatile Flow.@Nullable Subscription subscription;

	/** Nothing more is taken from the publisher: it ended, or was cancelled. */
	private volatile boolean over;

	private volatile int largestItem = 1;

	/** Items asked for and not yet written. */
	private int outstanding;

	/** Items the peer takes that were not asked for. */
	private long credit;

	/** What the publisher is asked for when it subscribes. */
	private final int first;

	/** When all of it has to be over, if the caller has said so. */
	private final long deadline;

	/** Whether more has been or will be asked for already. */
	private boolean asking;

	/** Whether it no longer counts among the open streams. */
	private boolean closed;

	InboundStream(InboundCalls calls, ExposedOperation operation, WireOperation wire, InboundRequest request,
			WireArguments arguments, long deadline) {
		this.calls = calls;
		this.operation = operation;
		this.wire = wire;
		this.request = request;
		this.arguments = arguments;
		this.deadline = deadline;
		int items = request.details().itemCredit();
		this.credit = (items >= 0) ? items : Long.MAX_VALUE;
		this.first = (int) Math.min(FIRST_BATCH, this.credit);
		this.outstanding = this.first;
		this.credit -= this.first;
	}

	@Override
	public void onSubscribe(Flow.Subscription subscription) {
		this.subscription = subscription;
		if (this.first > 0) {
			// The stream is not open yet: the engine notes this and asks the publisher
			// later.
			subscription.request(this.first);
		}
	}

	@Override
	public void onNext(@Nullable Object item) {
		if (this.over) {
			return;
		}
		byte[] bytes;
		try {
			bytes = this.wire.encodeItem(item);
		}
		catch (CodecException ex) {
			logger.error("An item of {} cannot be encoded", this.operation, ex);
			fail(WireFailure.failed(this.operation + ": an item cannot be encoded"));
			return;
		}
		int limit = this.calls.longestItem();
		if (bytes.length > limit) {
			fail(tooLong(bytes.length, limit));
			return;
		}
		if (bytes.length > this.largestItem) {
			this.largestItem = bytes.length;
		}
		this.calls.send(new Item(bytes));
	}

	private WireFailure tooLong(int length, int limit) {
		return WireFailure.tooLong(this.operation + ": an item of " + length + " bytes exceeds the limit of " + limit);
	}

	/** The stream cannot go on although its publisher could. */
	private void fail(WireFailure failure) {
		this.over = true;
		cancelPublisher();
		this.calls.send(new Failed(failure));
	}

	@Override
	public void onError(Throwable failure) {
		if (!this.over) {
			this.over = true;
			this.calls.send(new Failed(WireFailure.of(this.operation, failure, this.request.isStarted())));
		}
	}

	@Override
	public void onComplete() {
		if (!this.over) {
			this.over = true;
			this.calls.send(new Ended());
		}
	}

	/** On the connection's thread. */
	void cancelledByPeer() {
		this.over = true;
		closed();
		this.calls.context().workers().execute(this::cancelPublisher);
		this.calls.releaseAfter(this.arguments, this.request);
	}

	private void closed() {
		if (!this.closed) {
			this.closed = true;
			this.calls.streamClosed(this);
		}
	}

	private void cancelPublisher() {
		Flow.Subscription known = this.subscription;
		if (known != null) {
			known.cancel();
		}
	}

	/** An item was written. On the connection's thread. */
	void written() {
		this.outstanding--;
		askWhenRoom();
	}

	/** The peer takes more items. On the connection's thread. */
	void credited(long items) {
		this.credit += items;
		askWhenRoom();
	}

	/** The whole stream has a time. On the connection's thread. */
	boolean isOverdue(long nowNanos) {
		return !this.over && nowNanos - this.deadline >= 0;
	}

	/** Its time is over. On the connection's thread. */
	void expire() {
		this.over = true;
		this.calls.context().workers().execute(this::cancelPublisher);
		this.calls.send(new Failed(WireFailure.deadline(this.operation + ": the stream's time is over")));
	}

	private void askWhenRoom() {
		if (!this.asking && !this.over && this.credit > 0 && this.outstanding <= batch() / 2) {
			this.asking = true;
			this.calls.outbound().whenRoom(this.askForMore);
		}
	}

	private int batch() {
		return Math.clamp(this.calls.streamShare() / (this.largestItem + Outbound.OVERHEAD), 1, LARGEST_BATCH);
	}

	private void askForMore() {
		this.asking = false;
		int more = (int) Math.min(batch() - this.outstanding, this.credit);
		Flow.Subscription known = this.subscription;
		if (more > 0 && known != null && !this.over) {
			this.outstanding += more;
			if (this.credit != Long.MAX_VALUE) {
				this.credit -= more;
			}
			this.calls.context().workers().execute(() -> known.request(more));
		}
	}

	/** An item to be written. */
	private final class Item implements Outbound {

		private final byte[] item;

		Item(byte[] item) {
			this.item = item;
		}

		@Override
		public int bytes() {
			return OVERHEAD + this.item.length;
		}

		@Override
		public void write(WireSession session) {
			try {
				session.respondItem(InboundStream.this.request, this.item, InboundStream.this.wire.replyMetadata());
			}
			catch (OversizedItemException ex) {
				InboundStream.this.over = true;
				InboundStream.this.calls.context().workers().execute(InboundStream.this::cancelPublisher);
				new Failed(tooLong(this.item.length, ex.limit())).write(session);
			}
		}

	}

	/** The end of all items. */
	private final class Ended implements Outbound {

		@Override
		public int bytes() {
			return OVERHEAD;
		}

		@Override
		public void write(WireSession session) {
			closed();
			session.respondEnd(InboundStream.this.request);
		}

	}

	/** The end before all items, for which there is a status only if there was none. */
	private final class Failed implements Outbound {

		private final WireFailure failure;

		Failed(WireFailure failure) {
			this.failure = failure;
		}

		@Override
		public int bytes() {
			return OVERHEAD;
		}

		@Override
		public void write(WireSession session) {
			closed();
			InboundRequest request = InboundStream.this.request;
			if (!request.isResponding() || session.tellsErrorsAfterItems()) {
				session.respondError(request, this.failure.error());
				return;
			}
			switch (InboundStream.this.calls.context().streamFailure()) {
				case CANCEL -> session.respondCancel(request);
				case END -> session.respondEnd(request);
				case CLOSE -> {
					session.respondCancel(request);
					InboundStream.this.calls.transport()
						.close(new CloseReason(CloseCode.INTERNAL, "a stream failed after its first item"));
				}
			}
		}

	}

}
