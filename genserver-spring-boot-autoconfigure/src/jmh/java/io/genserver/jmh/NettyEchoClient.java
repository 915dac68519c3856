package io.genserver.jmh;

import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.http.client.HttpClient;
import reactor.util.concurrent.Queues;

/**
 * The floor's client side: answers come in the order of the questions. One thread at a
 * time may ask.
 */
final class NettyEchoClient implements EchoClient {

	private final Socket echo;

	private final Socket items;

	private final Queue<CompletableFuture<byte[]>> asked = new ConcurrentLinkedQueue<>();

	private volatile Consumer<byte[]> item = (bytes) -> {
	};

	NettyEchoClient(int port) {
		this.echo = new Socket("ws://localhost:" + port + "/echo",
				(bytes) -> Objects.requireNonNull(this.asked.poll()).complete(bytes));
		this.items = new Socket("ws://localhost:" + port + "/items", (bytes) -> this.item.accept(bytes));
	}

	@Override
	public byte[] echo(byte[] payload) {
		return echoAsync(payload).join();
	}

	@Override
	public CompletableFuture<byte[]> echoAsync(byte[] payload) {
		CompletableFuture<byte[]> answer = new CompletableFuture<>();
		this.asked.add(answer);
		this.echo.send(Unpooled.wrappedBuffer(payload));
		return answer;
	}

	@Override
	public Mono<byte[]> echoMono(byte[] payload) {
		return Mono.create((sink) -> {
			CompletableFuture<byte[]> answer = echoAsync(payload);
			answer.whenComplete((bytes, failure) -> sink.success(bytes));
		});
	}

	@Override
	public Flux<byte[]> items(int count) {
		return Flux.create((sink) -> {
			int[] left = { count };
			this.item = (bytes) -> {
				sink.next(bytes);
				if (--left[0] == 0) {
					sink.complete();
				}
			};
			this.items.send(Unpooled.copyInt(count));
		});
	}

	@Override
	public void close() {
		this.echo.connection.dispose();
		this.items.connection.dispose();
	}

	/** A connection that hands on the payload of each message. */
	private static final class Socket {

		private final Sinks.Many<ByteBuf> sending = Sinks.many()
			.unicast()
			.onBackpressureBuffer(Queues.<ByteBuf>unboundedMultiproducer().get());

		private final CompletableFuture<Void> open = new CompletableFuture<>();

		private final Disposable connection;

		Socket(String uri, Consumer<byte[]> received) {
			this.connection = HttpClient.create().websocket().uri(uri).handle((in, out) -> {
				this.open.complete(null);
				return Flux.merge(out.send(this.sending.asFlux()),
						in.receive().doOnNext((message) -> received.accept(ByteBufUtil.getBytes(message))).then());
			}).subscribe((done) -> {
			}, this.open::completeExceptionally);
			this.open.join();
		}

		void send(ByteBuf message) {
			this.sending.emitNext(message, Sinks.EmitFailureHandler.FAIL_FAST);
		}

	}

}
