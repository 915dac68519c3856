package io.genserver.rpc.socket;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LingeringCloseTest {

	private static final int MEGABYTE = 1024 * 1024;

	@Test
	void aPeerThatGoesOnSendingIsNotWaitedFor() {
		LingeringClose lingering = new LingeringClose(1_000_000);
		EmbeddedChannel channel = new EmbeddedChannel(new NothingIsWritten(), lingering);
		channel.close();
		int taken = 0;
		while (channel.isOpen()) {
			assertThat(taken).isLessThanOrEqualTo(LingeringClose.MOST_DISCARDED / MEGABYTE);
			channel.writeInbound(Unpooled.wrappedBuffer(new byte[MEGABYTE]));
			taken++;
		}
		assertThat(taken).isEqualTo(LingeringClose.MOST_DISCARDED / MEGABYTE + 1);
		assertThat(channel.inboundMessages()).isEmpty();
	}

	/** A socket that takes nothing, so that what we send has no end. */
	private static final class NothingIsWritten extends ChannelOutboundHandlerAdapter {

		@Override
		public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
			ReferenceCountUtil.release(message);
		}

	}

}
