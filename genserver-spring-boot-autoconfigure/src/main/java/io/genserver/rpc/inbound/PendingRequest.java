package io.genserver.rpc.inbound;

import io.genserver.protocol.InboundRequest;
import io.genserver.remote.RpcAuthorization.Target;
import org.jspecify.annotations.Nullable;

/**
 * A request that is complete and has not been handed to its server, as it waits to be
 * allowed, for its arguments to be checked, or for room for its reply. Belongs to the
 * connection's thread, but for what says otherwise.
 */
abstract class PendingRequest implements OpenRequest {

	private final InboundAnswers answers;

	private final InboundRequest request;

	private final WireArguments arguments;

	private boolean over;

	/** Items the peer has asked for since. */
	private long demanded;

	/** Set once it is known whether it is allowed. */
	private boolean decided;

	private @Nullable WireFailure refusal;

	/** Lets go of what decides about it. */
	private @Nullable Runnable whenOver;

	/**
	 * Create.
	 * @param answers what it needs to be answered
	 * @param request the request
	 * @param arguments its arguments
	 */
	PendingRequest(InboundAnswers answers, InboundRequest request, WireArguments arguments) {
		this.answers = answers;
		this.request = request;
		this.arguments = arguments;
	}

	/** Whose order is kept: the server meant. */
	abstract Object called();

	/** What is called. On any thread. */
	abstract Target target();

	/** How long a decision may take. On any thread. */
	abstract long nanos();

	/** Whether its arguments are looked at before it goes on. On any thread. */
	boolean isCheckedFirst() {
		return false;
	}

	/** Look at its arguments. On a worker. Returns what is wrong with them. */
	@Nullable WireFailure check() {
		return null;
	}

	/** It is allowed, and its turn among the requests to one server has come. */
	abstract void allowed();

	/**
	 * It is known whether it may go on.
	 * @param refusal why not, or {@code null} if it may
	 */
	final void decided(@Nullable WireFailure refusal) {
		this.refusal = refusal;
		this.decided = true;
	}

	final boolean isDecided() {
		return this.decided;
	}

	final @Nullable WireFailure refusal() {
		return this.refusal;
	}

	final InboundRequest request() {
		return this.request;
	}

	final WireArguments arguments() {
		return this.arguments;
	}

	@Override
	public final @Nullable RequestItems items() {
		return this.arguments.items();
	}

	@Override
	public final boolean mayHaveBegun() {
		return false;
	}

	@Override
	public final void demanded(long items) {
		this.demanded += items;
	}

	/** Items of the answer that the peer has asked for while it waited. */
	final long demanded() {
		return this.demanded;
	}

	final boolean isOver() {
		return this.over;
	}

	@Override
	public final void cancelledByPeer() {
		end();
		this.answers.release(this.request);
	}

	@Override
	public final void refused(WireFailure failure) {
		end();
		this.answers.refuse(this.request, failure);
	}

	/** Set what is called if it ends before it is handed on. */
	final void whenOver(Runnable task) {
		this.whenOver = task;
	}

	/** It will not be handled. */
	private void end() {
		this.over = true;
		Runnable task = this.whenOver;
		if (task != null) {
			this.whenOver = null;
			task.run();
		}
		this.arguments.finished();
		this.request.attach(null);
	}

}
