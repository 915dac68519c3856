package io.genserver.protocol.base;

import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.ConnectionListener;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.FrameDecoder;
import io.genserver.protocol.InboundListener;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.MessageBatcher;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.OutboundListener;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseFailure;
import io.genserver.protocol.ResponseFailure.Cause;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.Side;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.Utf8;
import io.genserver.protocol.WireListeners;
import io.genserver.protocol.WireSession;
import io.genserver.time.Durations;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * A session in base mode: exactly muxio 0.15 on the wire.
 */
public final class BaseSession implements WireSession {

	/** How much of an error's text a peer gets. */
	private static final int ERROR_TEXT_BYTES = 8192;

	private final ProtocolLimits limits;

	private final WireListeners listeners = new WireListeners();

	private final MessageBatcher output;

	private final BaseSender sender;

	private final BaseInbound messages;

	private final FrameDecoder decoder;

	private long lastBytesNanos;

	/** How far the session's clock is behind the caller's: it stands while paused. */
	private long pausedNanos;

	private long pausedSinceNanos;

	private boolean paused;

	private boolean closed;

	/**
	 * Creates a session for a connection on which nothing was sent yet.
	 * @param side which end of the connection this is
	 * @param limits the connection's limits
	 * @param allocator where outgoing messages and straddling frames are stored
	 */
	public BaseSession(Side side, ProtocolLimits limits, ByteBufAllocator allocator) {
		this(side, limits, allocator, 1);
	}

	BaseSession(Side side, ProtocolLimits limits, ByteBufAllocator allocator, int firstId) {
		this.limits = limits;
		this.output = new MessageBatcher(allocator);
		this.sender = new BaseSender(this.output, side, limits, firstId);
		BaseAbuseGuard conduct = new BaseAbuseGuard(limits);
		this.messages = new BaseInbound(limits, this.listeners, this.sender, conduct);
		this.decoder = new FrameDecoder(allocator, new BaseReceiver(this.messages, conduct));
	}

	@Override
	public void listen(InboundListener inbound, OutboundListener outbound, ConnectionListener connection) {
		this.listeners.set(inbound, outbound, connection);
	}

	@Override
	public void receive(ByteBuf chunk, long nowNanos) {
		if (isClosed()) {
			return;
		}
		this.lastBytesNanos = time(nowNanos);
		this.messages.now(this.lastBytesNanos);
		this.decoder.decode(chunk);
	}

	@Override
	public void tick(long nowNanos) {
		if (isClosed()) {
			return;
		}
		long now = time(nowNanos);
		this.messages.now(now);
		if (this.decoder.isMidFrame() && now - this.lastBytesNanos >= Durations.nanos(this.limits.halfOpenIdle())) {
			this.messages.frameStalled();
			return;
		}
		this.messages.expire(this.decoder);
	}

	@Override
	public void readingPaused(boolean paused, long nowNanos) {
		if (paused != this.paused) {
			this.paused = paused;
			if (paused) {
				this.pausedSinceNanos = nowNanos;
			}
			else {
				this.pausedNanos += nowNanos - this.pausedSinceNanos;
			}
		}
	}

	private long time(long nowNanos) {
		return (this.paused ? this.pausedSinceNanos : nowNanos) - this.pausedNanos;
	}

	@Override
	public void close(String reason) {
		if (this.closed) {
			return;
		}
		this.closed = true;
		this.messages.stop();
		this.decoder.release();
		this.output.release();
		for (BaseCall call : this.sender.forgetAll()) {
			this.messages.forget(call);
			this.listeners.outbound().responseFailed(call, new ResponseFailure(Cause.CONNECTION_CLOSED, reason));
		}
		this.messages.abandon();
	}

	@Override
	public boolean isClosed() {
		return !this.messages.isOpen();
	}

	@Override
	public long bufferedBytes() {
		return streams().heldBytes() + this.decoder.bufferedBytes();
	}

	@Override
	public MessageBatcher output() {
		return this.output;
	}

	@Override
	public int callsInFlight() {
		return streams().places();
	}

	@Override
	public int openCalls() {
		return this.sender.openCalls();
	}

	@Override
	public boolean hasOutput() {
		return this.output.pendingBytes() > 0;
	}

	@Override
	public OutboundCall call(long methodId, byte[] arguments, ResponseMode mode, Object attachment,
			CallMetadata metadata) {
		requireOpen();
		return this.sender.call(methodId, arguments, mode, attachment);
	}

	@Override
	public OutboundCall openStream(long methodId, byte[] arguments, ResponseMode mode, Object attachment,
			CallMetadata metadata) {
		requireOpen();
		return this.sender.openStream(methodId, arguments, mode, attachment);
	}

	@Override
	public boolean sendItem(OutboundCall handle, byte[] item) {
		BaseCall call = (BaseCall) handle;
		boolean sent = !isClosed() && this.sender.sendItem(call, item);
		if (sent) {
			this.listeners.outbound().requestItemSent(call);
		}
		return sent;
	}

	@Override
	public boolean sendEnd(OutboundCall handle) {
		BaseCall call = (BaseCall) handle;
		return !isClosed() && this.sender.sendEnd(call);
	}

	@Override
	public void cast(long methodId, byte[] arguments, CallMetadata metadata, @Nullable Object cast) {
		requireOpen();
		this.sender.cast(methodId, arguments);
	}

	@Override
	public boolean cancel(OutboundCall handle) {
		BaseCall call = (BaseCall) handle;
		if (isClosed() || call.over) {
			return false;
		}
		this.sender.cancel(call);
		this.messages.forget(call);
		return true;
	}

	@Override
	public boolean respond(InboundRequest handle, int status, byte[] payload) {
		BaseRequest request = (BaseRequest) handle;
		if (status < StatusCode.OK || status > StatusCode.METHOD_NOT_FOUND) {
			throw new IllegalArgumentException("Status " + status + " reads as success to a muxio peer: use 0 to 3");
		}
		if (isClosed() || request.isOver()) {
			return false;
		}
		if (request.responding) {
			throw new IllegalStateException(
					request + " was answered with items: finish it with respondEnd or respondCancel");
		}
		this.sender.respond(request, status, payload);
		answered(request);
		return true;
	}

	@Override
	public boolean respond(InboundRequest handle, byte[] payload, CallMetadata metadata) {
		BaseRequest request = (BaseRequest) handle;
		return respond(request, StatusCode.OK, payload);
	}

	@Override
	public boolean respondError(InboundRequest handle, ExtError error) {
		BaseRequest request = (BaseRequest) handle;
		byte[] text = Utf8.cut(error.message(), ERROR_TEXT_BYTES);
		if (isClosed() || !request.isResponding()) {
			return respond(request, error.baseStatus(), text);
		}
		// Of the statuses it is the one whose text every muxio peer shows.
		this.sender.respondLate(request, StatusCode.SYSTEM, text);
		answered(request);
		return true;
	}

	@Override
	public boolean respondItem(InboundRequest handle, byte[] item, CallMetadata metadata) {
		BaseRequest request = (BaseRequest) handle;
		if (isClosed() || request.isOver()) {
			return false;
		}
		this.sender.respondItem(request, item);
		this.listeners.inbound().responseItemSent(request);
		return true;
	}

	@Override
	public boolean respondEnd(InboundRequest handle) {
		BaseRequest request = (BaseRequest) handle;
		if (isClosed() || !request.isResponding()) {
			return respond(request, StatusCode.OK, ByteAssembler.EMPTY);
		}
		this.sender.respondEnd(request);
		answered(request);
		return true;
	}

	@Override
	public boolean respondCancel(InboundRequest handle) {
		BaseRequest request = (BaseRequest) handle;
		if (isClosed() || !request.isResponding()) {
			return false;
		}
		this.sender.respondCancel(request);
		answered(request);
		return true;
	}

	@Override
	public void release(InboundRequest handle) {
		BaseRequest request = (BaseRequest) handle;
		request.keepsPlace = false;
		streams().freePlace(request);
	}

	BaseSender sender() {
		return this.sender;
	}

	InboundStreams streams() {
		return this.messages.streams();
	}

	private void answered(BaseRequest request) {
		request.over = true;
		this.sender.forget(request);
		streams().remove(request);
		streams().passing().answered();
		streams().freePlace(request);
	}

	private void requireOpen() {
		if (isClosed()) {
			throw new IllegalStateException("The connection is closed");
		}
	}

}
