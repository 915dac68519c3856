package io.genserver.rpc.inbound;

import io.genserver.protocol.InboundRequest;
import io.genserver.remote.RpcAuthorization.Target;
import org.jspecify.annotations.Nullable;

/**
 * A request for an exposed operation that waits before its server gets it. Belongs to the
 * connection's thread, but for what says otherwise.
 */
final class PendingCall extends PendingRequest {

	private final InboundCalls calls;

	private final ExposedOperation operation;

	private final WireOperation wire;

	private final @Nullable String key;

	/** Whether its arguments are checked before they wait for the handler. */
	private final boolean checkedFirst;

	/** When it came, by the clock of its server. */
	private final long now;

	private final long nanos;

	/**
	 * Until when it may wait for room, by the connection's clock; set as it begins to.
	 */
	private long deadline;

	PendingCall(InboundCalls calls, InboundAnswers answers, InboundRequest request, WireArguments arguments,
			ExposedOperation operation, WireOperation wire, @Nullable String key, boolean checkedFirst, long now,
			long nanos) {
		super(answers, request, arguments);
		this.calls = calls;
		this.operation = operation;
		this.wire = wire;
		this.key = key;
		this.checkedFirst = checkedFirst;
		this.now = now;
		this.nanos = nanos;
	}

	@Override
	Object called() {
		return this.operation.server();
	}

	@Override
	Target target() {
		return new Target(this.operation.server().name(), this.key, this.operation.operation().name());
	}

	@Override
	long nanos() {
		return this.nanos;
	}

	@Override
	boolean isCheckedFirst() {
		return this.checkedFirst;
	}

	@Override
	@Nullable WireFailure check() {
		return this.wire.check(arguments());
	}

	@Override
	void allowed() {
		this.calls.enter(this);
	}

	/** It begins to wait for room. */
	void waitForRoom(long nowNanos) {
		this.deadline = nowNanos + this.nanos;
	}

	/** Whether its answer is no longer awaited. */
	boolean isOverdue(long nowNanos) {
		return !request().isCast() && nowNanos - this.deadline >= 0;
	}

	/** Answer that its time is over. */
	void expire() {
		refused(WireFailure
			.deadline(this.operation + ": the replies before it were not read in time; the call was not executed"));
	}

	/** Hand it to its server. */
	void goOn() {
		request().attach(null);
		this.calls.handOver(request(), this.operation, this.wire, this.key, arguments(), this.now);
		if (demanded() > 0) {
			this.calls.responseDemand(request(), demanded());
		}
	}

}
