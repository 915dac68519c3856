package io.genserver.rpc.socket;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.genserver.Caller;
import io.genserver.log.SafeLogger;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.FrameRate;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.Side;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.Transport;
import io.genserver.rpc.peer.PeerConnection;
import io.genserver.runtime.message.FailureLog;
import io.genserver.time.Durations;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;
import reactor.netty.http.websocket.WebsocketInbound;

/**
 * One WebSocket: frames of the channel to the peer, the peer's messages to the channel.
 * <p>
 * <b>States.</b> Open; closing, from the moment a close frame is written by either this
 * class or the decoder before it; disconnected, once this was reported to the peer, which
 * happens in a task of its own so that it is never within a call of the peer's. In
 * closing, nothing received is looked at. All state is of the event loop; methods of
 * {@link Transport} may be called on any thread and hand over.
 */
public final class WebSocketTransport extends ChannelInboundHandlerAdapter implements Transport {

	private static final SafeLogger logger = SafeLogger.of(WebSocketTransport.class);

	/** What failures of connections are counted under, in place of a server. */
	private static final String CONNECTIONS = "$rpc";

	/** Opcode, length and mask of a short frame of a client. */
	private static final int MASKED_HEADER = 6;

	private final Channel channel;

	private final LingeringClose socket;

	private final Caller.Remote remote;

	private final @Nullable String owner;

	private final WireMode mode;

	private final Instant since = Instant.now();

	private final SocketSettings settings;

	private final ProtocolLimits limits;

	private final PeerConnection peer;

	private final Liveness liveness;

	private final OutboundStall stall;

	private final FrameRate idleFrames;

	private @Nullable ChannelHandlerContext ctx;

	private @Nullable OutboundMessages outbound;

	private @Nullable Future<?> ticks;

	/** Bytes of the message whose last frame has not come. */
	private int messageBytes;

	/** What of the bytes received came out of the decoder as frames. */
	private volatile long framedBytes;

	private boolean paused;

	/** Changed on the event loop only. */
	private volatile boolean closing;

	private boolean disconnected;

	private long heardBytes;

	/** Payload of a ping that is not answered yet. */
	private @Nullable ByteBuf unanswered;

	/** When the peer was last shown that this end is alive although it does not read. */
	private long signNanos;

	private volatile int callsInFlight;

	private volatile int closeCode = CloseCode.ABNORMAL;

	/**
	 * Create the transport of a channel that was upgraded. It does nothing before
	 * {@link #takeOver}.
	 * @param channel the channel
	 * @param remote who is at the other end
	 * @param mode what is spoken
	 * @param side which end of the connection this is
	 * @param settings how connections are kept
	 */
	public WebSocketTransport(Channel channel, Caller.Remote remote, WireMode mode, Side side,
			SocketSettings settings) {
		this(channel, remote, null, mode, side, settings);
	}

	/**
	 * Create the transport of a channel that was upgraded. It does nothing before
	 * {@link #takeOver}.
	 * @param channel the channel
	 * @param remote who is at the other end
	 * @param owner who the connection counts for, together with others before it,
	 * {@code null} if that is not known
	 * @param mode what is spoken
	 * @param side which end of the connection this is
	 * @param settings how connections are kept
	 */
	public WebSocketTransport(Channel channel, Caller.Remote remote, @Nullable String owner, WireMode mode, Side side,
			SocketSettings settings) {
		this.channel = channel;
		this.remote = remote;
		this.owner = owner;
		this.mode = mode;
		this.settings = settings;
		this.limits = settings.peers().connection().limits();
		this.socket = new LingeringClose(Durations.millis(settings.lingerTime()));
		this.liveness = new Liveness(settings.keepAliveInterval(), settings.keepAliveTimeout(), now());
		this.signNanos = now();
		this.stall = new OutboundStall(this.limits.outboundStall());
		this.idleFrames = new FrameRate(this.limits.idleFrames());
		this.peer = new PeerConnection(side, mode, settings.peers(), this, channel.alloc());
	}

	/**
	 * Put the transport between the decoder and Reactor Netty, which sees nothing of the
	 * connection any more but its end. What it has seen so far comes first. Happens a
	 * little later, on the event loop.
	 * @param inbound what Reactor Netty has received
	 */
	public void takeOver(WebsocketInbound inbound) {
		execute(() -> {
			if (enterPipeline()) {
				inbound.receiveObject().subscribe((frame) -> {
					if (frame instanceof WebSocketFrame early) {
						receive(early);
					}
				}, (failure) -> {
					// The end of the channel, which is handled elsewhere.
				});
			}
		});
	}

	private boolean enterPipeline() {
		if (!this.channel.isActive()) {
			disconnect("the connection was lost");
			return false;
		}
		try {
			this.channel.config().setOption(ChannelOption.TCP_NODELAY, true);
			ChannelPipeline pipeline = this.channel.pipeline();
			pipeline.addBefore(firstOfCodec(pipeline), "genserver.socket", this.socket);
			QuickAck quickAck = (this.mode == WireMode.BASE) ? QuickAck.of(this.channel) : null;
			if (quickAck != null) {
				pipeline.addBefore("genserver.socket", QuickAck.NAME, quickAck);
			}
			pipeline.addBefore(NettyPipeline.ReactiveBridge, "genserver.transport", this);
			return true;
		}
		catch (RuntimeException ex) {
			failures().error(logger, CONNECTIONS, "set up", ex, "Connection of {} cannot be set up", this.remote);
			disconnect("the connection could not be set up");
			this.channel.close();
			return false;
		}
	}

	/**
	 * Return the name of the codec's handler that is nearest to the socket: in the
	 * pipeline of a server that is the encoder, in that of a client the decoder. Whatever
	 * is put before it sees bytes in both directions.
	 */
	private static String firstOfCodec(ChannelPipeline pipeline) {
		for (Map.Entry<String, ChannelHandler> each : pipeline) {
			if (each.getValue() instanceof WebSocketFrameDecoder || each.getValue() instanceof WebSocketFrameEncoder) {
				return each.getKey();
			}
		}
		throw new IllegalStateException("The channel was not upgraded to a WebSocket: " + pipeline.names());
	}

	/**
	 * Return where failures are logged that peers can cause as often as they like.
	 * @return the log of all connections of this end
	 */
	public FailureLog failures() {
		return this.settings.peers().connection().failures();
	}

	/**
	 * Return the peer above this transport.
	 * @return the peer
	 */
	public PeerConnection peer() {
		return this.peer;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) {
		this.ctx = ctx;
		OutboundMessages messages = new OutboundMessages(ctx);
		this.outbound = messages;
		this.peer.outbound().subscribe(messages);
		long period = Durations.millis(this.settings.tickPeriod());
		this.ticks = ctx.executor().scheduleAtFixedRate(this::tick, period, period, TimeUnit.MILLISECONDS);
		logger.debug("{} connected as {}", this.remote, this.remote.connection());
	}

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object message) {
		if (message instanceof WebSocketFrame frame) {
			try {
				receive(frame);
			}
			finally {
				frame.release();
			}
		}
		else {
			ctx.fireChannelRead(message);
		}
	}

	/**
	 * Takes a frame, which stays the caller's. Boundaries of messages mean nothing, so a
	 * frame is handed on without waiting for those that complete its message.
	 */
	void receive(WebSocketFrame frame) {
		count(frame);
		if (this.closing) {
			return;
		}
		if (frame.rsv() != 0) {
			closeNow(new CloseReason(CloseCode.MALFORMED, "reserved bits are set, but no extension was agreed on"));
			return;
		}
		if (isIdle(frame) && this.idleFrames.exceeds(now())) {
			closeNow(new CloseReason(CloseCode.RATE,
					"more than " + this.limits.idleFrames() + " pings and empty frames within a second"));
			return;
		}
		try {
			switch (frame) {
				case BinaryWebSocketFrame binary -> {
					this.messageBytes = 0;
					receiveBytes(binary);
				}
				case ContinuationWebSocketFrame continuation -> {
					receiveBytes(continuation);
					if (continuation.isFinalFragment()) {
						this.messageBytes = 0;
					}
				}
				case TextWebSocketFrame text ->
					closeNow(new CloseReason(CloseCode.TEXT, "text message: only binary messages carry frames"));
				case PingWebSocketFrame ping -> pong(ping);
				case CloseWebSocketFrame close -> answerClose(close);
				default -> {
					// A pong: that it came is all there is to know.
				}
			}
		}
		catch (RuntimeException ex) {
			failures().error(logger, CONNECTIONS, "receive", ex,
					"What {} sent cannot be handled, its connection is closed", this.remote);
			closeNow(new CloseReason(CloseCode.INTERNAL, "unexpected failure"));
		}
	}

	/**
	 * Whether it brings nothing, at the cost of nothing. The last frame of a message that
	 * has brought bytes ends it, as some writers end each of theirs.
	 */
	private boolean isIdle(WebSocketFrame frame) {
		return switch (frame) {
			case PingWebSocketFrame ping -> true;
			case PongWebSocketFrame pong -> true;
			case CloseWebSocketFrame close -> false;
			case ContinuationWebSocketFrame last when last.isFinalFragment() && this.messageBytes > 0 -> false;
			default -> !frame.content().isReadable();
		};
	}

	/** What the frame took on the wire, masked and with the shortest length. */
	private void count(WebSocketFrame frame) {
		int bytes = frame.content().readableBytes();
		int header = MASKED_HEADER + ((bytes < 126) ? 0 : (bytes <= 0xffff) ? 2 : 8);
		// Frames that came before this was in the pipeline were not counted.
		this.framedBytes = Math.min(this.framedBytes + header + bytes, this.socket.received());
	}

	private void receiveBytes(WebSocketFrame frame) {
		this.messageBytes += frame.content().readableBytes();
		if (this.messageBytes > this.limits.webSocketMessageBytes()) {
			closeNow(new CloseReason(CloseCode.TOO_BIG,
					"message of more than " + this.limits.webSocketMessageBytes() + " bytes"));
			return;
		}
		this.peer.receive(frame.content());
	}

	/**
	 * Answers a ping, at once or as soon as the channel takes more. Of pings that come
	 * until then only the last is answered, so that a peer that reads nothing cannot make
	 * answers queue up.
	 */
	private void pong(PingWebSocketFrame ping) {
		forgetPing();
		this.unanswered = ping.content().retain();
		answerPing();
	}

	private void answerPing() {
		ByteBuf payload = this.unanswered;
		if (payload != null && this.channel.isWritable()) {
			this.unanswered = null;
			write(new PongWebSocketFrame(payload));
		}
	}

	private void forgetPing() {
		ByteBuf payload = this.unanswered;
		if (payload != null) {
			this.unanswered = null;
			payload.release();
		}
	}

	private void write(WebSocketFrame frame) {
		ChannelHandlerContext target = this.ctx;
		OutboundMessages flusher = this.outbound;
		if (target == null || flusher == null) {
			frame.release();
			return;
		}
		target.write(frame, target.voidPromise());
		flusher.flushSoon();
	}

	private void answerClose(CloseWebSocketFrame close) {
		int code = close.statusCode();
		this.closeCode = (code != -1) ? code : CloseCode.NO_STATUS;
		String reason = "closed by the peer" + ((code != -1) ? " with " + code : "")
				+ (close.reasonText().isEmpty() ? "" : ": " + close.reasonText());
		closing(reason);
		ChannelHandlerContext target = this.ctx;
		if (target != null) {
			CloseWebSocketFrame answer = (code != -1) ? new CloseWebSocketFrame(code, null) : new CloseWebSocketFrame();
			target.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
		}
	}

	/** Looks at the time. On the event loop, regularly. */
	void tick() {
		if (this.closing) {
			return;
		}
		this.peer.tick();
		this.callsInFlight = this.peer.callsInFlight();
		long received = this.socket.received();
		boolean heard = this.paused || received != this.heardBytes;
		this.heardBytes = received;
		long now = now();
		// In ext mode the session asks for itself, and reading is never paused.
		boolean writable = this.channel.isWritable();
		switch ((this.mode == WireMode.BASE) ? this.liveness.tick(now, heard, writable) : Liveness.Action.NOTHING) {
			case PING -> write(new PingWebSocketFrame());
			case CLOSE -> closeNow(new CloseReason(CloseCode.IDLE,
					"nothing heard for " + this.settings.keepAliveTimeout() + " after a ping"));
			case NOTHING -> {
				// The peer is there, or has time left to show it.
			}
		}
		if (this.paused && writable && now - this.signNanos >= Durations.nanos(signInterval())) {
			this.signNanos = now;
			write(new PongWebSocketFrame());
		}
		if (this.stall.tick(this.channel, now)) {
			closeNow(new CloseReason(CloseCode.SLOW_CONSUMER,
					"this peer has read nothing for " + this.limits.outboundStall()));
		}
	}

	/**
	 * While reading is paused, a peer's pings stay unread; pongs that it has not asked
	 * for keep it from giving this end up.
	 */
	private Duration signInterval() {
		return this.settings.keepAliveTimeout().dividedBy(2);
	}

	private long now() {
		return this.settings.peers().connection().clock().getAsLong();
	}

	@Override
	public Caller.Remote remote() {
		return this.remote;
	}

	@Override
	public @Nullable String owner() {
		return this.owner;
	}

	@Override
	public void execute(Runnable task) {
		try {
			this.channel.eventLoop().execute(task);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The event loop of {} has ended", this.remote);
		}
	}

	@Override
	public long progress() {
		ChannelOutboundBuffer unsent = this.channel.unsafe().outboundBuffer();
		return this.socket.sent() - ((unsent != null) ? unsent.totalPendingWriteBytes() : 0);
	}

	@Override
	public void pauseReading() {
		onLoop(() -> reading(false));
	}

	@Override
	public void resumeReading() {
		onLoop(() -> reading(true));
	}

	private void reading(boolean on) {
		if (!this.closing) {
			this.paused = !on;
			this.channel.config().setAutoRead(on);
		}
	}

	@Override
	public void close(CloseReason reason) {
		onLoop(() -> closeNow(reason));
	}

	private void onLoop(Runnable task) {
		if (this.channel.eventLoop().inEventLoop()) {
			task.run();
		}
		else {
			execute(task);
		}
	}

	private void closeNow(CloseReason reason) {
		if (this.closing) {
			return;
		}
		logger.debug("Closing the connection of {} with {}: {}", this.remote, reason.code(), reason.text());
		this.closeCode = reason.code();
		closing("closed with " + reason.code() + ": " + reason.text());
		ChannelHandlerContext target = this.ctx;
		if (target != null) {
			target.writeAndFlush(new CloseWebSocketFrame(reason.code(), reason.text()));
		}
		// Lingers until the frame is read, and not longer than it may.
		this.channel.close();
	}

	/** From now on nothing is taken from either side. */
	private void closing(String reason) {
		this.closing = true;
		OutboundMessages messages = this.outbound;
		if (messages != null) {
			messages.close();
		}
		execute(() -> disconnect(reason));
	}

	private void disconnect(String reason) {
		this.closing = true;
		forgetPing();
		Future<?> pending = this.ticks;
		if (pending != null) {
			pending.cancel(false);
		}
		if (!this.disconnected) {
			this.disconnected = true;
			logger.debug("{} disconnected: {}", this.remote, reason);
			this.peer.disconnected(reason);
		}
	}

	/**
	 * Refuse new calls, and close when those in flight are answered. On any thread.
	 * @param reason text for the peer
	 * @param time how long they may take, also sent to the peer
	 */
	public void drainThenClose(CloseReason reason, Duration time) {
		this.peer.drain(time, reason.text()).thenRun(() -> close(reason));
	}

	/**
	 * End the streams that still run, each with a status where the mode has one, and
	 * close. On any thread.
	 * @param reason text for the peer
	 */
	public void leave(CloseReason reason) {
		onLoop(() -> {
			if (!this.closing) {
				this.peer.leave();
				closeNow(reason);
			}
		});
	}

	/** Close the socket at once. On any thread. */
	public void abort() {
		onLoop(() -> this.channel.unsafe().close(this.channel.voidPromise()));
	}

	/** What sits nearest to the socket. */
	LingeringClose socket() {
		return this.socket;
	}

	/**
	 * Return what is spoken.
	 * @return the mode
	 */
	public WireMode mode() {
		return this.mode;
	}

	/**
	 * Return how the connection was closed, by either end. On any thread.
	 * @return the code of the close frame, {@link CloseCode#ABNORMAL} if there was none
	 * so far
	 */
	public int closeCode() {
		return this.closeCode;
	}

	/**
	 * Return when the connection was made.
	 * @return the time
	 */
	public Instant since() {
		return this.since;
	}

	/**
	 * Return how many calls of the peer held a place at the last tick. On any thread.
	 * @return a number
	 */
	public int callsInFlight() {
		return this.callsInFlight;
	}

	/**
	 * Return what came from the socket, all framing included. On any thread.
	 * @return bytes
	 */
	public long bytesReceived() {
		return this.socket.received();
	}

	/**
	 * Return what of the bytes received waits to be handled, that of an incomplete
	 * WebSocket frame too. What comes after the close frame is thrown away. On any
	 * thread.
	 * @return bytes
	 */
	public long bytesUnhandled() {
		return incompleteBytes() + this.peer.inboundBytes();
	}

	/** Of a frame whose rest has not come. */
	private long incompleteBytes() {
		return this.closing ? 0 : Math.max(0, this.socket.received() - this.framedBytes);
	}

	/**
	 * Return what the peer makes this end hold, of whatever kind. On any thread.
	 * @return bytes, about
	 */
	public long bytesHeld() {
		return incompleteBytes() + this.peer.heldBytes();
	}

	/**
	 * Return what was given to the socket, all framing included. On any thread.
	 * @return bytes
	 */
	public long bytesSent() {
		return this.socket.sent();
	}

	@Override
	public void channelWritabilityChanged(ChannelHandlerContext ctx) {
		OutboundMessages messages = this.outbound;
		if (messages != null) {
			messages.writabilityChanged();
		}
		answerPing();
		ctx.fireChannelWritabilityChanged();
	}

	@Override
	public void channelInactive(ChannelHandlerContext ctx) {
		disconnect("the connection was lost");
		ctx.fireChannelInactive();
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
		if (this.closing) {
			logger.debug("{} failed after its end", this.remote, cause);
		}
		else if (cause instanceof CorruptedWebSocketFrameException corrupt) {
			// The decoder has written the close frame.
			logger.debug("{} broke the WebSocket protocol: {}", this.remote, corrupt.getMessage());
			closing("closed with " + corrupt.closeStatus().code() + ": " + corrupt.getMessage());
			this.channel.close();
		}
		else if (cause instanceof IOException) {
			logger.debug("The connection of {} failed", this.remote, cause);
			ctx.close();
		}
		else {
			failures().error(logger, CONNECTIONS, "socket", cause, "The connection of {} failed unexpectedly",
					this.remote);
			closeNow(new CloseReason(CloseCode.INTERNAL, "unexpected failure"));
		}
	}

}
