package io.genserver.rpc.server;

import java.util.function.Supplier;

import io.genserver.log.SafeLogger;
import io.genserver.protocol.FrameRate;
import io.genserver.runtime.message.FailureLog;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.util.ReferenceCountUtil;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/**
 * Keeps those who send requests that cannot be read from filling the web server's log,
 * which has a line for each. What breaks off within its headers, as the connection ends,
 * is dropped, for its client is not there to be answered. Of what comes first on a
 * connection and is no HTTP, the web server gets up to {@value #LOGGED} a second; others
 * are answered as it would answer them, and counted in a line of our own. Of what breaks
 * the rules of HTTP/2, which ends its connection, the log gets such lines only, instead
 * of a stack trace for each. Safe for use by many threads.
 */
public final class BrokenRequests {

	/** In a second, by all clients together. */
	static final int LOGGED = 3;

	static final String NAME = "genserver.brokenRequests";

	private static final String HTTP2 = "genserver.brokenHttp2";

	private static final SafeLogger logger = SafeLogger.of(BrokenRequests.class);

	private final Supplier<FailureLog> failures;

	/** Guarded by itself. */
	private final FrameRate left = new FrameRate(LOGGED);

	/**
	 * Create.
	 * @param failures where those are counted that the web server does not get
	 */
	public BrokenRequests(Supplier<FailureLog> failures) {
		this.failures = failures;
	}

	/**
	 * Watch over the connections of a web server.
	 * @param server the server
	 * @return the server to use instead
	 */
	public HttpServer applyTo(HttpServer server) {
		return server.doOnChannelInit((observer, channel, address) -> watch(channel));
	}

	private void watch(Channel channel) {
		ChannelPipeline pipeline = channel.pipeline();
		ChannelHandlerContext codec = pipeline.context(NettyPipeline.HttpCodec);
		if (codec == null) {
			// It may speak HTTP/2, in the end or from its beginning.
			pipeline.addLast(HTTP2, new Http2Failures());
			codec = pipeline.context(HttpServerCodec.class);
		}
		if (codec != null) {
			pipeline.addAfter(codec.name(), NAME, new Watch());
		}
	}

	private boolean isTooMany() {
		synchronized (this.left) {
			return this.left.exceeds(System.nanoTime());
		}
	}

	private static HttpResponseStatus status(Throwable failure) {
		Throwable cause = (failure.getCause() != null) ? failure.getCause() : failure;
		return (cause instanceof TooLongHttpLineException) ? HttpResponseStatus.REQUEST_URI_TOO_LONG
				: (cause instanceof TooLongHttpHeaderException) ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
						: HttpResponseStatus.BAD_REQUEST;
	}

	/** Sees why a connection in HTTP/2 is ended. */
	private final class Http2Failures extends ChannelInboundHandlerAdapter {

		@Override
		public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
			if (cause instanceof Http2Exception) {
				BrokenRequests.this.failures.get()
					.warn(logger, "$rpc", "http2", null, "A connection in HTTP/2 is ended for what its client sent: {}",
							cause.getMessage());
				return;
			}
			ctx.fireExceptionCaught(cause);
		}

	}

	/** Sees the requests of one connection, until it is no HTTP any more. */
	private final class Watch extends ChannelInboundHandlerAdapter {

		/** Later ones may come while one before them is being answered. */
		private boolean first = true;

		@Override
		public void channelRead(ChannelHandlerContext ctx, Object message) {
			if (message instanceof HttpRequest request) {
				Throwable failure = request.decoderResult().cause();
				if (failure != null && !ctx.channel().isActive()) {
					ReferenceCountUtil.release(message);
					return;
				}
				if (failure != null && this.first && isTooMany()) {
					ReferenceCountUtil.release(message);
					answer(ctx, status(failure));
					return;
				}
				this.first = false;
				if (request.headers().contains(HttpHeaderNames.UPGRADE)) {
					ctx.pipeline().remove(this);
				}
			}
			ctx.fireChannelRead(message);
		}

		private void answer(ChannelHandlerContext ctx, HttpResponseStatus status) {
			BrokenRequests.this.failures.get()
				.warn(logger, "$rpc", "handshake", null,
						"More than {} requests in a second cannot be read; others are answered with {} and not logged",
						LOGGED, status.code());
			FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status);
			response.headers()
				.setInt(HttpHeaderNames.CONTENT_LENGTH, 0)
				.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
			ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
		}

	}

}
