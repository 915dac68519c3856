package io.genserver.rpc.socket;

import io.genserver.log.SafeLogger;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import org.jspecify.annotations.Nullable;

/**
 * Has the kernel acknowledge at once what was read. A stock muxio peer sends the two
 * frames of a call one after the other and leaves Nagle's algorithm on, so that the
 * second waits until the first is acknowledged: 40 ms and more where the kernel delays
 * that in the hope of an answer to send along, which cannot come before the second frame.
 * <p>
 * The kernel falls back to delaying by itself, so this is said again after each read: one
 * system call, and a packet without content where there is no answer yet. It is found by
 * its name among the options of the channel, whichever transport that is of: Netty's
 * epoll and io_uring have it, and the JDK's where it runs on Linux.
 */
final class QuickAck extends ChannelInboundHandlerAdapter {

	private static final SafeLogger logger = SafeLogger.of(QuickAck.class);

	/** Its name in the pipeline. */
	static final String NAME = "genserver.quickack";

	private static final String OPTION = "TCP_QUICKACK";

	private final ChannelOption<Boolean> option;

	private boolean failed;

	private QuickAck(ChannelOption<Boolean> option) {
		this.option = option;
	}

	/**
	 * Return what acknowledges at once on a channel.
	 * @param channel the channel
	 * @return a handler for it, or {@code null} if its transport cannot
	 */
	static @Nullable QuickAck of(Channel channel) {
		ChannelOption<Boolean> option = option(channel);
		return (option != null) ? new QuickAck(option) : null;
	}

	@SuppressWarnings("unchecked")
	private static @Nullable ChannelOption<Boolean> option(Channel channel) {
		try {
			for (var entry : channel.config().getOptions().entrySet()) {
				if (entry.getKey().name().endsWith(OPTION) && entry.getValue() instanceof Boolean) {
					return (ChannelOption<Boolean>) entry.getKey();
				}
			}
		}
		catch (RuntimeException ex) {
			logger.debug("The options of {} cannot be read", channel, ex);
		}
		return null;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) {
		// What came right behind the handshake was read before.
		acknowledge(ctx);
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext ctx) {
		ctx.fireChannelReadComplete();
		acknowledge(ctx);
	}

	private void acknowledge(ChannelHandlerContext ctx) {
		if (!this.failed && ctx.channel().isActive()) {
			try {
				ctx.channel().config().setOption(this.option, true);
			}
			catch (RuntimeException ex) {
				// The socket may have been closed meanwhile.
				this.failed = true;
				logger.debug("{} cannot be set for {}", this.option, ctx.channel(), ex);
			}
		}
	}

}
