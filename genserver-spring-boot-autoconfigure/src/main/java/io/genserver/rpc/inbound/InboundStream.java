package io.genserver.rpc.inbound;

import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.OversizedItemException;
import io.genserver.protocol.WireSession;
import io.genserver.rpc.ItemPull;
import io.genserver.rpc.Outbound;
import io.genserver.rpc.OutgoingItems;
import org.jspecify.annotations.Nullable;

/**
 * A stream the peer asked for, of the items of its handler's publisher.
 */
final class InboundStream extends OutgoingItems implements OpenRequest {

	private final InboundAnswers answers;

	private final ExposedOperation operation;

	private final WireOperation wire;

	private final InboundRequest request;

	private final WireArguments arguments;

	/** Whether the caller has said when it has to be over. */
	private final boolean limited;

	/** When all of it has to be over, if the caller has said so. */
	private final long deadline;

	/** Whether it no longer counts among the open streams. */
	private boolean closed;

	InboundStream(InboundAnswers answers, ExposedOperation operation, WireOperation wire, InboundRequest request,
			WireArguments arguments, long deadline) {
		super(answers.outbound(), pull(answers, request.details().itemCredit()));
		this.answers = answers;
		this.operation = operation;
		this.wire = wire;
		this.request = request;
		this.arguments = arguments;
		this.deadline = deadline;
		this.limited = request.details().deadlineMillis() >= 0;
	}

	private static ItemPull pull(InboundAnswers answers, int credit) {
		return new ItemPull(answers.outbound(), answers.context().workers(), answers.streams()::share,
				(credit >= 0) ? credit : Long.MAX_VALUE);
	}

	@Override
	protected byte[] encode(@Nullable Object item) {
		return this.wire.encodeItem(item);
	}

	@Override
	protected void notEncoded(Throwable failure) {
		fail(this.answers.failures().notEncoded(this.operation.name(), "an item", failure));
	}

	@Override
	protected boolean accepts(byte[] item) {
		int limit = this.answers.longestItem();
		if (item.length > limit) {
			fail(tooLong(item.length, limit));
			return false;
		}
		return true;
	}

	@Override
	protected void notAskedFor() {
		fail(WireFailure.failed(this.operation + ": its publisher sends more than it was asked for"));
	}

	@Override
	protected void write(WireSession session, byte[] item) {
		try {
			session.respondItem(this.request, item, this.wire.replyMetadata());
		}
		catch (OversizedItemException ex) {
			pull().cancelLater();
			new Failed(tooLong(item.length, ex.limit())).write(session);
		}
	}

	@Override
	protected void writeEnd(WireSession session) {
		closed();
		session.respondEnd(this.request);
	}

	private WireFailure tooLong(int length, int limit) {
		return WireFailure.tooLong(this.operation + ": an item of " + length + " bytes exceeds the limit of " + limit);
	}

	/** The stream cannot go on although its publisher could. */
	private void fail(WireFailure failure) {
		pull().cancel();
		this.answers.send(new Failed(failure));
	}

	@Override
	public void onError(Throwable failure) {
		if (!pull().isOver()) {
			pull().over();
			WireFailure said = this.answers.failures().of(this.operation.name(), failure, this.request.isStarted());
			this.answers
				.send(new Failed(pull().hasReceived() ? said.afterItems() : said.executed(this.arguments.execution())));
		}
	}

	/**
	 * A handler that runs is cancelled at once, and keeps the call's place until it has
	 * stopped.
	 */
	@Override
	public void refused(WireFailure failure) {
		this.request.keepPlace();
		// First, for what its handler makes of the end of its items is no answer.
		pull().cancelLater();
		RequestItems items = this.arguments.items();
		if (items != null) {
			items.breakOff(failure.error().message());
		}
		this.answers.send(new Failed(failure.executed(this.arguments.execution())));
		this.answers.releaseAfter(this.arguments);
	}

	@Override
	public void cancelledByPeer() {
		pull().cancelLater();
		closed();
		this.answers.releaseAfter(this.arguments);
	}

	private void closed() {
		if (!this.closed) {
			this.closed = true;
			RequestItems items = this.arguments.items();
			if (items != null) {
				items.breakOff("it is over");
			}
			this.answers.streams().remove(this);
		}
	}

	@Override
	public void itemWritten() {
		pull().written();
	}

	@Override
	public void demanded(long items) {
		pull().credited(items);
	}

	/** Note whether items come. On the connection's thread, about once a second. */
	void look(long nowNanos) {
		pull().look(nowNanos);
	}

	/**
	 * Whether it seems to have no end: its caller has set it none, and it has waited for
	 * its publisher for a while, or does just now if it was waited for long enough. On
	 * the connection's thread.
	 */
	boolean isEndless(long nowNanos, boolean waitedFor) {
		return !this.limited && (waitedFor ? pull().isWaiting() : pull().isQuiet(nowNanos));
	}

	/** The whole stream has a time. On the connection's thread. */
	boolean isOverdue(long nowNanos) {
		return !pull().isOver() && nowNanos - this.deadline >= 0;
	}

	/** Its time is over. On the connection's thread. */
	void expire() {
		pull().cancelLater();
		this.answers.send(new Failed(WireFailure.deadline(this.operation + ": the stream's time is over")));
	}

	/** This end leaves, and nothing says how long it might go on. */
	void leave() {
		pull().cancelLater();
		this.answers.send(new Failed(leaving()));
	}

	/** The connection is about to be closed. On the connection's thread. */
	void breakOff(WireSession session) {
		pull().cancelLater();
		closed();
		session.breakOff(this.request, leaving().error());
	}

	private WireFailure leaving() {
		return WireFailure
			.of(ExtStatus.UNAVAILABLE, "shutdown", this.operation + ": the server shuts down; subscribe again", false)
			.executed(this.arguments.execution());
	}

	@Override
	public @Nullable RequestItems items() {
		return this.arguments.items();
	}

	/** The end before all items. In base mode users choose what follows after items. */
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
			switch (InboundStream.this.answers.streamFailure(request)) {
				case ERROR -> session.respondError(request, this.failure.error());
				case CANCEL -> session.respondCancel(request);
				case END -> session.respondEnd(request);
				case CLOSE -> {
					session.respondCancel(request);
					InboundStream.this.answers.transport()
						.close(new CloseReason(CloseCode.INTERNAL, "a stream failed after its first item"));
				}
			}
		}

	}

}
