package io.genserver.rpc.socket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Writes a peer's messages to its channel: asks for a few whenever the channel is
 * writable, writes what comes, and flushes once for all that came in one go. Nothing is
 * ever waited for. What the channel holds is bounded by its high water mark and the few
 * messages asked for.
 * <p>
 * On the channel's event loop, as its publisher is.
 */
final class OutboundMessages implements Subscriber<ByteBuf> {

	/**
	 * Messages asked for at once: enough that asking costs little, and at most half a
	 * megabyte of the longest.
	 */
	private static final int BATCH = 8;

	private final ChannelHandlerContext ctx;

	private @Nullable Subscription subscription;

	private int requested;

	private boolean flushing;

	private boolean closed;

	OutboundMessages(ChannelHandlerContext ctx) {
		this.ctx = ctx;
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		this.subscription = subscription;
		writabilityChanged();
	}

	@Override
	public void onNext(ByteBuf message) {
		if (this.closed) {
			message.release();
			return;
		}
		this.requested--;
		this.ctx.write(new BinaryWebSocketFrame(message), this.ctx.voidPromise());
		if (!this.ctx.channel().isWritable()) {
			this.ctx.flush();
		}
		else {
			flushSoon();
		}
		writabilityChanged();
	}

	@Override
	public void onError(Throwable failure) {
		// Messages do not fail; the peer closes the transport instead.
	}

	@Override
	public void onComplete() {
		// The transport has reported to the peer that the connection is over.
	}

	/** Asks for more if there is room for it. */
	void writabilityChanged() {
		Subscription source = this.subscription;
		if (this.requested == 0 && source != null && !this.closed && this.ctx.channel().isWritable()) {
			this.requested = BATCH;
			source.request(BATCH);
		}
	}

	/**
	 * Flushes behind what the event loop does at present, so that everything written
	 * until then shares the flush.
	 */
	void flushSoon() {
		if (!this.flushing) {
			this.flushing = true;
			this.ctx.executor().execute(() -> {
				this.flushing = false;
				this.ctx.flush();
			});
		}
	}

	/** Takes no more messages. */
	void close() {
		this.closed = true;
		Subscription source = this.subscription;
		if (source != null) {
			source.cancel();
		}
	}

}
