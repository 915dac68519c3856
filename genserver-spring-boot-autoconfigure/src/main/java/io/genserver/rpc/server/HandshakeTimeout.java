package io.genserver.rpc.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import io.genserver.time.Durations;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver.State;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerState;

/**
 * Closes the connections of the web server whose first request does not begin in time:
 * those that send nothing, or its headers byte by byte. Each would hold a socket for
 * good, before the endpoint knows of it.
 * <p>
 * What comes after the headers of the first request is left to the web server: how long
 * an application takes for its response, or a client for its body, and how long a
 * connection is kept between requests. Safe for use by many threads.
 */
public final class HandshakeTimeout {

	private static final AttributeKey<Future<?>> TIMER = AttributeKey.valueOf("genserver.handshake");

	private final long nanos;

	private final LongAdder expired = new LongAdder();

	/**
	 * Create.
	 * @param timeout time from the connection to the end of the headers of its first
	 * request
	 */
	public HandshakeTimeout(Duration timeout) {
		this.nanos = Durations.nanos(timeout);
	}

	/**
	 * Watch over the connections of a web server.
	 * @param server the server
	 * @return the server to use instead
	 */
	public HttpServer applyTo(HttpServer server) {
		return server.doOnChannelInit((observer, channel, address) -> begin(channel)).childObserve(this::changed);
	}

	/**
	 * Return how many connections were closed.
	 * @return the number since the start
	 */
	public long expired() {
		return this.expired.sum();
	}

	/** On the connection's thread. The streams of HTTP/2 have a channel each. */
	private void begin(Channel channel) {
		if (channel.parent() != null && channel.parent().parent() != null) {
			return;
		}
		Future<?> timer = channel.eventLoop().schedule(() -> expire(channel), this.nanos, TimeUnit.NANOSECONDS);
		channel.attr(TIMER).set(timer);
		channel.closeFuture().addListener((closed) -> end(channel));
	}

	private void expire(Channel channel) {
		if (channel.attr(TIMER).getAndSet(null) != null && channel.isActive()) {
			this.expired.increment();
			channel.close();
		}
	}

	private void changed(Connection connection, State state) {
		if (state == HttpServerState.REQUEST_RECEIVED) {
			end(connection.channel());
			end(connection.channel().parent());
		}
	}

	private static void end(@Nullable Channel channel) {
		if (channel != null && channel.hasAttr(TIMER)) {
			Future<?> timer = channel.attr(TIMER).getAndSet(null);
			if (timer != null) {
				timer.cancel(false);
			}
		}
	}

}
