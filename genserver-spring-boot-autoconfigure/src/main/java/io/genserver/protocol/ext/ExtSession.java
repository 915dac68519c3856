package io.genserver.protocol.ext;

import java.util.concurrent.TimeUnit;

import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.CallAbuseGuard;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.ConnectionListener;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.FrameDecoder;
import io.genserver.protocol.FrameKind;
import io.genserver.protocol.GoAway;
import io.genserver.protocol.InboundListener;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.LittleEndian;
import io.genserver.protocol.MessageBatcher;
import io.genserver.protocol.MessageType;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.OutboundListener;
import io.genserver.protocol.OversizedItemException;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.RpcHeader;
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
 * A session in ext mode: flow control, deadlines, structured errors.
 * <p>
 * Beyond what every session asks of its owner:
 * <ul>
 * <li>Nothing is written until messages are taken from {@link #output()}, and what can be
 * written depends on the peer's credit. So look at {@link #hasOutput()}, or just try to
 * take messages, also after {@link #receive}, {@link #tick} and {@link #consumed}.</li>
 * <li>Arrays given to it must not change until they are written.</li>
 * <li>Everything the listener is given with {@code requestComplete},
 * {@code requestArguments}, {@code requestItem} and {@code responseItem} is to be passed
 * to {@link #consumed} once, however it ended; what {@code responseComplete} brings is
 * not.</li>
 * <li>Reading never pauses: {@link #readingPaused} is ignored.</li>
 * </ul>
 * An item may be as long as the peer accepts a message; a stream's arguments are an item
 * of their own.
 */
public final class ExtSession implements WireSession {

	private final ExtLimits extLimits;

	private final ProtocolLimits limits;

	private final ExtSettings ours;

	private final WireListeners listeners = new WireListeners();

	private final MessageBatcher output;

	private final ExtStreams streams;

	private final ConnectionCredit credit;

	private final SendQueue.Total queued = new SendQueue.Total();

	private final ExtSender sender;

	private final ExtInbound messages;

	private final FrameDecoder decoder;

	/** Where metadata is encoded. */
	private final Tlv.Writer metadata = new Tlv.Writer();

	/** What described the last request, and its entries. */
	private CallMetadata lastRequest = CallMetadata.NONE;

	private byte[] lastEntries = ByteAssembler.EMPTY;

	/** What described the last answer that something described, and its header. */
	private @Nullable CallMetadata lastDescription;

	private @Nullable PendingOpen lastAnswer;

	private boolean closed;

	private boolean clockKnown;

	private long lastBytesNanos;

	private boolean asked;

	private long askedNanos;

	/** Whether the listener was notified that no ids are left. */
	private boolean exhausted;

	/**
	 * Creates a session for a connection on which nothing was sent yet.
	 * @param side which end of the connection this is
	 * @param limits the connection's limits
	 * @param extLimits those that only ext mode has
	 * @param allocator where outgoing messages and straddling frames are stored
	 * @throws IllegalArgumentException if a window is smaller than every peer assumes
	 */
	public ExtSession(Side side, ProtocolLimits limits, ExtLimits extLimits, ByteBufAllocator allocator) {
		this(side, limits, extLimits, allocator, ExtSettings.ASSUMED, 1);
	}

	ExtSession(Side side, ProtocolLimits limits, ExtLimits extLimits, ByteBufAllocator allocator, ExtSettings assumed,
			int firstNumber) {
		this.limits = limits;
		this.extLimits = extLimits;
		this.ours = ExtSettings.of(limits, extLimits, assumed);
		this.streams = new ExtStreams(side, firstNumber);
		this.credit = new ConnectionCredit(this.ours.connectionWindow(), limits.inboundBudgetBytes());
		this.output = new MessageBatcher(allocator, this::write);
		this.sender = new ExtSender(this.output, this.streams, this.credit, assumed, this.listeners);
		this.messages = new ExtInbound(limits, extLimits, this.ours, assumed, this.listeners, this.streams, this.sender,
				this.credit, this.queued);
		this.decoder = new FrameDecoder(allocator, new ExtReceiver(this.streams, this.sender, this.credit,
				this.messages, new ExtAbuseGuard(extLimits), this.ours, assumed));
		this.sender.control(ExtFrame.SETTINGS, 0, this.ours.encode());
	}

	private boolean write() {
		return this.sender.write();
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
		now(nowNanos);
		this.lastBytesNanos = nowNanos;
		this.asked = false;
		this.decoder.decode(chunk);
	}

	@Override
	public void now(long nowNanos) {
		this.messages.now(nowNanos);
		if (!this.clockKnown) {
			this.clockKnown = true;
			this.lastBytesNanos = nowNanos;
		}
	}

	@Override
	public void tick(long nowNanos) {
		if (isClosed()) {
			return;
		}
		now(nowNanos);
		long silence = nowNanos - this.lastBytesNanos;
		if (this.asked && nowNanos - this.askedNanos >= Durations.nanos(this.extLimits.keepAliveTimeout())) {
			this.messages.violated(ExtViolation
				.idle("nothing heard for " + TimeUnit.NANOSECONDS.toMillis(silence) + " ms, though asked"));
			return;
		}
		if (this.decoder.isMidFrame() && silence >= Durations.nanos(this.limits.halfOpenIdle())) {
			this.messages.violated(ExtViolation.of(new CallAbuseGuard(this.limits).frameStalled()));
			return;
		}
		if (!this.asked && silence >= Durations.nanos(this.extLimits.keepAlive())) {
			this.asked = true;
			this.askedNanos = nowNanos;
			byte[] payload = new byte[Long.BYTES];
			LittleEndian.setLong(payload, 0, nowNanos);
			this.sender.control(FrameKind.PING, 0, payload);
		}
		if (!this.streams.hasIds() && !this.exhausted) {
			this.exhausted = true;
			goAway(GoAway.SHUTDOWN, 0, "no stream ids left");
			this.messages.failUnopened("no stream ids are left on this connection");
		}
		this.messages.expire();
	}

	/** Ignored: in ext mode credit slows the peer down. */
	@Override
	public void readingPaused(boolean paused, long nowNanos) {
	}

	@Override
	public void close(String reason) {
		if (this.closed) {
			return;
		}
		this.closed = true;
		this.messages.stop();
		this.decoder.release();
		this.messages.abandon(reason);
		this.output.release();
	}

	@Override
	public boolean isClosed() {
		return !this.messages.isOpen();
	}

	@Override
	public long bufferedBytes() {
		return this.credit.buffered() + this.decoder.bufferedBytes();
	}

	@Override
	public MessageBatcher output() {
		return this.output;
	}

	@Override
	public boolean hasOutput() {
		return !this.closed && this.sender.hasOutput();
	}

	@Override
	public boolean isOpened() {
		return this.sender.isSettled();
	}

	@Override
	public boolean acceptsCalls() {
		return !isClosed() && !this.sender.isLeaving() && this.streams.hasIds();
	}

	@Override
	public long heldBackBytes() {
		return this.queued.bytes;
	}

	@Override
	public long heldBackItemBytes() {
		return this.queued.items;
	}

	/**
	 * How many of our calls and casts wait until the peer lets another stream open.
	 * @return a number
	 */
	public int waitingCalls() {
		return this.sender.waiting();
	}

	@Override
	public int callsInFlight() {
		return this.streams.places();
	}

	@Override
	public int openCalls() {
		return this.messages.openCalls();
	}

	@Override
	public OutboundCall call(long methodId, byte[] arguments, ResponseMode mode, Object attachment,
			CallMetadata metadata) {
		ExtCall call = open(methodId, arguments, mode, attachment, metadata);
		call.send.end();
		this.sender.open(call);
		return call;
	}

	@Override
	public OutboundCall openStream(long methodId, byte[] arguments, ResponseMode mode, Object attachment,
			CallMetadata metadata) {
		ExtCall call = open(methodId, arguments, mode, attachment, metadata);
		call.sending = true;
		this.sender.open(call);
		return call;
	}

	private ExtCall open(long methodId, byte[] arguments, ResponseMode mode, Object attachment, CallMetadata metadata) {
		SendQueue queue = queue(MessageType.CALL, methodId, arguments, metadata);
		int window = (metadata.streamWindow() >= 0) ? metadata.streamWindow() : this.ours.streamWindow();
		ReceiveCredit credit = new ReceiveCredit(window, metadata.itemCredit(), this.ours.maxMessage());
		this.messages.callOpened();
		return new ExtCall(methodId, mode, attachment, queue, credit);
	}

	private SendQueue queue(int type, long methodId, byte[] arguments, CallMetadata metadata) {
		if (!acceptsCalls()) {
			throw new IllegalStateException(
					isClosed() ? "The connection is closed" : "The connection takes no new calls, open another");
		}
		requireItemFits("Arguments", arguments);
		byte[] name = this.sender.isNamed(methodId) ? ByteAssembler.EMPTY
				: MetadataCodec.encodeName(metadata, this.metadata);
		PendingOpen open = new PendingOpen(type, methodId, entries(metadata), name, metadata.deadlineMillis(),
				this.messages.now(), arguments.length > 0);
		int metadataBytes = open.bytes(true) - RpcHeader.BYTES;
		int longest = Math.min(this.sender.peer().maxMetadata(), ExtLimits.MAX_METADATA_BYTES);
		if (metadataBytes > longest) {
			throw new OversizedItemException("Metadata", metadataBytes, longest);
		}
		if (metadata.streamWindow() >= 0 && metadata.streamWindow() < this.messages.smallestWindow()) {
			throw new IllegalArgumentException("Stream window of " + metadata.streamWindow()
					+ " bytes is below the smallest one, " + this.messages.smallestWindow());
		}
		SendQueue queue = new SendQueue(open, this.sender.peer().streamWindow(), CallMetadata.UNLIMITED_ITEMS,
				this.queued);
		if (arguments.length > 0) {
			queue.addArguments(arguments);
		}
		return queue;
	}

	private byte[] entries(CallMetadata metadata) {
		if (this.lastRequest == metadata) {
			return this.lastEntries;
		}
		byte[] entries = MetadataCodec.encode(metadata, this.metadata);
		if (entries.length <= MetadataCodec.KEPT_BYTES) {
			this.lastRequest = metadata;
			this.lastEntries = entries;
		}
		return entries;
	}

	@Override
	public boolean sendItem(OutboundCall handle, byte[] item) {
		ExtCall call = (ExtCall) handle;
		requireItemFits("Stream item", item);
		if (isClosed() || call.over || !call.sending) {
			return false;
		}
		call.send.addItem(item);
		this.sender.schedule(call);
		return true;
	}

	@Override
	public boolean sendEnd(OutboundCall handle) {
		ExtCall call = (ExtCall) handle;
		if (isClosed() || call.over || !call.sending) {
			return false;
		}
		call.sending = false;
		call.send.end();
		this.sender.schedule(call);
		return true;
	}

	@Override
	public void cast(long methodId, byte[] arguments, CallMetadata metadata, @Nullable Object cast) {
		SendQueue queue = queue(MessageType.EVENT, methodId, arguments, metadata);
		queue.end();
		this.sender.open(new ExtCast(queue, cast, arguments.length));
	}

	@Override
	public boolean cancel(OutboundCall handle) {
		ExtCall call = (ExtCall) handle;
		if (isClosed() || call.over) {
			return false;
		}
		this.messages.cancel(call);
		return true;
	}

	/**
	 * Answers a request completely. A status other than {@link StatusCode#OK} is sent as
	 * an error whose message is the payload read as UTF-8, also after items;
	 * {@link #respondError} can say more.
	 * @param handle a request of this session
	 * @param status see {@link ExtStatus}
	 * @param payload the encoded result, or UTF-8 error text
	 */
	@Override
	public boolean respond(InboundRequest handle, int status, byte[] payload) {
		ExtRequest request = (ExtRequest) handle;
		if (status != StatusCode.OK) {
			if (!ExtStatus.isKnown(status)) {
				throw new IllegalArgumentException("Unknown status " + status);
			}
			return respondError(request, ExtError.of(status, Utf8.lenient(payload, 0, payload.length)));
		}
		return respond(request, payload, CallMetadata.NONE);
	}

	@Override
	public boolean respond(InboundRequest handle, byte[] payload, CallMetadata metadata) {
		ExtRequest request = (ExtRequest) handle;
		if (isClosed() || request.isOver()) {
			return false;
		}
		requireNotResponding(request);
		requireItemFits("Result", payload);
		describe(request, metadata);
		if (payload.length > 0) {
			request.send.add(payload);
		}
		request.send.end();
		this.messages.answered(request);
		return true;
	}

	private static void requireNotResponding(ExtRequest request) {
		if (request.isResponding()) {
			throw new IllegalStateException(
					request + " was answered with items: finish it with respondEnd or respondError");
		}
	}

	private void describe(ExtRequest request, CallMetadata metadata) {
		if (metadata != CallMetadata.NONE) {
			request.send.open = described(metadata);
		}
	}

	/** The answers of a method are all described by the same metadata. */
	private PendingOpen described(CallMetadata metadata) {
		PendingOpen last = this.lastAnswer;
		if (last != null && this.lastDescription == metadata) {
			return last;
		}
		byte[] entries = MetadataCodec.encode(metadata, this.metadata);
		int longest = Math.min(this.sender.peer().maxMetadata(), ExtLimits.MAX_METADATA_BYTES);
		if (1 + entries.length > longest) {
			throw new OversizedItemException("Metadata", 1 + entries.length, longest);
		}
		byte[] withStatus = new byte[1 + entries.length];
		System.arraycopy(entries, 0, withStatus, 1, entries.length);
		PendingOpen answer = PendingOpen.answer(withStatus);
		this.lastDescription = metadata;
		this.lastAnswer = answer;
		return answer;
	}

	@Override
	public boolean respondError(InboundRequest handle, ExtError error) {
		ExtRequest request = (ExtRequest) handle;
		if (isClosed() || request.isOver()) {
			return false;
		}
		byte[] withStatus = encoded(request, error);
		request.send.fail(withStatus);
		this.messages.answered(request);
		if (!request.send.hasItems()) {
			this.messages.finish(request, ExtFrame.ERROR, withStatus);
		}
		return true;
	}

	@Override
	public boolean breakOff(InboundRequest handle, ExtError error) {
		ExtRequest request = (ExtRequest) handle;
		if (isClosed() || request.isOver()) {
			return false;
		}
		this.messages.answered(request);
		this.messages.finish(request, ExtFrame.ERROR, encoded(request, error));
		return true;
	}

	private static byte[] encoded(ExtRequest request, ExtError error) {
		byte[] payload = (request.notExecuted ? error.withNotExecuted() : error).encode();
		byte[] withStatus = new byte[1 + payload.length];
		withStatus[0] = (byte) error.status();
		System.arraycopy(payload, 0, withStatus, 1, payload.length);
		return withStatus;
	}

	@Override
	public boolean respondItem(InboundRequest handle, byte[] item, CallMetadata metadata) {
		ExtRequest request = (ExtRequest) handle;
		if (isClosed() || request.isOver()) {
			return false;
		}
		requireItemFits("Response item", item);
		if (!request.responding) {
			describe(request, metadata);
			request.responding = true;
		}
		request.send.addItem(item);
		this.sender.schedule(request);
		return true;
	}

	@Override
	public boolean respondEnd(InboundRequest handle) {
		ExtRequest request = (ExtRequest) handle;
		if (isClosed() || request.isOver()) {
			return false;
		}
		request.send.end();
		this.messages.answered(request);
		return true;
	}

	/** In ext mode {@link #respondError} can say why. */
	@Override
	public boolean respondCancel(InboundRequest handle) {
		ExtRequest request = (ExtRequest) handle;
		if (isClosed() || !request.isResponding()) {
			return false;
		}
		this.messages.answered(request);
		this.messages.finish(request, FrameKind.CANCEL, ByteAssembler.EMPTY);
		return true;
	}

	@Override
	public void release(InboundRequest handle) {
		ExtRequest request = (ExtRequest) handle;
		request.keepsPlace = false;
		this.streams.freePlace(request);
	}

	@Override
	public void consumed(InboundRequest handle, int items, long bytes) {
		ExtRequest request = (ExtRequest) handle;
		this.messages.consumed(request, items, bytes);
	}

	@Override
	public void consumed(OutboundCall handle, int items, long bytes) {
		ExtCall call = (ExtCall) handle;
		this.messages.consumed(call, items, bytes);
	}

	/**
	 * How many bytes given for a response wait to be written.
	 * @param handle a request of this session
	 * @return bytes, without frame headers
	 */
	public long queuedBytes(InboundRequest handle) {
		ExtRequest request = (ExtRequest) handle;
		return request.send.queuedBytes();
	}

	/**
	 * How many bytes given for a call wait to be written.
	 * @param handle a call of this session
	 * @return bytes, without frame headers
	 */
	public long queuedBytes(OutboundCall handle) {
		ExtCall call = (ExtCall) handle;
		return call.send.queuedBytes();
	}

	@Override
	public void goAway(int code, long drainMillis, String reason) {
		this.messages.goAway(code, drainMillis, reason);
	}

	ExtStreams streams() {
		return this.streams;
	}

	ExtSender sender() {
		return this.sender;
	}

	ConnectionCredit credit() {
		return this.credit;
	}

	private void requireItemFits(String what, byte[] item) {
		if (item.length > this.sender.peer().maxMessage()) {
			throw new OversizedItemException(what, item.length, this.sender.peer().maxMessage());
		}
	}

}
