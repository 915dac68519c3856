package io.genserver.testsupport;

import java.util.concurrent.CompletableFuture;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;

/**
 * Counts the bytes between a socket and the rest of its pipeline, independently of the
 * code under test, and can cut the two off from each other without closing the socket.
 */
public final class Traffic extends ChannelDuplexHandler {

	private final Channel channel;

	private volatile long read;

	private volatile long written;

	private volatile boolean cut;

	private Traffic(Channel channel) {
		this.channel = channel;
	}

	/** Puts a counter next to the socket. On the event loop, before anything is read. */
	public static Traffic of(Channel channel) {
		Traffic traffic = new Traffic(channel);
		channel.pipeline().addFirst("test.traffic", traffic);
		return traffic;
	}

	/** Bytes that came from the socket. On any thread. */
	public long read() {
		return this.read;
	}

	/** Bytes that were given to the socket. On any thread. */
	public long written() {
		return this.written;
	}

	/** From now on nothing is handed on in either direction, as if a cable was pulled. */
	public void cut() {
		this.cut = true;
	}

	/**
	 * Waits until the event loop has done what was to be done, and what follows from
	 * that.
	 */
	public void settle() {
		for (int i = 0; i < 4 && this.channel.isOpen(); i++) {
			this.channel.eventLoop().submit(() -> {
			}).awaitUninterruptibly();
		}
	}

	/** Completes once the channel is closed. */
	public CompletableFuture<Void> closed() {
		CompletableFuture<Void> closed = new CompletableFuture<>();
		this.channel.closeFuture().addListener((done) -> closed.complete(null));
		return closed;
	}

	public boolean isOpen() {
		return this.channel.isOpen();
	}

	@Override
	@SuppressWarnings("NonAtomicOperationOnVolatileField")
	public void channelRead(ChannelHandlerContext ctx, Object msg) {
		this.read += ((ByteBuf) msg).readableBytes();
		if (this.cut) {
			ReferenceCountUtil.release(msg);
		}
		else {
			ctx.fireChannelRead(msg);
		}
	}

	@Override
	@SuppressWarnings("NonAtomicOperationOnVolatileField")
	public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
		if (this.cut) {
			ReferenceCountUtil.release(msg);
			if (!promise.isVoid()) {
				promise.setSuccess();
			}
		}
		else {
			this.written += ((ByteBuf) msg).readableBytes();
			ctx.write(msg, promise);
		}
	}

}
