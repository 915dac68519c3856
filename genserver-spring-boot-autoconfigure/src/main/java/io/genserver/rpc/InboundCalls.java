package io.genserver.rpc;

import io.genserver.Caller;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.Intake;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.Refusal;
import io.genserver.protocol.WireSession;
import io.genserver.rpc.codec.CodecException;
import io.genserver.runtime.Operation.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What the peer asks of us: finds the operation and hands the request to its server. Runs
 * no code of an application and decodes no arguments; of those of a keyed server it reads
 * the key.
 * <p>
 * A request's attachment is its {@link ExposedOperation} until it is complete, then its
 * {@link InboundCall} or {@link InboundStream}.
 */
final class InboundCalls {

	private final Transport transport;

	private final PeerContext context;

	private final OutboundQueue outbound;

	private final ReadGate reading;

	private final WireSession session;

	private final Caller caller;

	private boolean refusing;

	private int openStreams;

	InboundCalls(Transport transport, PeerContext context, OutboundQueue outbound, ReadGate reading,
			WireSession session) {
		this.transport = transport;
		this.context = context;
		this.outbound = outbound;
		this.reading = reading;
		this.session = session;
		this.caller = transport.remote();
	}

	/** Answer what comes from now on as not executed. */
	void refuseNew() {
		this.refusing = true;
	}

	Intake opened(InboundRequest request) {
		ExposedOperation operation = this.context.exposed().find(request.methodId());
		if (operation == null) {
			return refuse(request, WireFailure
				.notFound("method " + MethodId.toHex(request.methodId()) + " does not exist here or is not exposed"));
		}
		if (this.refusing) {
			return refuse(request, WireFailure.refused(operation + ": shutting down"));
		}
		request.attach(operation);
		return Intake.WHOLE;
	}

	private Intake refuse(InboundRequest request, WireFailure failure) {
		answer(request, failure);
		return Intake.NOTHING;
	}

	void complete(InboundRequest request, byte[] arguments) {
		if (!(request.attachment() instanceof ExposedOperation operation)) {
			return;
		}
		String key = null;
		if (operation.server().definition().keyed()) {
			try {
				key = operation.wire().key(arguments);
			}
			catch (CodecException ex) {
				answer(request, WireFailure.badArguments(operation.wireName(), String.valueOf(ex.getMessage())));
				return;
			}
		}
		WireArguments payload = new WireArguments(request, arguments, this.reading);
		if (request.isCast() || operation.operation().kind() == Kind.CAST) {
			cast(request, operation, key, payload);
		}
		else if (operation.operation().kind() == Kind.STREAM) {
			InboundStream stream = new InboundStream(this, operation, request, payload);
			request.attach(stream);
			this.openStreams++;
			operation.server().stream(key, operation.wire(), payload, 0, this.caller, stream);
		}
		else {
			InboundCall call = new InboundCall(this, operation, request, payload, this.caller,
					this.context.exposed().nanoTime());
			request.attach(call);
			operation.server().submit(key, call);
		}
	}

	/** A call of a cast is answered as soon as the cast is queued, as in process. */
	private void cast(InboundRequest request, ExposedOperation operation, @Nullable String key,
			WireArguments arguments) {
		if (operation.operation().kind() == Kind.STREAM) {
			// Nobody could receive the items.
			arguments.finished();
			return;
		}
		boolean queued = operation.server().tryCast(key, operation.wire(), arguments, this.caller);
		if (!request.isCast()) {
			this.outbound.offer(queued ? Answer.done(request) : Answer.of(request,
					WireFailure.refused(operation + ": the mailbox is full or the server is not available")));
		}
	}

	void cancelled(InboundRequest request) {
		switch (request.attachment()) {
			case InboundCall call -> call.cancelledByPeer();
			case InboundStream stream -> stream.cancelledByPeer();
			case null, default -> this.session.release(request);
		}
	}

	void refused(InboundRequest request, Refusal refusal) {
		answer(request, new WireFailure(refusal.status(), refusal.text()));
	}

	private void answer(InboundRequest request, WireFailure failure) {
		if (!request.isCast()) {
			this.outbound.offer(Answer.of(request, failure));
		}
	}

	/** Free the place of a cancelled request once its handler has stopped. */
	void releaseAfter(WireArguments arguments, InboundRequest request) {
		arguments.whenFinished(() -> this.transport.execute(() -> this.session.release(request)));
	}

	void send(Outbound entry) {
		this.outbound.offer(entry);
	}

	/**
	 * How many bytes one stream may at most have asked for: little enough that all of
	 * them together keep to the soft limit.
	 */
	int streamShare() {
		long fair = this.context.limits().outboundSoftBytes() / Math.max(1, this.openStreams);
		return (int) Math.min(OutboundQueue.STREAM_SHARE, fair);
	}

	void streamClosed() {
		this.openStreams--;
	}

	int longestReply() {
		return this.context.limits().itemBytes();
	}

	OutboundQueue outbound() {
		return this.outbound;
	}

	PeerContext context() {
		return this.context;
	}

	Transport transport() {
		return this.transport;
	}

}
