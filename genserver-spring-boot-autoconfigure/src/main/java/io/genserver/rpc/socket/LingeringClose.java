package io.genserver.rpc.socket;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Closes a socket so that its peer can read what was sent last, the close frame. A socket
 * closed while bytes it received are unread is reset by the kernel, and the peer loses
 * what it had not yet read; so a close ends only what we send, throws away what still
 * comes until the peer closes too, and waits for that a limited time, and no longer than
 * {@value #MOST_DISCARDED} bytes last: a peer that goes on sending does not read.
 * <p>
 * Sits right above the socket, or above TLS, and counts what passes on the way.
 */
final class LingeringClose extends ChannelDuplexHandler {

	static final int MOST_DISCARDED = 32 * 1024 * 1024;

	private final long lingerMillis;

	private final AtomicLong received = new AtomicLong();

	private final AtomicLong sent = new AtomicLong();

	private boolean closing;

	/** Bytes that came while closing. */
	private long discarded;

	private @Nullable Future<?> forced;

	LingeringClose(long lingerMillis) {
		this.lingerMillis = lingerMillis;
	}

	/**
	 * Return what came from the peer. On any thread.
	 * @return bytes
	 */
	long received() {
		return this.received.getOpaque();
	}

	/**
	 * Return what was given to the socket. On any thread.
	 * @return bytes
	 */
	long sent() {
		return this.sent.getOpaque();
	}

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object msg) {
		if (msg instanceof ByteBuf bytes) {
			this.received.setOpaque(this.received.getPlain() + bytes.readableBytes());
		}
		if (this.closing) {
			discard(ctx, msg);
			return;
		}
		ctx.fireChannelRead(msg);
	}

	private void discard(ChannelHandlerContext ctx, Object msg) {
		if (msg instanceof ByteBuf bytes) {
			this.discarded += bytes.readableBytes();
		}
		ReferenceCountUtil.release(msg);
		if (this.discarded > MOST_DISCARDED) {
			ctx.close();
		}
	}

	@Override
	public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
		if (msg instanceof ByteBuf bytes) {
			this.sent.setOpaque(this.sent.getPlain() + bytes.readableBytes());
		}
		ctx.write(msg, promise);
	}

	@Override
	public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
		Channel channel = ctx.channel();
		if (!channel.isActive()) {
			ctx.close(promise);
			return;
		}
		if (!promise.isVoid()) {
			channel.closeFuture().addListener((closed) -> promise.trySuccess());
		}
		if (this.closing) {
			return;
		}
		this.closing = true;
		this.forced = ctx.executor().schedule(() -> {
			ctx.close();
		}, this.lingerMillis, TimeUnit.MILLISECONDS);
		// Whatever is to be sent is ahead of this in the channel's buffer.
		ctx.writeAndFlush(ctx.alloc().buffer(0)).addListener((ChannelFutureListener) (written) -> endOutput(ctx));
		channel.config().setAutoRead(true);
	}

	private static void endOutput(ChannelHandlerContext ctx) {
		Channel channel = ctx.channel();
		SslHandler tls = channel.pipeline().get(SslHandler.class);
		if (!channel.isActive()) {
			return;
		}
		if (tls != null) {
			tls.closeOutbound();
		}
		else if (channel instanceof DuplexChannel duplex) {
			duplex.shutdownOutput();
		}
		else {
			ctx.close();
		}
	}

	@Override
	public void channelInactive(ChannelHandlerContext ctx) {
		Future<?> pending = this.forced;
		if (pending != null) {
			pending.cancel(false);
		}
		ctx.fireChannelInactive();
	}

}
