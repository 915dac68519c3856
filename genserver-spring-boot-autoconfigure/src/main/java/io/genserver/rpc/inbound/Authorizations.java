package io.genserver.rpc.inbound;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

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
			this.workers.execute(() -> decide(request, deciding));
		}
		else if (request.isCheckedFirst()) {
			this.workers.execute(() -> check(request));
		}
		else {
			decided(request, null);
		}
	}

	/** On a worker. */
	private void decide(PendingRequest request, RpcAuthorization deciding) {
		CompletableFuture<Boolean> decision = new CompletableFuture<>();
		try {
			CompletionStage<Boolean> asked = deciding.authorize(this.caller, request.target());
			asked.whenComplete((allowed, failure) -> {
				if (failure != null) {
					decision.completeExceptionally(failure);
				}
				else {
					decision.complete(Boolean.TRUE.equals(allowed));
				}
			});
		}
		catch (Throwable ex) {
			decision.completeExceptionally(ex);
		}
		decision.orTimeout(request.nanos(), TimeUnit.NANOSECONDS).whenComplete((allowed, failure) -> {
			if (Boolean.TRUE.equals(allowed)) {
				allow(request);
				return;
			}
			WireFailure refusal = refusal(request.target(), failure);
			this.transport.execute(() -> decided(request, refusal));
		});
	}

	/** On whichever thread decided. */
	private void allow(PendingRequest request) {
		if (request.isCheckedFirst()) {
			this.workers.execute(() -> check(request));
		}
		else {
			this.transport.execute(() -> decided(request, null));
		}
	}

	/** On a worker. */
	private void check(PendingRequest request) {
		WireFailure refusal = request.check();
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
		Deque<PendingRequest> queue = this.waiting.get(request.called());
		while (queue != null && !queue.isEmpty() && queue.getFirst().isDecided()) {
			proceed(queue.removeFirst());
		}
		if (queue != null && queue.isEmpty()) {
			this.waiting.remove(request.called());
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

}
