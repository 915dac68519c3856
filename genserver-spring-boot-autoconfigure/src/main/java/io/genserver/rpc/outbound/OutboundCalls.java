package io.genserver.rpc.outbound;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;

import io.genserver.CallInterruptedException;
import io.genserver.GenServerTimeoutException;
import io.genserver.log.SafeLogger;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.OutboundListener;
import io.genserver.protocol.ResponseFailure;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.WireMode;
import io.genserver.protocol.WireSession;
import io.genserver.rpc.ConnectionContext;
import io.genserver.rpc.InboundBackpressure;
import io.genserver.rpc.Outbound;
import io.genserver.rpc.OutboundQueue;
import io.genserver.rpc.codec.CodecException;
import io.genserver.runtime.message.CallTime;
import org.jspecify.annotations.Nullable;

/**
 * What we ask of the peer: calls, casts and streams with encoded arguments. Safe for use
 * by many threads, but for what says otherwise.
 * <p>
 * Requests leave in the order in which they were made, as far as {@link RequestSender}
 * finds places for them.
 */
public final class OutboundCalls implements RpcChannel, OutboundListener {

	private static final SafeLogger logger = SafeLogger.of(OutboundCalls.class);

	private static final long ROOM_POLL_NANOS = 1_000_000;

	private final WireMode mode;

	private final ConnectionContext context;

	private final OutboundQueue outbound;

	private final InboundBackpressure backlog;

	/** Calls whose deadline is watched here. */
	private final Set<AsyncRemoteCall<?>> pending = ConcurrentHashMap.newKeySet();

	/** Replies that cannot be decoded where they arrive. */
	private final ArrivedReplies arrived;

	private final RequestSender sender;

	private volatile @Nullable String lost;

	/** Called with the number of casts that may be lost. */
	private volatile @Nullable LongConsumer inDoubt;

	/** Takes casts that were not delivered. */
	private volatile @Nullable Consumer<@Nullable UnsentCast> resend;

	public OutboundCalls(WireMode mode, ConnectionContext context, WireSession session, OutboundQueue outbound,
			InboundBackpressure backlog) {
		this.mode = mode;
		this.context = context;
		this.sender = new RequestSender(mode, context, session, outbound);
		this.outbound = outbound;
		this.backlog = backlog;
		this.arrived = new ArrivedReplies(context.workers());
	}

	@Override
	public <T extends @Nullable Object> T call(RemoteMethod method, RequestBody body, long timeoutNanos,
			Function<byte[], ? extends T> decoder) {
		EventLoops.check(method);
		CallTime time = CallTime.within(timeoutNanos, method.detached());
		BlockingRemoteCall call = new BlockingRemoteCall(this, method, body, time, this.context.clock().getAsLong());
		submit(call, body.arguments());
		try {
			if (!call.await(time.nanos())) {
				giveUp(call, RemoteFailures.timeout(method, time));
			}
		}
		catch (InterruptedException ex) {
			giveUp(call, (sent) -> new CallInterruptedException("The thread was interrupted while it waited for "
					+ method + "; the call " + (sent ? "may have been executed" : "was not executed"), !sent));
			Thread.currentThread().interrupt();
		}
		byte[] reply = call.result();
		try {
			return decoder.apply(reply);
		}
		catch (CodecException ex) {
			throw RemoteFailures.unusable(method, ex);
		}
	}

	@Override
	public <T extends @Nullable Object> CompletableFuture<T> callAsync(RemoteMethod method, RequestBody body,
			long timeoutNanos, Function<byte[], ? extends T> decoder) {
		RemoteReply<T> reply = new RemoteReply<>(method, decoder, this.context.workers());
		callAsync(method, body, CallTime.within(timeoutNanos, method.detached()), reply);
		return reply;
	}

	/**
	 * Call without waiting.
	 * @param <T> type of the reply
	 * @param method the operation
	 * @param body what it is given
	 * @param time time the call may take in all
	 * @param reply gets the reply
	 */
	public <T extends @Nullable Object> void callAsync(RemoteMethod method, RequestBody body, CallTime time,
			RemoteReply<T> reply) {
		AsyncRemoteCall<T> call = new AsyncRemoteCall<>(this, method, body, reply, this.context.clock().getAsLong(),
				time);
		this.pending.add(call);
		reply.attempt(call);
		submit(call, body.arguments());
		if (reply.isOver()) {
			// The thread that ended it may not have seen what is to be cancelled.
			call.cancelled();
		}
	}

	@Override
	public void cast(RemoteMethod method, RequestBody body, long timeoutNanos) {
		long deadline = this.context.clock().getAsLong() + timeoutNanos;
		awaitRoom(timeoutNanos);
		String why = whyNotSent(method, body.arguments());
		if (why != null) {
			throw RemoteFailures.refused(method, why);
		}
		String reason = this.lost;
		if (reason != null) {
			throw new NoConnectionException(method + " was not sent: " + reason, true);
		}
		this.outbound.offer(new RemoteCast(this, method, body, deadline));
	}

	/**
	 * Send a cast that another connection did not deliver. Never blocks.
	 * @param cast the cast
	 * @return why it is not sent at all, or {@code null} if it is sent, or will be handed
	 * over as not delivered once more
	 */
	public @Nullable String castAgain(UnsentCast cast) {
		if (this.lost != null) {
			unsent(cast);
			return null;
		}
		if (this.context.clock().getAsLong() - cast.deadline() >= 0) {
			return "its time is over";
		}
		String why = whyNotSent(cast.method(), cast.body().arguments());
		if (why == null) {
			this.outbound.offer(new RemoteCast(this, cast.method(), cast.body(), cast.deadline()));
		}
		return why;
	}

	/**
	 * Have casts handed over that this connection certainly did not deliver, in the order
	 * they were made. To be called before the first cast; without it they are logged at
	 * debug level.
	 * @param resend takes a cast, {@code null} for one of which nothing is known any
	 * more; called on any thread, must not block
	 */
	public void whenUnsent(Consumer<@Nullable UnsentCast> resend) {
		this.resend = resend;
	}

	/**
	 * Report the number of casts, at the end of a connection in base mode, that may be
	 * lost: they were sent, and nothing shows that they were read. To be called before
	 * the first cast; without it the number is logged at debug level.
	 * @param listener gets the number, if there are any; called on the connection's
	 * thread, must not block
	 */
	public void whenInDoubt(LongConsumer listener) {
		this.inDoubt = listener;
	}

	private void logUnconfirmedCasts() {
		long count = this.sender.castsInDoubt();
		LongConsumer listener = this.inDoubt;
		if (count > 0 && listener != null) {
			listener.accept(count);
		}
		else if (count > 0) {
			logger.debug("{} casts may be lost: {}", count, whyLost());
		}
	}

	/** Whether casts that are not delivered are reported. */
	boolean mayResend() {
		return this.resend != null;
	}

	@Override
	public void castNotExecuted(@Nullable Object cast) {
		unsent((@Nullable RemoteCast) cast);
	}

	/** A cast was certainly not delivered. On any thread. */
	void unsent(@Nullable RemoteCast cast) {
		unsent((cast != null) ? new UnsentCast(cast.method(), cast.body(), cast.deadline()) : null);
	}

	private void unsent(@Nullable UnsentCast cast) {
		Consumer<@Nullable UnsentCast> target = this.resend;
		if (target != null) {
			target.accept(cast);
		}
		else {
			logger.debug("A cast of {} was not delivered: {}", (cast != null) ? cast.method() : "an operation",
					whyLost());
		}
	}

	@Override
	public void stream(RemoteMethod method, RequestBody body, Function<byte[], ? extends @Nullable Object> decoder,
			Flow.Subscriber<? super @Nullable Object> subscriber) {
		RemoteStream stream = new RemoteStream(this, method, body, this.context.workers(), this.backlog, decoder);
		stream.deliverTo(subscriber);
		submit(stream, body.arguments());
	}

	/**
	 * A call timed out before it was sent.
	 * @param method the operation
	 * @param time the time it had
	 * @param why what it waited for
	 * @return the failure
	 */
	public static GenServerTimeoutException timedOut(RemoteMethod method, CallTime time, String why) {
		return RemoteFailures.timeout(method, time, GenServerTimeoutException.Phase.ROOM, why);
	}

	private void submit(RemoteCall call, byte[] arguments) {
		String why = whyNotSent(call.method(), arguments);
		String reason = this.lost;
		if (reason != null) {
			call.end(RemoteFailures.lost(call.method(), reason));
		}
		else if (why != null) {
			call.end((sent) -> RemoteFailures.refused(call.method(), why));
		}
		else if (!call.isOver()) {
			this.outbound.offer(call);
		}
	}

	/** What forbids to send at present, or at all. */
	private @Nullable String whyNotSent(RemoteMethod method, byte[] arguments) {
		String needs = (this.mode == WireMode.BASE) ? method.needsExtMode() : null;
		if (needs != null) {
			return needs + ", which needs ext mode; the other end speaks base mode only";
		}
		int longest = this.context.limits().itemBytes();
		if (arguments.length > longest) {
			return "its arguments of " + arguments.length + " bytes exceed the limit of " + longest;
		}
		long waits = this.outbound.pressingBytes();
		if (waits + arguments.length > this.context.limits().outboundHardBytes()) {
			return waits + " bytes wait to be sent already; slow down";
		}
		int most = this.context.limits().waitingCalls();
		if (this.sender.waiting() >= most) {
			return this.context.limits().callsInFlight() + " calls are open and " + most
					+ " requests wait already; slow down";
		}
		return null;
	}

	private void awaitRoom(long timeoutNanos) {
		if (this.outbound.hasRoomForCasts() || EventLoops.mustNotBlock()) {
			return;
		}
		long end = this.context.clock().getAsLong() + timeoutNanos;
		while (!this.outbound.hasRoomForCasts() && this.lost == null && end - this.context.clock().getAsLong() > 0
				&& !Thread.currentThread().isInterrupted()) {
			LockSupport.parkNanos(this, ROOM_POLL_NANOS);
		}
	}

	@Override
	public void requestItemSent(OutboundCall call) {
		of(call).itemSent();
	}

	/** End a call whose caller no longer waits, and tell the peer if it knows of it. */
	void giveUp(RemoteCall call, EndReason reason) {
		if (call.end(reason) == Boolean.TRUE) {
			this.outbound.offer(new Cancel(call));
		}
	}

	void forget(AsyncRemoteCall<?> call) {
		this.pending.remove(call);
	}

	/** Decode the reply once all is read that has come. On the connection's thread. */
	void decodeSoon(RemoteReply<?> reply, byte[] payload) {
		this.arrived.add(reply, payload);
	}

	/** All is read that has come. On the connection's thread. */
	public void received() {
		this.arrived.flush();
	}

	/** What sends requests when their turn has come. */
	RequestSender sender() {
		return this.sender;
	}

	@Override
	public void responseItem(OutboundCall call, byte[] item) {
		RemoteCall answered = of(call);
		this.sender.answered(answered);
		answered.item(item);
	}

	@Override
	public void responseComplete(OutboundCall call, int status, byte[] payload) {
		RemoteCall answered = of(call);
		if (status == StatusCode.OK) {
			this.sender.answered(answered);
			answered.succeed(payload);
		}
		else if (this.mode == WireMode.BASE) {
			answered.fail(RemoteFailures.status(answered.method(), status, payload));
		}
		else {
			boolean late = answered.isLate(this.context.clock().getAsLong());
			answered.fail(RemoteFailures.error(answered.method(), ExtError.decode(status, payload),
					late ? answered.time() : CallTime.NONE));
		}
		this.sender.placeFreed();
	}

	@Override
	public void responseFailed(OutboundCall call, ResponseFailure failure) {
		RemoteCall ended = of(call);
		EndReason reason = RemoteFailures.failure(ended.method(), failure);
		ended.end((sent) -> reason.failure(sent && !call.isNotExecuted()));
		this.sender.placeFreed();
	}

	private static RemoteCall of(OutboundCall call) {
		return (RemoteCall) call.attachment();
	}

	/** End calls whose time is over. On the connection's thread. */
	public void tick(long nowNanos) {
		for (AsyncRemoteCall<?> call : this.pending) {
			call.expire(nowNanos);
		}
		this.sender.sweep();
	}

	/**
	 * Send nothing that is asked from now on.
	 * @param reason why, for the failures' text
	 */
	public void refuse(String reason) {
		this.lost = reason;
	}

	/**
	 * Return whether nothing new is sent, as the peer leaves or the connection is over.
	 * On any thread.
	 * @return whether another connection is needed
	 */
	public boolean isLeft() {
		return this.lost != null;
	}

	/** The connection is over: what has not ended by now never would. */
	public void endRest() {
		logUnconfirmedCasts();
		for (AsyncRemoteCall<?> call : this.pending) {
			call.end(RemoteFailures.lost(call.method(), whyLost()));
		}
	}

	/** Nothing will be sent. On the connection's thread. */
	public void drop() {
		this.sender.drop();
	}

	String whyLost() {
		String known = this.lost;
		return (known != null) ? known : "the connection is closing";
	}

	/** Tells the peer that an answer is not wanted. */
	private final class Cancel implements Outbound {

		private final RemoteCall call;

		Cancel(RemoteCall call) {
			this.call = call;
		}

		@Override
		public int bytes() {
			return OVERHEAD;
		}

		@Override
		public void write(WireSession session) {
			this.call.cancelOn(session);
			OutboundCalls.this.sender.sendWaiting();
		}

	}

}
