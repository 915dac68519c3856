package io.genserver.rpc.inbound;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.genserver.Caller;
import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.InboundListener;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.RequestRefusal;
import io.genserver.protocol.WireMode;
import io.genserver.protocol.WireSession;
import io.genserver.rpc.ConnectionContext;
import io.genserver.rpc.InboundBackpressure;
import io.genserver.rpc.OutboundQueue;
import io.genserver.rpc.Transport;
import io.genserver.rpc.WireStatus;
import io.genserver.rpc.codec.CodecException;
import io.genserver.runtime.contract.Operation.Kind;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * What the peer asks of us: finds the operation and hands the request to its server. Runs
 * no code of an application and decodes no arguments; of those of a keyed server it reads
 * the key.
 * <p>
 * A request's attachment is its {@link ExposedOperation} until it is complete, then the
 * {@link OpenRequest} that it became.
 */
public final class InboundCalls implements InboundListener {

	/** How long a call of a built-in method may take that does not say it. */
	private static final long BUILT_IN_TIMEOUT = TimeUnit.SECONDS.toNanos(5);

	/** Bytes of a key, as in base mode, where it is the first of the arguments. */
	private static final int LONGEST_KEY = 1024;

	private final WireMode mode;

	private final ConnectionContext context;

	private final Exposure exposure;

	private final InboundBackpressure backlog;

	private final Caller caller;

	private final InboundAnswers answers;

	/** Where requests wait that are not handed to their server at once. */
	private final Authorizations authorizations;

	private final NewKeys newKeys;

	/** Of the mailboxes its casts wait in. */
	private final HeldPlaces places;

	private boolean refusing;

	public InboundCalls(WireMode mode, Transport transport, ConnectionContext context, Exposure exposure,
			OutboundQueue outbound, InboundBackpressure backlog, WireSession session) {
		this.mode = mode;
		this.context = context;
		this.exposure = exposure;
		this.backlog = backlog;
		this.caller = transport.remote();
		this.newKeys = new NewKeys(context.limits().newKeys());
		this.places = new HeldPlaces(exposure.operations().pastCasts(), transport.owner());
		this.answers = new InboundAnswers(mode, transport, context, exposure, outbound, session);
		this.authorizations = new Authorizations(transport, context.workers(), exposure.authorization(),
				this.answers.failures());
	}

	/**
	 * Answer what comes from now on as not executed, for this end leaves.
	 * @param drain how long what runs may take
	 */
	public void refuseNew(Duration drain) {
		this.refusing = true;
		this.answers.streams().drain(drain);
	}

	/** End streams that seem to have no end, for this end leaves. */
	public void leaveEndless() {
		this.answers.streams().leaveEndless();
	}

	/** End all streams, with what is queued of them. On the connection's thread. */
	public void breakOffStreams() {
		this.answers.breakOffStreams();
	}

	/** How many streams hold nothing up that comes to its end. */
	public int endlessStreams() {
		return this.answers.streams().countEndless();
	}

	@Override
	public BodyDelivery requestOpened(InboundRequest request) {
		ExposedOperation operation = this.exposure.operations().find(request.methodId());
		if (operation == null) {
			return openBuiltIn(request);
		}
		if (this.refusing) {
			return refuse(request, WireFailure.shuttingDown(operation + ": shutting down"));
		}
		if (operation.takesItems()) {
			return openItems(request, operation);
		}
		request.attach(operation);
		return BodyDelivery.WHOLE;
	}

	private BodyDelivery openBuiltIn(InboundRequest request) {
		BuiltInMethod method = this.exposure.operations().builtIn(request.methodId());
		if (method == null) {
			return refuse(request,
					WireFailure.notFound("method " + MethodId.toHex(request.methodId()) + WireStatus.NOT_EXPOSED));
		}
		if (this.refusing) {
			return refuse(request, WireFailure.shuttingDown(method + ": shutting down"));
		}
		request.attach(method);
		return request.isCast() ? BodyDelivery.NOTHING : BodyDelivery.WHOLE;
	}

	/** A request whose arguments are followed by items. */
	private BodyDelivery openItems(InboundRequest request, ExposedOperation operation) {
		if (request.isCast()) {
			return BodyDelivery.NOTHING;
		}
		WireOperation wire;
		try {
			wire = operation.wire(request.details());
		}
		catch (WireFailureException ex) {
			return refuse(request, ex.failure());
		}
		RequestItems items = new RequestItems(operation.name(), request, this.backlog, this.answers.failures(),
				this.context.workers(), wire::decodeItem);
		request.attach(new Awaited(operation, items));
		if (this.mode == WireMode.BASE) {
			requestArguments(request, request.metadata());
		}
		return BodyDelivery.ITEMS;
	}

	/** The arguments of a request with items are there; in base mode they were first. */
	@Override
	public void requestArguments(InboundRequest request, byte[] arguments) {
		if (request.attachment() instanceof Awaited awaited) {
			ExposedOperation operation = awaited.operation();
			serve(request, operation, new WireArguments(request, arguments, this.backlog, this.answers.failures(),
					awaited.items(), this.answers.room()), arguments);
		}
	}

	@Override
	public void requestItem(InboundRequest request, byte[] item) {
		RequestItems items = items(request);
		if (items != null) {
			items.item(item);
		}
		else {
			this.backlog.addItem(item.length);
			this.backlog.consumedItems(request, 1, item.length);
		}
	}

	@Override
	public void requestEnded(InboundRequest request) {
		RequestItems items = items(request);
		if (items != null) {
			items.ended();
		}
	}

	private static @Nullable RequestItems items(InboundRequest request) {
		return (request.attachment() instanceof OpenRequest open) ? open.items() : null;
	}

	private BodyDelivery refuse(InboundRequest request, WireFailure failure) {
		this.answers.refuse(request, failure);
		return BodyDelivery.NOTHING;
	}

	@Override
	public void requestComplete(InboundRequest request, byte[] arguments) {
		if (request.attachment() instanceof BuiltInMethod method) {
			serve(request, method, new WireArguments(request, arguments, this.backlog, this.answers.failures()));
			return;
		}
		if (!(request.attachment() instanceof ExposedOperation operation)) {
			this.backlog.add(arguments.length);
			this.backlog.consumed(request, arguments.length, false);
			return;
		}
		serve(request, operation,
				new WireArguments(request, arguments, this.backlog, this.answers.failures(), null, this.answers.room()),
				arguments);
	}

	/**
	 * The way of a request, from when its arguments are complete until its server has it:
	 * the encoding, the instance, and what it has to wait for before it is handed over.
	 */
	private void serve(InboundRequest request, ExposedOperation operation, WireArguments payload, byte[] arguments) {
		WireOperation wire;
		String key;
		boolean firstSeen;
		try {
			wire = operation.wire(request.details());
			key = key(operation, wire, request, arguments);
			firstSeen = isFirstSeen(operation, key);
		}
		catch (WireFailureException ex) {
			payload.finished();
			request.attach(null);
			this.answers.refuse(request, ex.failure());
			return;
		}
		long now = this.exposure.operations().nanoTime();
		// Who calls a cast hears of its arguments before they wait for the handler.
		// What makes an instance must be worth one.
		boolean checkedFirst = firstSeen || (operation.operation().kind() == Kind.CAST && !request.isCast());
		boolean asked = checkedFirst || this.authorizations.holds(operation.server());
		if (!asked && !this.answers.room().isFull()) {
			handOver(request, operation, wire, key, payload, now);
			return;
		}
		PendingCall pending = new PendingCall(this, this.answers, request, payload, operation, wire, key, checkedFirst,
				now, waitNanos(request, operation));
		request.attach(pending);
		if (asked) {
			this.authorizations.ask(pending);
		}
		else {
			enter(pending);
		}
	}

	/** Let a request go on to its server, as soon as its peer has read enough. */
	void enter(PendingCall pending) {
		if (!this.answers.room().isFull()) {
			pending.goOn();
			return;
		}
		pending.waitForRoom(this.context.clock().getAsLong());
		this.answers.room().hold(pending);
	}

	/** A call of what this end has of its own. */
	private void serve(InboundRequest request, BuiltInMethod method, WireArguments payload) {
		long nanos = (request.details().deadlineMillis() >= 0) ? deadlineNanos(request) : BUILT_IN_TIMEOUT;
		BuiltInCall call = new BuiltInCall(this.answers, method, request, payload,
				this.context.clock().getAsLong() + nanos);
		if (!this.authorizations.decides() || !method.asked()) {
			call.start();
			return;
		}
		PendingRequest pending = new BuiltInCall.Pending(call, nanos);
		request.attach(pending);
		this.authorizations.ask(pending);
	}

	/** Make the engine's message of a request and give it to its server. */
	void handOver(InboundRequest request, ExposedOperation operation, WireOperation wire, @Nullable String key,
			WireArguments payload, long now) {
		if (request.isCast() || operation.operation().kind() == Kind.CAST) {
			cast(request, operation, wire, key, payload);
		}
		else if (operation.operation().kind() == Kind.STREAM) {
			InboundStream stream = new InboundStream(this.answers, operation, wire, request, payload,
					this.context.clock().getAsLong() + deadlineNanos(request));
			request.attach(stream);
			this.answers.streams().add(stream, request.details().deadlineMillis() >= 0);
			operation.server().stream(key, wire, payload, 0, this.caller, stream);
		}
		else {
			InboundCall call = new InboundCall(this.answers, operation, wire, payload, this.caller, now,
					now + callNanos(request, operation), this.answers.room().expect(wire.replyBytes()));
			request.attach(call);
			if (callNanos(request, operation) > waitNanos(request, operation)) {
				call.waitsUntil(this.context.clock().getAsLong() + waitNanos(request, operation));
				this.answers.limitWait(call);
			}
			operation.server().submit(key, call);
		}
		// The server has taken of them what it needs.
		request.forgetDetails();
	}

	/**
	 * A request with items whose arguments have not come.
	 *
	 * @param operation what it asks for
	 * @param items takes the items
	 */
	private record Awaited(ExposedOperation operation, RequestItems items) {
	}

	/** Whether a request makes a new instance; a peer makes them of only so many keys. */
	private boolean isFirstSeen(ExposedOperation operation, @Nullable String key) {
		if (key == null || operation.server().hasInstance(key)) {
			return false;
		}
		if (!this.newKeys.take(operation.server().name(), key, this.context.clock().getAsLong())) {
			throw new WireFailureException(WireFailure.tooLong(operation + ": this connection has called "
					+ this.context.limits().newKeys() + " keys without an instance within a minute"));
		}
		return true;
	}

	/**
	 * The instance meant: its key came apart from the arguments, or is the first of them.
	 */
	private @Nullable String key(ExposedOperation operation, WireOperation wire, InboundRequest request,
			byte[] arguments) {
		String apart = request.details().key();
		if (!operation.server().definition().keyed()) {
			return null;
		}
		if (apart != null && !apart.isEmpty()) {
			if (apart.length() > LONGEST_KEY || apart.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
				throw new WireFailureException(WireFailure.badArguments(operation.wireName(),
						"the key has more than " + LONGEST_KEY + " bytes"));
			}
			return apart;
		}
		try {
			return wire.key(arguments);
		}
		catch (CodecException ex) {
			throw new WireFailureException(this.answers.failures().badArguments(operation.wireName(), ex));
		}
	}

	/** How long it may wait for its handler, and for its items. */
	private long waitNanos(InboundRequest request, ExposedOperation operation) {
		return Math.min(callNanos(request, operation), operation.server().timeoutNanos(operation.operation()));
	}

	private long callNanos(InboundRequest request, ExposedOperation operation) {
		return (request.details().deadlineMillis() >= 0) ? deadlineNanos(request)
				: operation.server().timeoutNanos(operation.operation());
	}

	/** How long the caller wants it to take at most, and we would let it. */
	private long deadlineNanos(InboundRequest request) {
		long millis = request.details().deadlineMillis();
		long longest = Durations.nanos(this.context.limits().longestDeadline());
		return (millis >= 0) ? Math.min(TimeUnit.MILLISECONDS.toNanos(millis), longest) : longest;
	}

	/**
	 * A call of a cast is answered as soon as the cast is queued, as in process; that its
	 * arguments can be decoded was seen before.
	 */
	private void cast(InboundRequest request, ExposedOperation operation, WireOperation wire, @Nullable String key,
			WireArguments arguments) {
		if (operation.operation().kind() == Kind.STREAM) {
			// There is no receiver for the items.
			arguments.finished();
			return;
		}
		int held = arguments.hold(this.places, this.places.of(operation.server(), key));
		boolean queued = operation.server().tryCast(key, wire, arguments, this.caller, held);
		if (!request.isCast()) {
			this.answers
				.send(queued ? Answer.done(request) : Answer.of(request, WireFailure.notQueued(operation.name())));
		}
	}

	@Override
	public void requestCancelled(InboundRequest request) {
		if (request.attachment() instanceof OpenRequest open) {
			open.cancelledByPeer();
		}
		else {
			this.answers.release(request);
		}
	}

	@Override
	public void requestRefused(InboundRequest request, RequestRefusal refusal) {
		if (request.attachment() instanceof OpenRequest open) {
			open.refused(WireFailure.refused(refusal.status(), refusal.text(), !open.mayHaveBegun()));
		}
		else {
			this.answers.refuse(request, WireFailure.refused(refusal.status(), refusal.text(), true));
		}
	}

	@Override
	public void responseItemSent(InboundRequest request) {
		if (request.attachment() instanceof OpenRequest open) {
			open.itemWritten();
		}
	}

	@Override
	public void responseDemand(InboundRequest request, long items) {
		if (request.attachment() instanceof OpenRequest open) {
			open.demanded(items);
		}
	}

	/** End what has waited for too long. */
	public void tick(long nowNanos) {
		this.answers.tick(nowNanos);
		this.places.sweep();
		this.newKeys.sweep(nowNanos);
	}

	/** The connection is over. */
	public void close() {
		this.answers.close();
		this.places.close();
	}

	/**
	 * Return what replies take that wait until the peer has read more. On any thread.
	 * @return bytes of the heap, about
	 */
	public long waitingReplyBytes() {
		return this.answers.room().objectBytes();
	}

	/**
	 * Return how many requests wait until the peer has read more.
	 * @return a number
	 */
	public int heldRequests() {
		return this.answers.room().held();
	}

}
