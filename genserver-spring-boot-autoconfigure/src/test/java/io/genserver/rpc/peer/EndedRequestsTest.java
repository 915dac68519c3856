package io.genserver.rpc.peer;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

import io.genserver.Cast;
import io.genserver.Overflow;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.WireMode;
import io.genserver.protocol.WireSession;
import io.genserver.protocol.ext.ExtLimits;
import io.genserver.remote.RpcAuthorization;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.rpc.peer.RawPeer.Reply;
import io.genserver.runtime.ServerSettings;
import io.genserver.runtime.message.CallMessage;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.SchedulerSettings;
import io.genserver.runtime.scheduling.WorkerScheduler;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.PeerContexts;
import io.genserver.testsupport.Reachable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What watches deadlines keeps a call for a while after its end, and a mailbox keeps the
 * last message it had. Neither keeps the connection by it, what the request brought, or
 * the reply: of every kind of request, in both modes, however it has ended.
 */
@ExtendWith(BufferLeaks.class)
class EndedRequestsTest {

	private static final int LONG = 10_000;

	private final SlowServer slow = new SlowServer();

	/** All that was ever given to what watches deadlines. */
	private final Collection<Object> watched = new ConcurrentLinkedQueue<>();

	private final TestServers servers = servers(recording(), this.slow);

	private final PeerContext context = this.servers.context(ProtocolLimits.defaults());

	private final List<RawPeer> peers = new ArrayList<>();

	/** What came with the request, or is its reply. */
	private static boolean isOfARequest(Object object) {
		return object instanceof PeerConnection || object instanceof MemoryTransport || object instanceof WireSession
				|| object instanceof InboundRequest || (object instanceof byte[] bytes && bytes.length >= LONG)
				|| (object instanceof String text && text.length() >= LONG);
	}

	enum Kind {

		CALL("echo", ResponseMode.UNARY, false), CAST("note", ResponseMode.UNARY, false),
		UPLOAD("collect", ResponseMode.UNARY, true), STREAM("watch", ResponseMode.STREAM, false),
		CHANNEL("talk", ResponseMode.STREAM, true);

		private final long method;

		private final ResponseMode response;

		private final boolean items;

		Kind(String operation, ResponseMode response, boolean items) {
			this.method = MethodId.of("slow." + operation);
			this.response = response;
			this.items = items;
		}

	}

	/** How it ends, and when. */
	enum End {

		ANSWERED, FAILED, REFUSED, CANCELLED_QUEUED, CLOSED_QUEUED, CANCELLED_RUNNING, CLOSED_RUNNING, CANCELLED_OPEN,
		CLOSED_OPEN;

		boolean isCancelled() {
			return name().startsWith("CANCELLED");
		}

		boolean isQueued() {
			return name().endsWith("QUEUED");
		}

		/** Whether another message is handled meanwhile. */
		boolean isHeldUp() {
			return isQueued() || this == REFUSED;
		}

		boolean isRunning() {
			return name().endsWith("RUNNING");
		}

		boolean isClosed() {
			return name().startsWith("CLOSED");
		}

		boolean isOpen() {
			return name().endsWith("OPEN");
		}

		boolean endsWhatIs(Kind kind) {
			return (kind != Kind.CAST || !isCancelled()) && (!isOpen() || kind.response == ResponseMode.STREAM);
		}

		/** What the handler is to do. */
		char order() {
			return isRunning() ? 'h' : isOpen() ? 'o' : (this == FAILED) ? 'f' : 'x';
		}

	}

	static List<Arguments> all() {
		List<Arguments> table = new ArrayList<>();
		for (WireMode mode : WireMode.values()) {
			for (Kind kind : Kind.values()) {
				for (End end : End.values()) {
					if (end.endsWhatIs(kind)) {
						table.add(Arguments.of(mode, kind, end));
					}
				}
			}
		}
		return table;
	}

	private static TestServers servers(Scheduler scheduler, SlowServer slow) {
		return new TestServers(scheduler)
			.add("slow", SlowServer.class, () -> slow, false, ServerSettings.DEFAULTS.withMailbox(1, Overflow.REJECT))
			.start();
	}

	/** Workers and time as they are, and a list of all that has a deadline. */
	private Scheduler recording() {
		WorkerScheduler scheduler = new WorkerScheduler(SchedulerSettings.DEFAULTS);
		return (Scheduler) Proxy.newProxyInstance(Scheduler.class.getClassLoader(), new Class<?>[] { Scheduler.class },
				(proxy, method, arguments) -> {
					if (method.getName().equals("track")) {
						this.watched.add(arguments[0]);
					}
					try {
						return method.invoke(scheduler, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getCause();
					}
				});
	}

	@AfterEach
	void stop() {
		this.slow.gate.countDown();
		this.peers.forEach(RawPeer::disconnect);
		this.servers.close();
	}

	private RawPeer connect(WireMode mode) {
		RawPeer peer = new RawPeer(mode, this.context, 11);
		this.peers.add(peer);
		return peer;
	}

	private int queued() {
		return this.servers.runtime().server("slow").mailboxDepth();
	}

	/** The most usual of all by itself, which fails fast. */
	@Test
	void aCallThatIsAnsweredIsForgottenAtOnce() throws InterruptedException {
		leavesNothingOfItsConnection(WireMode.EXT, Kind.CALL, End.ANSWERED);
	}

	@ParameterizedTest(name = "{0} {1} {2}")
	@MethodSource("all")
	void leavesNothingOfItsConnection(WireMode mode, Kind kind, End end) throws InterruptedException {
		RawPeer peer = connect(mode);
		Slow local = this.servers.registry().contract("slow", Slow.class);
		if (end.isHeldUp()) {
			local.note("hold");
			peer.pumpUntil(() -> this.slow.begun.get() == 1);
		}
		if (end == End.REFUSED) {
			local.note("");
		}
		endRequest(mode, peer, kind, end);
		if (!end.isHeldUp() || kind == Kind.CAST) {
			// A cast that was queued is handled, whatever has become of its connection.
			this.slow.gate.countDown();
		}
		List<Object> left = List.of(this.watched, this.servers.runtime(), this.context.exposure().operations());
		pumpUntilNothing(peer, EndedRequestsTest::isOfARequest, left);
		assertThat(this.watched.stream().anyMatch(CallMessage.class::isInstance))
			.isEqualTo(kind != Kind.CAST && end != End.REFUSED);
		// Without a tick: a peer may make many calls between two.
		this.slow.gate.countDown();
		pumpUntilNothing(peer, CallMessage.class::isInstance, peer.connection);
	}

	private static void pumpUntilNothing(RawPeer peer, Predicate<Object> sought, Object root) {
		AtomicReference<String> path = new AtomicReference<>();
		try {
			peer.pumpUntil(() -> {
				path.set(path(root, sought));
				return path.get() == null;
			});
		}
		catch (AssertionError ex) {
			throw new AssertionError("still reachable: " + path, ex);
		}
	}

	private static @Nullable String path(Object root, Predicate<Object> sought) {
		try {
			return Reachable.path(root, sought);
		}
		catch (ConcurrentModificationException ex) {
			return "a thread changes what is looked at";
		}
	}

	/** Keeps all that waits for a decision. */
	private static RpcAuthorization undecided(List<Object> asking, List<CompletableFuture<Boolean>> decisions) {
		return (caller, target) -> {
			CompletableFuture<Boolean> decision = new CompletableFuture<>() {

				@Override
				public CompletableFuture<Boolean> whenComplete(
						BiConsumer<? super Boolean, ? super Throwable> listener) {
					asking.add(listener);
					return super.whenComplete(listener);
				}

			};
			decisions.add(decision);
			return decision;
		};
	}

	/** Who decides may keep what asked for long, and others wait behind it. */
	@ParameterizedTest(name = "{0} {1} {2}")
	@MethodSource("asked")
	void soDoesOneThatWasNotDecided(WireMode mode, Kind kind, boolean cancelled) {
		List<Object> asking = new CopyOnWriteArrayList<>();
		List<CompletableFuture<Boolean>> next = new CopyOnWriteArrayList<>();
		RpcAuthorization undecided = undecided(asking, next);
		RawPeer peer = new RawPeer(mode,
				PeerContexts.of(ProtocolLimits.defaults(), ExtLimits.defaults(), StreamFailure.ERROR,
						this.context.exposure().operations(), this.servers.runtime()::execute, System::nanoTime,
						undecided),
				11);
		this.peers.add(peer);
		Reply reply = send(mode, peer, kind, ("\"x" + "x".repeat(LONG) + "\"").getBytes(StandardCharsets.UTF_8));
		peer.pumpUntil(() -> asking.size() == 1);
		if (cancelled) {
			Reply behind = peer.call("slow.echo", "\"behind\"");
			peer.pumpUntil(() -> asking.size() == 2);
			next.get(1).complete(true);
			peer.cancel(reply);
			assertThat(peer.answer(behind)).isEqualTo("0 \"behind\"");
		}
		else {
			peer.disconnect();
		}
		pumpUntilNothing(peer, EndedRequestsTest::isOfARequest, asking);
	}

	static List<Arguments> asked() {
		List<Arguments> table = new ArrayList<>();
		for (WireMode mode : WireMode.values()) {
			for (Kind kind : Kind.values()) {
				if (kind != Kind.CAST) {
					table.add(Arguments.of(mode, kind, true));
					table.add(Arguments.of(mode, kind, false));
				}
			}
		}
		return table;
	}

	private void endRequest(WireMode mode, RawPeer peer, Kind kind, End end) {
		String text = "\"" + end.order() + "x".repeat(LONG) + "\"";
		int begun = this.slow.begun.get();
		int queued = queued();
		Reply reply = send(mode, peer, kind, text.getBytes(StandardCharsets.UTF_8));
		if (end.isQueued()) {
			peer.pumpUntil(() -> queued() == queued + 1);
		}
		else if (end == End.REFUSED) {
			peer.pumpUntil(() -> kind == Kind.CAST || reply.isOver());
			peer.pump();
		}
		else {
			peer.pumpUntil(() -> this.slow.begun.get() == begun + 1);
		}
		if (end.isOpen()) {
			peer.pumpUntil(() -> this.slow.subscribed.get() == 1);
		}
		if (end.isCancelled()) {
			peer.cancel(reply);
			peer.pump();
		}
		else if (end.isClosed()) {
			peer.disconnect();
		}
		else if (kind != Kind.CAST) {
			peer.pumpUntil(reply::isOver);
			assertThat(reply.status == StatusCode.OK).isEqualTo(end == End.ANSWERED);
		}
	}

	private Reply send(WireMode mode, RawPeer peer, Kind kind, byte[] arguments) {
		Reply reply = new Reply();
		CallMetadata metadata = (mode == WireMode.EXT)
				? CallMetadata.NONE.toBuilder().deadlineMillis(LONG * 60).itemCredit(LONG).build() : CallMetadata.NONE;
		if (kind == Kind.CAST) {
			peer.session.cast(kind.method, arguments);
		}
		else if (kind.items) {
			reply.call = peer.session.openStream(kind.method, arguments, kind.response, reply, metadata);
			peer.session.sendItem(reply.call(), new byte[LONG]);
			peer.session.sendEnd(reply.call());
		}
		else {
			reply.call = peer.session.call(kind.method, arguments, kind.response, reply, metadata);
		}
		return reply;
	}

	interface Slow {

		String echo(String text) throws InterruptedException;

		CompletableFuture<String> collect(String text, Flow.Publisher<byte[]> items) throws InterruptedException;

		Flow.Publisher<String> watch(String text) throws InterruptedException;

		Flow.Publisher<String> talk(String text, Flow.Publisher<byte[]> items) throws InterruptedException;

		@Cast
		void note(String text) throws InterruptedException;

	}

	static class SlowServer implements Slow {

		final CountDownLatch gate = new CountDownLatch(1);

		final AtomicInteger begun = new AtomicInteger();

		final AtomicInteger subscribed = new AtomicInteger();

		@Override
		public void note(String text) throws InterruptedException {
			this.begun.incrementAndGet();
			if (text.startsWith("h")) {
				assertThat(this.gate.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
			}
			if (text.startsWith("f")) {
				throw new IllegalStateException("as asked");
			}
		}

		@Override
		public String echo(String text) throws InterruptedException {
			note(text);
			return text;
		}

		@Override
		public CompletableFuture<String> collect(String text, Flow.Publisher<byte[]> items)
				throws InterruptedException {
			note(text);
			return Flux.from(FlowAdapters.toPublisher(items)).then(Mono.just(text)).toFuture();
		}

		@Override
		public Flow.Publisher<String> watch(String text) throws InterruptedException {
			note(text);
			Flux<String> items = text.startsWith("o") ? Flux.never() : Flux.just(text, text);
			return FlowAdapters.toFlowPublisher(items.doOnSubscribe((each) -> this.subscribed.incrementAndGet()));
		}

		@Override
		public Flow.Publisher<String> talk(String text, Flow.Publisher<byte[]> items) throws InterruptedException {
			note(text);
			Flux<String> answers = Flux.from(FlowAdapters.toPublisher(items)).map((each) -> text);
			return FlowAdapters
				.toFlowPublisher(answers.concatWith(text.startsWith("o") ? Flux.never() : Flux.just(text))
					.doOnSubscribe((each) -> this.subscribed.incrementAndGet()));
		}

	}

}
