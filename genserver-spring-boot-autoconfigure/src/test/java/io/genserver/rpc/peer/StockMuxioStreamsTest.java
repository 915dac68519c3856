package io.genserver.rpc.peer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.function.BooleanSupplier;

import io.genserver.protocol.MethodId;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.Side;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.PeerContexts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the callers of a stock muxio 0.15 client see of streams that fail: a client
 * written here, of bytes only, that does with frames what the Rust client does.
 */
@ExtendWith(BufferLeaks.class)
class StockMuxioStreamsTest {

	private final TestServers servers = new TestServers().add("feed", new FeedServer()).start();

	private @Nullable MuxioClient client;

	private MuxioClient client(StreamFailure failure) {
		PeerContext context = this.servers.context(ProtocolLimits.defaults());
		MuxioClient made = new MuxioClient(PeerContexts.of(context.connection().limits(), context.extLimits(), failure,
				context.exposure().operations(), context.connection().workers(), context.connection().clock()));
		this.client = made;
		return made;
	}

	@AfterEach
	void stop() {
		if (this.client != null) {
			this.client.connection.disconnected("the test is over");
		}
		this.servers.close();
	}

	@Test
	void aStreamThatFailsAfterItemsFailsItsCallerAtOnceWithTheText() {
		MuxioClient client = client(StreamFailure.ERROR);
		Caller caller = client.call("feed.failAfter", "3");
		client.pumpUntil(() -> caller.ended);
		assertThat(caller.items).containsExactly("0", "1", "2");
		assertThat(caller.error).matches("enough \\(error id [0-9a-f]{8}\\)");
		Caller next = client.call("feed.failAfter", "0");
		client.pumpUntil(() -> next.ended);
		assertThat(next.error).matches("enough \\(error id [0-9a-f]{8}\\)");
		assertThat(client.takenForCalls).isEmpty();
		assertThat(client.transport.closed).isNull();
		assertThat(client.connection.callsInFlight()).isZero();
	}

	@Test
	void thousandsOfThemLeaveNothingBehind() {
		MuxioClient client = client(StreamFailure.ERROR);
		for (int i = 0; i < 2000; i++) {
			Caller caller = client.call("feed.failAfter", "1");
			client.pumpUntil(() -> caller.ended);
			assertThat(caller.error).matches("enough \\(error id [0-9a-f]{8}\\)");
		}
		client.pumpUntil(() -> client.decoders.isEmpty());
		assertThat(client.takenForCalls).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(names = { "CANCEL", "END" })
	void otherSettingsDoNotTellItWhy(StreamFailure failure) {
		MuxioClient client = client(failure);
		Caller caller = client.call("feed.failAfter", "3");
		client.pumpUntil(() -> caller.ended || client.cancelled == 1);
		assertThat(caller.items).containsExactly("0", "1", "2");
		// With CANCEL it waits for ever.
		assertThat(caller.ended).isEqualTo(failure == StreamFailure.END);
		assertThat(caller.error).isNull();
	}

	/** One call, as its caller sees it. */
	private static final class Caller {

		private int status = -1;

		private final List<String> items = new ArrayList<>();

		private final ByteArrayOutputStream errorBytes = new ByteArrayOutputStream();

		private @Nullable String error;

		private boolean ended;

	}

	/** A response stream that is being read. */
	private static final class Decoder {

		private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

		private int requestId = -1;

	}

	private static final class MuxioClient implements Subscriber<ByteBuf> {

		private final MemoryTransport transport = new MemoryTransport();

		private final PeerConnection connection;

		private final Map<Integer, Caller> callers = new HashMap<>();

		private final Map<Integer, Decoder> decoders = new HashMap<>();

		private final List<Integer> takenForCalls = new ArrayList<>();

		private int cancelled;

		private int nextId = 1;

		MuxioClient(PeerContext context) {
			this.connection = new PeerConnection(Side.ACCEPTING, WireMode.BASE, context, this.transport,
					PooledByteBufAllocator.DEFAULT);
			this.connection.outbound().subscribe(this);
		}

		/** OPEN and END travel as two messages. */
		Caller call(String method, String arguments) {
			int id = this.nextId++;
			Caller caller = new Caller();
			this.callers.put(id, caller);
			byte[] metadata = arguments.getBytes(StandardCharsets.UTF_8);
			send(frame(id, 0, 0, 15 + metadata.length).put((byte) 0)
				.putInt(id)
				.putLong(MethodId.of(method))
				.putShort((short) metadata.length)
				.put(metadata));
			send(frame(id, 1, 2, 0));
			return caller;
		}

		private static ByteBuffer frame(int stream, int seq, int kind, int length) {
			return ByteBuffer.allocate(13 + length)
				.order(ByteOrder.LITTLE_ENDIAN)
				.putInt(length)
				.putInt(stream)
				.putInt(seq)
				.put((byte) kind);
		}

		private void send(ByteBuffer frame) {
			this.connection.receive(Unpooled.wrappedBuffer(frame.array()));
		}

		void pumpUntil(BooleanSupplier condition) {
			long end = System.nanoTime() + HangGuard.DURATION.toNanos();
			while (!condition.getAsBoolean()) {
				assertThat(System.nanoTime()).as("hang guard").isLessThan(end);
				try {
					this.transport.runTasks();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			}
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(ByteBuf message) {
			ByteBuffer bytes = message.nioBuffer().order(ByteOrder.LITTLE_ENDIAN);
			boolean goesOn = true;
			while (goesOn && bytes.hasRemaining()) {
				byte[] payload = new byte[bytes.getInt()];
				int stream = bytes.getInt();
				bytes.getInt();
				int kind = bytes.get();
				bytes.get(payload);
				// What follows a CANCEL in one read is lost.
				goesOn = kind != 3;
				take(stream, kind, payload);
			}
			message.release();
		}

		private void take(int stream, int kind, byte[] payload) {
			if (kind == 3) {
				// No caller hears of it.
				this.cancelled++;
				this.decoders.remove(stream);
				return;
			}
			Decoder decoder = this.decoders.computeIfAbsent(stream, (id) -> new Decoder());
			decoder.bytes.writeBytes(payload);
			ByteBuffer header = ByteBuffer.wrap(decoder.bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
			byte[] body = payload;
			if (decoder.requestId < 0) {
				if (header.remaining() < 15 || header.remaining() < 15 + header.getShort(13)) {
					return;
				}
				decoder.requestId = header.getInt(1);
				body = new byte[header.remaining() - 15 - header.getShort(13)];
				header.get(15 + header.getShort(13), body);
				opened(decoder.requestId, (header.getShort(13) > 0) ? header.get(15) : 0);
			}
			Caller caller = this.callers.get(decoder.requestId);
			if (caller != null && body.length > 0) {
				if (caller.status == 0) {
					caller.items.add(new String(body, StandardCharsets.UTF_8));
				}
				else {
					caller.errorBytes.writeBytes(body);
				}
			}
			if (kind == 2) {
				this.decoders.remove(stream);
				ended(decoder.requestId);
			}
		}

		/** A header with the id of a call sets the status of its handler again. */
		private void opened(int requestId, int status) {
			Caller caller = this.callers.get(requestId);
			if (caller == null) {
				this.takenForCalls.add(requestId);
			}
			else {
				caller.status = status;
			}
		}

		private void ended(int requestId) {
			Caller caller = this.callers.remove(requestId);
			if (caller != null) {
				caller.ended = true;
				caller.error = (caller.status == 0) ? null : caller.errorBytes.toString(StandardCharsets.UTF_8);
			}
		}

		@Override
		public void onError(Throwable failure) {
			throw new IllegalStateException(failure);
		}

		@Override
		public void onComplete() {
		}

	}

	interface Feed {

		Flow.Publisher<Integer> failAfter(int count);

	}

	static class FeedServer implements Feed {

		@Override
		public Flow.Publisher<Integer> failAfter(int count) {
			return FlowAdapters
				.toFlowPublisher(Flux.range(0, count).concatWith(Flux.error(new IllegalStateException("enough"))));
		}

	}

}
