package io.genserver.rpc.socket;

import java.time.Duration;

import io.genserver.time.Durations;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Notices a peer that reads nothing of what its socket holds for it. The peer's own queue
 * notices it too, but not while so little waits that the channel takes all of it.
 */
final class OutboundStall {

	private final long longest;

	private @Nullable Object current;

	private long progress;

	private long since;

	OutboundStall(Duration longest) {
		this.longest = Durations.nanos(longest);
	}

	/**
	 * Looks whether bytes left the channel since the last tick.
	 * @param channel the channel
	 * @param now the present
	 * @return whether none did for too long, though some wait
	 */
	boolean tick(Channel channel, long now) {
		ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
		Object first = (buffer != null) ? buffer.current() : null;
		long written = (buffer != null) ? buffer.currentProgress() : 0;
		if (first == null || first != this.current || written != this.progress) {
			this.current = first;
			this.progress = written;
			this.since = now;
			return false;
		}
		return now - this.since >= this.longest;
	}

}
