package io.genserver.protocol.ext;

import java.lang.management.ManagementFactory;
import java.util.function.BiConsumer;

import com.sun.management.ThreadMXBean;
import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.ConnectionListener;
import io.genserver.protocol.ContentType;
import io.genserver.protocol.InboundListener;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.OutboundListener;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.RequestRefusal;
import io.genserver.protocol.ResponseFailure;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.Side;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * How many bytes of objects a unary call makes in the sessions of both ends, its encoded
 * arguments and reply not counted where they are given. The JIT may find that some of
 * them need not be made, so there is an upper limit only.
 */
class ExtAllocationTest {

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private static final String METHOD = "echo.echo";

	private static final int CALLS = 64;

	private static final int ROUNDS = 60;

	/** Streams, calls, credit, queues and headers of both ends, and both payloads. */
	private static final int MOST_BYTES = 752;

	private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);

	private final byte[] payload = new byte[32];

	private final CallMetadata request = CallMetadata.NONE.toBuilder().methodName(METHOD).deadlineMillis(5000).build();

	private final CallMetadata reply = CallMetadata.NONE.toBuilder().contentType(ContentType.JSON).build();

	private int answered;

	/** Tells how much a reference takes, of which the limit depends. */
	@SuppressWarnings("unused")
	private Object[] references = {};

	@Test
	void aCallMakesFewObjectsInTheSessionsOfBothEnds() {
		assumeThat(bytesOf(() -> this.references = new Object[10_000])).as("references take four bytes")
			.isLessThan(80_000);
		ExtSession client = session(Side.CONNECTING, (session, request) -> {
		});
		ExtSession server = session(Side.ACCEPTING, (session, request) -> {
			session.consumed(request, this.payload.length);
			session.respond(request, this.payload, this.reply);
		});
		move(server, client);
		move(client, server);
		long least = Long.MAX_VALUE;
		for (int round = 0; round < ROUNDS; round++) {
			least = Math.min(least, bytesOf(() -> round(client, server)));
		}

		assertThat(this.answered).isEqualTo(ROUNDS * CALLS);
		assertThat(least / CALLS).isBetween(1L, (long) MOST_BYTES);
		client.close("done");
		server.close("done");
	}

	private void round(ExtSession client, ExtSession server) {
		for (int i = 0; i < CALLS; i++) {
			client.call(MethodId.of(METHOD), this.payload, ResponseMode.UNARY, this, this.request);
		}
		move(client, server);
		move(server, client);
	}

	private static void move(ExtSession from, ExtSession to) {
		for (ByteBuf message = from.output().flush(); message != null; message = from.output().flush()) {
			to.receive(message, 1);
			message.release();
		}
	}

	private static long bytesOf(Runnable task) {
		long before = THREADS.getCurrentThreadAllocatedBytes();
		task.run();
		return THREADS.getCurrentThreadAllocatedBytes() - before;
	}

	private ExtSession session(Side side, BiConsumer<ExtSession, InboundRequest> handler) {
		Listener listener = new Listener(handler);
		ExtSession session = new ExtSession(side, ProtocolLimits.defaults(), ExtLimits.defaults(), this.allocator);
		session.listen(listener, listener, listener);
		listener.session = session;
		session.now(1);
		return session;
	}

	private final class Listener implements InboundListener, OutboundListener, ConnectionListener {

		private final BiConsumer<ExtSession, InboundRequest> handler;

		@SuppressWarnings("NullAway.Init")
		private ExtSession session;

		Listener(BiConsumer<ExtSession, InboundRequest> handler) {
			this.handler = handler;
		}

		@Override
		public BodyDelivery requestOpened(InboundRequest request) {
			return BodyDelivery.WHOLE;
		}

		@Override
		public void requestComplete(InboundRequest request, byte[] arguments) {
			this.handler.accept(this.session, request);
		}

		@Override
		public void responseComplete(OutboundCall call, int status, byte[] payload) {
			if (payload.length == ExtAllocationTest.this.payload.length) {
				ExtAllocationTest.this.answered++;
			}
		}

		@Override
		public void requestItem(InboundRequest request, byte[] item) {
			throw new AssertionError();
		}

		@Override
		public void requestEnded(InboundRequest request) {
			throw new AssertionError();
		}

		@Override
		public void requestCancelled(InboundRequest request) {
			throw new AssertionError();
		}

		@Override
		public void requestRefused(InboundRequest request, RequestRefusal refusal) {
			throw new AssertionError(refusal);
		}

		@Override
		public void responseItem(OutboundCall call, byte[] item) {
			throw new AssertionError();
		}

		@Override
		public void responseFailed(OutboundCall call, ResponseFailure failure) {
			throw new AssertionError(failure);
		}

		@Override
		public void violated(CloseReason reason) {
			throw new AssertionError(reason);
		}

	}

}
