package io.genserver.rpc.client;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;

import io.genserver.protocol.WireMode;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Sees the request and the response of a handshake before Reactor Netty does.
 * <ul>
 * <li>The request says no origin of its own: that header is for browsers, and behind a
 * proxy the address that is connected to is not that of the endpoint.</li>
 * <li>The response chooses a subprotocol, or none, as stock muxio servers do; that is
 * noted here and kept from Netty, which takes the latter for a failure.</li>
 * <li>A failure ends the attempt here, and goes no further: Reactor Netty would log it
 * with its stack trace, at each attempt.</li>
 * </ul>
 * Sits behind the HTTP codec until the connection is upgraded. Of the event loop, but for
 * the future.
 */
final class UpgradeHandler extends ChannelDuplexHandler {

	/** What is a codec for Reactor Netty stays in front of those that it adds later. */
	private static final String NAME = NettyPipeline.LEFT + "genserverUpgrade";

	private final boolean keepsOrigin;

	private final boolean offered;

	private final CompletableFuture<?> attempt;

	private WireMode mode = WireMode.BASE;

	private boolean upgraded;

	/** What the other end must answer to the request. */
	private String accept = "";

	private UpgradeHandler(boolean keepsOrigin, boolean offered, CompletableFuture<?> attempt) {
		this.keepsOrigin = keepsOrigin;
		this.offered = offered;
		this.attempt = attempt;
	}

	/**
	 * Put a handler into the pipeline of a new channel, once there is a codec in it.
	 * @param channel the channel
	 * @param keepsOrigin whether the application has set an {@code Origin} header
	 * @param offered whether subprotocols are offered
	 * @param attempt is completed exceptionally if the handshake fails
	 */
	static void enter(Channel channel, boolean keepsOrigin, boolean offered, CompletableFuture<?> attempt) {
		ChannelPipeline pipeline = channel.pipeline();
		if (pipeline.get(NAME) == null && pipeline.get(NettyPipeline.HttpCodec) != null) {
			pipeline.addAfter(NettyPipeline.HttpCodec, NAME, new UpgradeHandler(keepsOrigin, offered, attempt));
		}
	}

	/** Takes the handler out again, once something else handles failures. */
	static void leave(Channel channel) {
		ChannelPipeline pipeline = channel.pipeline();
		if (pipeline.get(NAME) != null) {
			pipeline.remove(NAME);
		}
	}

	/** What the other end of a channel that was upgraded has chosen to speak. */
	static WireMode mode(Channel channel) {
		return (channel.pipeline().get(NAME) instanceof UpgradeHandler handler) ? handler.mode : WireMode.BASE;
	}

	@Override
	public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
		if (msg instanceof HttpRequest request) {
			this.accept = accept(String.valueOf(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY)));
			if (!this.keepsOrigin) {
				request.headers().remove(HttpHeaderNames.ORIGIN);
			}
		}
		ctx.write(msg, promise);
	}

	/** What a WebSocket server makes of the key of a request: RFC 6455, section 4.2.2. */
	private static String accept(String key) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-1")
				.digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
			return Base64.getEncoder().encodeToString(digest);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object msg) {
		if (this.attempt.isCompletedExceptionally()) {
			ReferenceCountUtil.release(msg);
			return;
		}
		if (msg instanceof HttpResponse response && !this.upgraded) {
			WebSocketClientHandshakeException refusal = refusal(response);
			if (refusal != null) {
				ReferenceCountUtil.release(msg);
				fail(ctx, refusal);
				return;
			}
			this.upgraded = true;
		}
		ctx.fireChannelRead(msg);
	}

	/** Why this is not the response that was hoped for. */
	private @Nullable WebSocketClientHandshakeException refusal(HttpResponse response) {
		if (response.decoderResult().isFailure()) {
			return new WebSocketClientHandshakeException("the answer is not HTTP");
		}
		if (response.status().code() != HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
			return new WebSocketClientHandshakeException("refused with " + response.status(), response);
		}
		HttpHeaders headers = response.headers();
		if (!headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
				|| !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
				|| !headers.contains(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, this.accept, false)) {
			return new WebSocketClientHandshakeException("the answer does not upgrade to a WebSocket");
		}
		String chosen = headers.get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
		headers.remove(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
		if (chosen == null || (this.offered && chosen.trim().equals(WireMode.BASE.subprotocol()))) {
			return null;
		}
		if (this.offered && chosen.trim().equals(WireMode.EXT.subprotocol())) {
			this.mode = WireMode.EXT;
			return null;
		}
		return new WebSocketClientHandshakeException(
				"the other end chose the subprotocol " + chosen + ", which was not offered");
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
		fail(ctx, cause);
	}

	@Override
	public void channelInactive(ChannelHandlerContext ctx) {
		fail(ctx, new WebSocketClientHandshakeException("the connection closed during the handshake"));
	}

	private void fail(ChannelHandlerContext ctx, Throwable cause) {
		this.attempt.completeExceptionally(cause);
		ctx.close();
	}

}
