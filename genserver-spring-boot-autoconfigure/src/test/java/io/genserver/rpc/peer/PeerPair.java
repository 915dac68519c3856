package io.genserver.rpc.peer;

import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.genserver.Caller;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.Side;
import io.genserver.protocol.WireMode;
import io.genserver.protocol.ext.ExtLimits;
import io.genserver.rpc.Transport;
import io.genserver.rpc.inbound.ExposedOperations;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.rpc.outbound.OutboundCalls;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.PeerContexts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Two peers back to back: what one sends the other receives, in random splits, on one
 * thread that is the connection's of both.
 */
final class PeerPair implements AutoCloseable {

	private static final Executor workers = (task) -> Thread.ofVirtual().name("client worker").start(task);

	private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

	private final Random random;

	private final Thread thread = Thread.ofPlatform().name("connection").start(this::run);

	final End client;

	final End server;

	private volatile boolean stopped;

	PeerPair(WireMode mode, ProtocolLimits clientLimits, PeerContext serverContext, long seed) {
		this(mode, clientLimits, serverContext, seed, System::nanoTime);
	}

	PeerPair(WireMode mode, ProtocolLimits clientLimits, PeerContext serverContext, long seed, LongSupplier clock) {
		this.random = new Random(seed);
		PeerContext clientContext = PeerContexts.of(clientLimits, ExtLimits.defaults(), StreamFailure.CANCEL,
				ExposedOperations.none(), workers, clock);
		this.client = new End("server", Side.CONNECTING, mode, clientContext);
		this.server = new End("client", Side.ACCEPTING, mode, serverContext);
		this.client.other = this.server;
		this.server.other = this.client;
		await(() -> {
			this.client.peer.outbound().subscribe(this.client);
			this.server.peer.outbound().subscribe(this.server);
		});
	}

	OutboundCalls calls() {
		return this.client.peer.calls();
	}

	/** Run something on the connection's thread and wait for it. */
	void await(Runnable task) {
		CountDownLatch done = new CountDownLatch(1);
		this.tasks.add(() -> {
			task.run();
			done.countDown();
		});
		try {
			if (!done.await(HangGuard.SECONDS, TimeUnit.SECONDS)) {
				throw new AssertionError("hang guard");
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Let what is under way between the two arrive. */
	void settle() {
		for (int i = 0; i < 20; i++) {
			await(() -> {
			});
		}
	}

	void disconnect(String reason) {
		await(() -> {
			this.client.peer.disconnected(reason);
			this.server.peer.disconnected(reason);
			this.client.drop();
			this.server.drop();
		});
	}

	private void run() {
		try {
			while (!this.stopped) {
				this.tasks.take().run();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void close() {
		disconnect("the test is over");
		this.stopped = true;
		this.tasks.add(() -> {
		});
		try {
			this.thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		// A message may have been on its way: whoever gets it releases it.
		for (Runnable left = this.tasks.poll(); left != null; left = this.tasks.poll()) {
			left.run();
		}
	}

	/** One end: the transport of its peer, and the wire to the other. */
	final class End implements Transport, Subscriber<ByteBuf> {

		final PeerConnection peer;

		private final Caller.Remote remote;

		private @Nullable End other;

		private @Nullable Subscription subscription;

		/** What arrived while reading was paused. */
		private final ArrayDeque<ByteBuf> unread = new ArrayDeque<>();

		private boolean reading = true;

		private boolean dropping;

		/**
		 * Whether the transport takes messages; only changed on the connection's thread.
		 */
		private boolean taking = true;

		private boolean asked;

		volatile @Nullable CloseReason closed;

		volatile int pauses;

		End(String name, Side side, WireMode mode, PeerContext context) {
			this.remote = new Caller.Remote(name, name, null);
			this.peer = new PeerConnection(side, mode, context, this, PooledByteBufAllocator.DEFAULT);
		}

		/**
		 * Stop or go on taking messages from the peer, one that was asked for excepted.
		 */
		void taking(boolean on) {
			await(() -> {
				this.taking = on;
				ask();
			});
		}

		private void ask() {
			Subscription known = this.subscription;
			if (this.taking && !this.asked && known != null) {
				this.asked = true;
				known.request(1);
			}
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			this.subscription = subscription;
			ask();
		}

		@Override
		public void onNext(ByteBuf message) {
			this.asked = false;
			End target = this.other;
			if (target == null) {
				throw new IllegalStateException("not connected");
			}
			PeerPair.this.tasks.add(() -> target.arrived(message));
			ask();
		}

		private void arrived(ByteBuf message) {
			this.unread.add(message);
			read();
		}

		private void read() {
			while (this.reading && !this.dropping && !this.unread.isEmpty()) {
				ByteBuf message = this.unread.remove();
				while (message.isReadable()) {
					int most = message.readableBytes();
					this.peer.receive(message.readSlice((most > 200) ? most : 1 + PeerPair.this.random.nextInt(most)));
				}
				message.release();
			}
			if (this.dropping) {
				drop();
			}
		}

		private void drop() {
			this.dropping = true;
			this.unread.forEach(ByteBuf::release);
			this.unread.clear();
		}

		@Override
		public void onError(Throwable failure) {
			throw new IllegalStateException(failure);
		}

		@Override
		public void onComplete() {
		}

		@Override
		public Caller.Remote remote() {
			return this.remote;
		}

		@Override
		public void execute(Runnable task) {
			PeerPair.this.tasks.add(task);
		}

		@Override
		public void pauseReading() {
			this.pauses++;
			this.reading = false;
		}

		@Override
		public void resumeReading() {
			this.reading = true;
			read();
		}

		@Override
		public void close(CloseReason reason) {
			this.closed = reason;
			execute(() -> {
				this.peer.disconnected("closed with " + reason.code() + ": " + reason.text());
				End target = this.other;
				if (target != null) {
					target.peer.disconnected("closed by the peer with " + reason.code());
				}
			});
		}

	}

}
