package io.genserver.rpc.peer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.ConnectionListener;
import io.genserver.protocol.InboundListener;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.OutboundListener;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.RequestRefusal;
import io.genserver.protocol.ResponseFailure;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.Side;
import io.genserver.protocol.WireMode;
import io.genserver.protocol.WireSession;
import io.genserver.protocol.base.BaseSession;
import io.genserver.protocol.ext.ExtLimits;
import io.genserver.protocol.ext.ExtSession;
import io.genserver.testsupport.HangGuard;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The other end of a {@link PeerConnection}: a bare session, to send exactly what a test
 * wants and to see exactly what comes back. Bytes travel both ways in random splits.
 */
final class RawPeer implements InboundListener, OutboundListener, ConnectionListener, Subscriber<ByteBuf> {

	private static final Pattern ERROR_ID = Pattern.compile("\\(error id [0-9a-f]{8}\\)");

	final MemoryTransport transport;

	final WireSession session;

	final PeerConnection connection;

	final Random random;

	final List<String> unmatched = new ArrayList<>();

	/** Messages the transport has room for; all of them unless a test says otherwise. */
	long room = Long.MAX_VALUE;

	int messages;

	/** Whether items are consumed as they come, which gives credit for more. */
	boolean consumes = true;

	private @Nullable Subscription subscription;

	private long requested;

	boolean completed;

	RawPeer(PeerContext context, long seed) {
		this(WireMode.BASE, context, seed);
	}

	RawPeer(WireMode mode, PeerContext context, long seed) {
		this(mode, context, seed, new MemoryTransport());
	}

	RawPeer(WireMode mode, PeerContext context, long seed, MemoryTransport transport) {
		this.transport = transport;
		this.random = new Random(seed);
		this.session = (mode == WireMode.BASE)
				? new BaseSession(Side.CONNECTING, ProtocolLimits.defaults(), PooledByteBufAllocator.DEFAULT)
				: new ExtSession(Side.CONNECTING, ProtocolLimits.defaults(), ExtLimits.defaults(),
						PooledByteBufAllocator.DEFAULT);
		this.session.listen(this, this, this);
		this.connection = new PeerConnection(Side.ACCEPTING, mode, context, this.transport,
				PooledByteBufAllocator.DEFAULT);
		this.connection.outbound().subscribe(this);
	}

	Reply call(String wireName, String arguments) {
		return call(wireName, arguments.getBytes(StandardCharsets.UTF_8));
	}

	Reply call(String wireName, byte[] arguments) {
		Reply reply = new Reply();
		reply.call = this.session.call(MethodId.of(wireName), arguments, ResponseMode.UNARY, reply);
		return reply;
	}

	Reply stream(String wireName, String arguments) {
		Reply reply = new Reply();
		reply.call = this.session.call(MethodId.of(wireName), arguments.getBytes(StandardCharsets.UTF_8),
				ResponseMode.STREAM, reply);
		return reply;
	}

	Reply stream(String wireName, String arguments, CallMetadata metadata) {
		Reply reply = new Reply();
		reply.call = this.session.call(MethodId.of(wireName), arguments.getBytes(StandardCharsets.UTF_8),
				ResponseMode.STREAM, reply, metadata);
		return reply;
	}

	void cast(String wireName, String arguments) {
		this.session.cast(MethodId.of(wireName), arguments.getBytes(StandardCharsets.UTF_8));
	}

	void cancel(Reply reply) {
		assertThat(this.session.cancel(reply.call())).isTrue();
	}

	/** The complete answer of a call. */
	String answer(Reply reply) {
		pumpUntil(reply::isOver);
		return reply.status + " " + ERROR_ID.matcher(reply.text()).replaceAll("(error id #)");
	}

	/** Move bytes and run tasks until a condition holds. */
	void pumpUntil(BooleanSupplier condition) {
		long end = HangGuard.end();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("hang guard").isLessThan(end);
			pump();
		}
	}

	void pump() {
		sendAll();
		demand();
		try {
			this.transport.runTasks();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Everything written goes to the peer, also while it says it does not read. */
	void sendAll() {
		for (ByteBuf message = this.session.output().flush(); message != null; message = this.session.output()
			.flush()) {
			split(message, this.connection::receive);
		}
	}

	private void demand() {
		Subscription known = this.subscription;
		if (known != null && this.requested < this.room) {
			long more = this.room - this.requested;
			this.requested = this.room;
			known.request(more);
		}
	}

	private void split(ByteBuf message, java.util.function.Consumer<ByteBuf> target) {
		try {
			while (message.isReadable()) {
				int most = message.readableBytes();
				ByteBuf piece = message.readRetainedSlice((most > 64) ? most : 1 + this.random.nextInt(most));
				try {
					target.accept(piece);
				}
				finally {
					piece.release();
				}
			}
		}
		finally {
			message.release();
		}
	}

	void disconnect() {
		this.connection.disconnected("the test hung up");
		this.session.close("the test hung up");
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		this.subscription = subscription;
	}

	@Override
	public void onNext(ByteBuf message) {
		this.messages++;
		split(message, (piece) -> this.session.receive(piece, System.nanoTime()));
	}

	@Override
	public void onError(Throwable failure) {
		throw new IllegalStateException(failure);
	}

	@Override
	public void onComplete() {
		this.completed = true;
	}

	@Override
	public BodyDelivery requestOpened(InboundRequest request) {
		this.unmatched.add("request " + request);
		return BodyDelivery.NOTHING;
	}

	@Override
	public void requestComplete(InboundRequest request, byte[] arguments) {
	}

	@Override
	public void requestItem(InboundRequest request, byte[] item) {
	}

	@Override
	public void requestEnded(InboundRequest request) {
	}

	@Override
	public void requestCancelled(InboundRequest request) {
	}

	@Override
	public void requestRefused(InboundRequest request, RequestRefusal refusal) {
	}

	@Override
	public void responseItem(OutboundCall call, byte[] item) {
		((Reply) call.attachment()).items.add(new String(item, StandardCharsets.UTF_8));
		if (this.consumes) {
			this.session.consumed(call, 1, item.length);
		}
	}

	@Override
	public void responseComplete(OutboundCall call, int status, byte[] payload) {
		Reply reply = (Reply) call.attachment();
		reply.answers++;
		reply.status = status;
		reply.payload = payload;
	}

	@Override
	public void responseFailed(OutboundCall call, ResponseFailure failure) {
		((Reply) call.attachment()).failure = failure;
	}

	@Override
	public void violated(CloseReason reason) {
		this.unmatched.add("violation " + reason);
	}

	@Override
	public void dropped(io.genserver.protocol.Dropped why, int streamId) {
		this.unmatched.add("dropped " + why);
	}

	/** What became of a call. */
	static final class Reply {

		@Nullable OutboundCall call;

		final List<String> items = new ArrayList<>();

		int answers;

		int status = -1;

		byte[] payload = {};

		@Nullable ResponseFailure failure;

		OutboundCall call() {
			OutboundCall known = this.call;
			assertThat(known).isNotNull();
			return known;
		}

		boolean isOver() {
			return this.answers > 0 || this.failure != null;
		}

		String text() {
			return new String(this.payload, StandardCharsets.UTF_8);
		}

	}

}
