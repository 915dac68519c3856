package io.genserver.rpc.socket;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class QuickAckTest {

	@Test
	void itIsSaidAgainAfterEachRead() {
		OptionChannel channel = new OptionChannel();
		channel.pipeline().addLast(QuickAck.of(channel));
		assertThat(channel.set).hasSize(1);
		for (int i = 0; i < 3; i++) {
			channel.writeInbound(Unpooled.EMPTY_BUFFER);
		}
		assertThat(channel.set).hasSize(4).containsOnly(true);
		channel.finishAndReleaseAll();
	}

	@Test
	void aSocketThatRefusesIsLeftAlone() {
		OptionChannel channel = new OptionChannel();
		channel.pipeline().addLast(QuickAck.of(channel));
		channel.refuses = true;
		channel.writeInbound(Unpooled.EMPTY_BUFFER);
		channel.refuses = false;
		channel.writeInbound(Unpooled.EMPTY_BUFFER);
		channel.checkException();
		assertThat(channel.set).hasSize(1);
		channel.finishAndReleaseAll();
	}

	@Test
	void aTransportWithoutTheOptionHasNone() {
		EmbeddedChannel channel = new EmbeddedChannel();
		assertThat(QuickAck.of(channel)).isNull();
		channel.finishAndReleaseAll();
	}

	/** A channel whose transport has the option. */
	private static final class OptionChannel extends EmbeddedChannel {

		private static final ChannelOption<Boolean> OPTION = ChannelOption.valueOf(QuickAckTest.class, "TCP_QUICKACK");

		private final List<Object> set = new ArrayList<>();

		private boolean refuses;

		private final ChannelConfig config = new DefaultChannelConfig(this) {

			@Override
			public Map<ChannelOption<?>, Object> getOptions() {
				Map<ChannelOption<?>, Object> options = new HashMap<>(super.getOptions());
				options.put(OPTION, false);
				return options;
			}

			@Override
			public <T> boolean setOption(ChannelOption<T> option, T value) {
				if (option != OPTION) {
					return super.setOption(option, value);
				}
				if (OptionChannel.this.refuses) {
					throw new ChannelException("closed");
				}
				return OptionChannel.this.set.add(value);
			}

		};

		@Override
		public ChannelConfig config() {
			return (this.config != null) ? this.config : super.config();
		}

	}

}
