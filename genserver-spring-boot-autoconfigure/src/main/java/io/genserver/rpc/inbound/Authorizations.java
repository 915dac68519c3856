package io.genserver.rpc.inbound;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;

import io.genserver.Caller;
import io.genserver.log.Throwables;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.ExtStatus;
import io.genserver.remote.RpcAuthorization;
import io.genserver.remote.RpcAuthorization.Target;
import io.genserver.remote.RpcException;
import io.genserver.rpc.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Requests that wait: to be allowed, where that is decided, and for their arguments to be
 * checked, where they are answered before their handler would decode them. Those to one
 * server are let through in the order they came, whichever is ready first, so that what a
 * peer sent first is handled first. All state belongs to the connection's thread; workers
 * decide and check.
 */
final class Authorizations {

	private final Transport transport;

	private final Executor workers;

	private final @Nullable RpcAuthorization authorization;

	private final PeerFailures failures;

	private final Caller.Remote caller;

	private final Map<Object, Deque<PendingRequest>> waiting = new HashMap<>();

	Authorizations(Transport transport, Executor workers, @Nullable RpcAuthorization authorization,
			PeerFailures failures) {
		this.transport = transport;
		this.workers = workers;
		this.authorization = authorization;
		this.failures = failures;
		this.caller = transport.remote();
	}

	/** Whether it is decided for each request whether it may go on. */
	boolean decides() {
		return this.authorization != null;
	}

	/**
	 * Whether a request has to wait, be it for those before it.
	 * @param called the server meant
	 */
	boolean holds(Object called) {
		return decides() || this.waiting.containsKey(called);
	}

	/**
	 * Let a request go on when it may, and those before it have.
	 * @param request the request
	 */
	void ask(PendingRequest request) {
		this.waiting.computeIfAbsent(request.called(), (called) -> new ArrayDeque<>()).add(request);
		RpcAuthorization deciding = this.authorization;
		if (deciding != null) {
			Decision decision = new Decision(this, request, deciding);
			request.whenOver(decision::over);
			this.workers.execute(decision);
		}
		else if (request.isCheckedFirst()) {
			this.workers.execute(() -> check(request));
		}
		else {
			decided(request, null);
		}
	}

	/** On whichever thread decided. */
	private void allow(PendingRequest request) {
		if (request.isCheckedFirst()) {
			this.workers.execute(() -> check(request));
		}
		else {
			decidedSoon(request, null);
		}
	}

	/** On a worker. */
	private void check(PendingRequest request) {
		decidedSoon(request, request.check());
	}

	/** On whichever thread decided. */
	private void refuse(PendingRequest request, @Nullable Throwable failure) {
		decidedSoon(request, refusal(request.target(), failure));
	}

	private void decidedSoon(PendingRequest request, @Nullable WireFailure refusal) {
		this.transport.execute(() -> decided(request, refusal));
	}

	private WireFailure refusal(Target target, @Nullable Throwable failure) {
		Throwable cause = (failure != null) ? Throwables.unwrap(failure) : null;
		return switch (cause) {
			case null -> this.failures.denied(target);
			case RpcException refusal -> this.failures.refused(target, refusal);
			case TimeoutException late -> {
				this.failures.undecided(target, late);
				yield WireFailure.undecided(target + ": it was not decided in time whether it may be called");
			}
			default -> this.failures.undecided(target, cause);
		};
	}

	private void decided(PendingRequest request, @Nullable WireFailure refusal) {
		request.decided(refusal);
		proceed(request.called());
	}

	private void proceed(Object called) {
		Deque<PendingRequest> queue = this.waiting.get(called);
		while (queue != null && !queue.isEmpty() && queue.getFirst().isDecided()) {
			proceed(queue.removeFirst());
		}
		if (queue != null && queue.isEmpty()) {
			this.waiting.remove(called);
		}
	}

	private void proceed(PendingRequest request) {
		WireFailure refusal = request.refusal();
		if (request.isOver()) {
			return;
		}
		if (refusal == null) {
			request.allowed();
			return;
		}
		request.refused(refusal);
		if (refusal.error().status() == ExtStatus.UNAUTHENTICATED) {
			// Behind the answer, which is written by a task of its own.
			this.transport
				.execute(() -> this.transport.close(new CloseReason(CloseCode.UNAUTHENTICATED, "not authenticated")));
		}
	}

	/**
	 * Whether one request may go on. Who decides may take long, and keeps this meanwhile:
	 * it lets go of the request, and of its connection, as soon as that is over.
	 */
	private static final class Decision implements Runnable, BiConsumer<@Nullable Boolean, @Nullable Throwable> {

		private final AtomicReference<@Nullable Asking> asking;

		private final RpcAuthorization deciding;

		/** Completes if nothing was decided in time. */
		private final CompletableFuture<Boolean> late = new CompletableFuture<>();

		Decision(Authorizations asked, PendingRequest request, RpcAuthorization deciding) {
			this.asking = new AtomicReference<>(new Asking(asked, request));
			this.deciding = deciding;
		}

		/** On a worker. */
		@Override
		public void run() {
			Asking known = this.asking.get();
			if (known == null) {
				return;
			}
			try {
				this.deciding.authorize(known.asked().caller, known.request().target()).whenComplete(this);
			}
			catch (Throwable ex) {
				accept(null, ex);
			}
			this.late.orTimeout(known.request().nanos(), TimeUnit.NANOSECONDS).whenComplete(this);
		}

		/** On whichever thread decides. Does nothing but for the first time. */
		@Override
		public void accept(@Nullable Boolean allowed, @Nullable Throwable failure) {
			Asking known = take();
			if (known == null) {
				return;
			}
			if (failure == null && Boolean.TRUE.equals(allowed)) {
				known.asked().allow(known.request());
			}
			else {
				known.asked().refuse(known.request(), failure);
			}
		}

		/** The request is not to be handled. On the connection's thread. */
		void over() {
			Asking known = take();
			if (known != null) {
				// Those behind it need not wait for the decision either.
				known.asked().decidedSoon(known.request(), null);
			}
		}

		private @Nullable Asking take() {
			Asking known = this.asking.getAndSet(null);
			if (known != null) {
				this.late.complete(Boolean.FALSE);
			}
			return known;
		}

	}

	/**
	 * A request that waits for a decision.
	 *
	 * @param asked where it waits
	 * @param request the request
	 */
	private record Asking(Authorizations asked, PendingRequest request) {
	}

}
