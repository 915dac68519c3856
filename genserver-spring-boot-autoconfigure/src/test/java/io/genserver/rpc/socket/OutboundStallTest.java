package io.genserver.rpc.socket;

import java.time.Duration;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OutboundStallTest {

	private final ClosedWindow channel = new ClosedWindow();

	private final OutboundStall stall = new OutboundStall(Duration.ofNanos(30));

	@AfterEach
	void close() {
		this.channel.open = true;
		this.channel.finishAndReleaseAll();
	}

	private boolean at(long nanos) {
		return this.stall.tick(this.channel, nanos);
	}

	private void write() {
		this.channel.writeOneOutbound(Unpooled.buffer().writeLong(1));
		this.channel.flush();
	}

	@Test
	void anIdleChannelDoesNotStall() {
		assertThat(at(0)).isFalse();
		assertThat(at(1000)).isFalse();
	}

	@Test
	void aFewBytesThatNobodyTakesStall() {
		write();
		assertThat(at(100)).isFalse();
		assertThat(at(129)).isFalse();
		assertThat(at(130)).isTrue();
	}

	@Test
	void aMessageTakenBeginsTheTimeAnew() {
		write();
		at(100);
		this.channel.open = true;
		this.channel.flush();
		this.channel.open = false;
		write();
		assertThat(at(130)).isFalse();
		assertThat(at(159)).isFalse();
		assertThat(at(160)).isTrue();
	}

	/** A channel whose peer reads only when it is open. */
	private static final class ClosedWindow extends EmbeddedChannel {

		private boolean open;

		@Override
		protected void doWrite(ChannelOutboundBuffer buffer) throws Exception {
			if (this.open) {
				super.doWrite(buffer);
			}
		}

	}

}
