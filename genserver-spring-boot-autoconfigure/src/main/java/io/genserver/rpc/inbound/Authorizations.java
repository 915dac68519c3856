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
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.InboundRequest;
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

	private final Map<Object, Deque<Admission>> waiting = new HashMap<>();

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
	 * @param admission the request
	 */
	void ask(Admission admission) {
		this.waiting.computeIfAbsent(admission.called, (called) -> new ArrayDeque<>()).add(admission);
		RpcAuthorization deciding = this.authorization;
		if (deciding != null) {
			this.workers.execute(() -> decide(admission, deciding));
		}
		else if (admission.isCheckedFirst()) {
			this.workers.execute(() -> check(admission));
		}
		else {
			decided(admission, null);
		}
	}

	/** On a worker. */
	private void decide(Admission admission, RpcAuthorization deciding) {
		CompletableFuture<Boolean> decision = new CompletableFuture<>();
		try {
			CompletionStage<Boolean> asked = deciding.authorize(this.caller, admission.target);
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
		decision.orTimeout(admission.nanos, TimeUnit.NANOSECONDS).whenComplete((allowed, failure) -> {
			if (Boolean.TRUE.equals(allowed)) {
				allow(admission);
				return;
			}
			WireFailure refusal = refusal(admission.target, failure);
			this.transport.execute(() -> decided(admission, refusal));
		});
	}

	/** On whichever thread decided. */
	private void allow(Admission admission) {
		if (admission.isCheckedFirst()) {
			this.workers.execute(() -> check(admission));
		}
		else {
			this.transport.execute(() -> decided(admission, null));
		}
	}

	/** On a worker. */
	private void check(Admission admission) {
		WireFailure refusal = admission.check();
		this.transport.execute(() -> decided(admission, refusal));
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

	private void decided(Admission admission, @Nullable WireFailure refusal) {
		admission.refusal = refusal;
		admission.decided = true;
		Deque<Admission> queue = this.waiting.get(admission.called);
		while (queue != null && !queue.isEmpty() && queue.getFirst().decided) {
			queue.removeFirst().proceed();
		}
		if (queue != null && queue.isEmpty()) {
			this.waiting.remove(admission.called);
		}
	}

	/** One request, until it goes on or is answered. */
	abstract static class Admission extends PendingRequest {

		private final Object called;

		private final Target target;

		private final long nanos;

		private boolean decided;

		private @Nullable WireFailure refusal;

		/**
		 * Create.
		 * @param called whose order is kept: the server meant
		 * @param target what is called
		 * @param nanos how long a decision may take
		 * @param request the request
		 * @param arguments its arguments
		 */
		Admission(Object called, Target target, long nanos, InboundRequest request, WireArguments arguments) {
			super(request, arguments);
			this.called = called;
			this.target = target;
			this.nanos = nanos;
		}

		private void proceed() {
			WireFailure known = this.refusal;
			if (isOver()) {
				return;
			}
			if (known == null) {
				allowed();
				return;
			}
			end();
			refused(request(), known, known.error().status() == ExtStatus.UNAUTHENTICATED);
		}

		/** Whether its arguments are looked at before it goes on. */
		boolean isCheckedFirst() {
			return false;
		}

		/** Look at its arguments. On a worker. Returns what is wrong with them. */
		@Nullable WireFailure check() {
			return null;
		}

		/** Let it go on. */
		abstract void allowed();

		/** Answer it. */
		abstract void refused(InboundRequest request, WireFailure failure, boolean unauthenticated);

	}

}
