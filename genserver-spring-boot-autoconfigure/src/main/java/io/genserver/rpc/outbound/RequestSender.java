package io.genserver.rpc.outbound;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.log.SafeLogger;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.OversizedItemException;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.WireMode;
import io.genserver.protocol.WireSession;
import io.genserver.rpc.ConnectionContext;
import io.genserver.rpc.Outbound;
import io.genserver.rpc.OutboundQueue;
import io.genserver.rpc.RequestHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Gives requests to the session, in the order in which their turns come in the outbound
 * queue. No more calls are open at once than the peer is expected to take: a call that
 * finds no place waits here, and each request after it waits behind it, casts too.
 * <p>
 * Belongs to the connection's thread, but for what says otherwise.
 */
final class RequestSender {

	private static final SafeLogger logger = SafeLogger.of(RequestSender.class);

	private static final long ROUND_UP = 999_999;

	/** Items of a stream that may be on their way, where the mode counts them. */
	private static final int ITEM_CREDIT = 256;

	private final WireMode mode;

	private final ConnectionContext context;

	private final WireSession session;

	private final OutboundQueue outbound;

	private final ArrayDeque<OutboundRequest> waiting = new ArrayDeque<>();

	private final AtomicInteger waitingCount = new AtomicInteger();

	private final Outbound sendWaiting = new SendWaiting();

	/** What described the last request without headers. */
	private CallMetadata lastMetadata = CallMetadata.NONE;

	private @Nullable RemoteMethod lastMethod;

	/** Casts given to the session. */
	private long castsSent;

	/**
	 * How many of them the peer has taken in any case. It reads in order, and takes
	 * nothing more once it has refused a request because it leaves: so the good answer to
	 * a call shows that the casts sent before that call were taken.
	 */
	private long castsTaken;

	RequestSender(WireMode mode, ConnectionContext context, WireSession session, OutboundQueue outbound) {
		this.mode = mode;
		this.context = context;
		this.session = session;
		this.outbound = outbound;
	}

	/** The turn of a request has come: send it, or let it wait for a place. */
	void send(OutboundRequest request) {
		if (request.isOver()) {
			return;
		}
		if (!this.waiting.isEmpty() || !hasPlace(request)) {
			this.waiting.add(request);
			this.waitingCount.incrementAndGet();
			return;
		}
		sendNow(request);
	}

	private boolean hasPlace(OutboundRequest request) {
		return !request.takesPlace() || this.session.openCalls() < this.context.limits().callsInFlight();
	}

	private void sendNow(OutboundRequest request) {
		if (this.session.isClosed()) {
			request.dropped();
		}
		else if (request instanceof RemoteCall call) {
			sendCall(call);
		}
		else if (request instanceof RemoteCast cast) {
			sendCast(cast);
		}
	}

	private void sendCall(RemoteCall call) {
		RemoteMethod method = call.method();
		if (!this.session.acceptsCalls()) {
			call.end(RemoteFailures.lost(method, "the other end takes no new calls on this connection"));
			return;
		}
		if (!call.leave()) {
			return;
		}
		RequestBody body = call.body();
		CallMetadata metadata = metadata(method, call.hasDeadline(), call.deadline(),
				call.mode() == ResponseMode.STREAM, body.headers());
		try {
			if (body.items() == null) {
				call.opened(this.session.call(method.id(), body.arguments(), call.mode(), call, metadata));
			}
			else {
				OutboundCall open = this.session.openStream(method.id(), body.arguments(), call.mode(), call, metadata);
				sendItems(call, open, body.items());
			}
		}
		catch (OversizedItemException ex) {
			call.fail(RemoteFailures.refused(method, String.valueOf(ex.getMessage())));
		}
		call.sentAfter(this.castsSent);
	}

	private void sendItems(RemoteCall call, OutboundCall open, Flow.Publisher<?> publisher) {
		OutboundItems items = call.opened(open, this.outbound, this.context.workers());
		@SuppressWarnings("unchecked")
		Flow.Publisher<@Nullable Object> source = (Flow.Publisher<@Nullable Object>) publisher;
		this.context.workers().execute(() -> source.subscribe(items));
	}

	private void sendCast(RemoteCast cast) {
		if (!this.session.acceptsCalls()) {
			cast.dropped();
			return;
		}
		RequestBody body = cast.body();
		CallMetadata metadata = metadata(cast.method(), false, 0, false, body.headers());
		try {
			this.session.cast(cast.method().id(), body.arguments(), metadata, cast.mayBeResent() ? cast : null);
			this.castsSent++;
		}
		catch (OversizedItemException ex) {
			logger.warn("A cast of {} was not sent: {}", cast.method(), ex.getMessage());
		}
	}

	/**
	 * What goes with a request, where the mode has a place for it.
	 * @param method the operation
	 * @param hasDeadline whether it has to be over at some time
	 * @param deadline when, by the connection's clock
	 * @param items whether items come back
	 * @param headers what the application adds
	 */
	private CallMetadata metadata(RemoteMethod method, boolean hasDeadline, long deadline, boolean items,
			Map<String, String> headers) {
		if (this.mode == WireMode.BASE) {
			return CallMetadata.NONE;
		}
		long millis = hasDeadline ? millisUntil(deadline) : CallMetadata.NO_DEADLINE;
		int credit = items ? ITEM_CREDIT : CallMetadata.UNLIMITED_ITEMS;
		CallMetadata last = this.lastMetadata;
		if (headers.isEmpty() && this.lastMethod == method && last.deadlineMillis() == millis
				&& last.itemCredit() == credit) {
			return last;
		}
		CallMetadata.Builder metadata = CallMetadata.NONE.toBuilder()
			.methodName(method.wireName())
			.contentType(method.contentType())
			.key(method.key())
			.deadlineMillis(millis)
			.itemCredit(credit);
		if (!headers.isEmpty()) {
			RequestHeaders.send(headers, metadata);
			return metadata.build();
		}
		CallMetadata built = metadata.build();
		this.lastMethod = method;
		this.lastMetadata = built;
		return built;
	}

	private long millisUntil(long deadline) {
		long left = deadline - this.context.clock().getAsLong();
		return Math.max(1, TimeUnit.NANOSECONDS.toMillis(left + ROUND_UP));
	}

	/** How many requests wait. On any thread. */
	int waiting() {
		return this.waitingCount.get();
	}

	/** A call has ended, so that another may have its place. */
	void placeFreed() {
		if (!this.waiting.isEmpty()) {
			this.outbound.offer(this.sendWaiting);
		}
	}

	/** Send those that wait, as far as there are places. */
	void sendWaiting() {
		for (OutboundRequest next = this.waiting.peek(); next != null; next = this.waiting.peek()) {
			if (!next.isOver()) {
				if (!hasPlace(next)) {
					return;
				}
				sendNow(next);
			}
			this.waiting.remove();
			this.waitingCount.decrementAndGet();
		}
	}

	/** Those that were given up while they waited wait no more. */
	void sweep() {
		int before = this.waiting.size();
		if (before > 0 && this.waiting.removeIf(OutboundRequest::isOver)) {
			this.waitingCount.addAndGet(this.waiting.size() - before);
		}
	}

	/** Nothing more will be sent. */
	void drop() {
		for (OutboundRequest request = this.waiting.poll(); request != null; request = this.waiting.poll()) {
			request.dropped();
		}
	}

	/** A call has a good answer, so that the casts before it were taken. */
	void answered(RemoteCall call) {
		this.castsTaken = Math.max(this.castsTaken, call.castsBefore());
	}

	/** How many casts of a connection that is over nothing shows to have been read. */
	long castsInDoubt() {
		return (this.mode == WireMode.BASE) ? this.castsSent - this.castsTaken : 0;
	}

	/** Has those sent that wait. */
	private final class SendWaiting implements Outbound {

		@Override
		public int bytes() {
			return 0;
		}

		@Override
		public void write(WireSession session) {
			sendWaiting();
		}

	}

}
