package io.genserver.jmh;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.netty.buffer.ByteBufUtil;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketConnector;
import io.rsocket.frame.decoder.PayloadDecoder;
import io.rsocket.transport.netty.client.WebsocketClientTransport;
import io.rsocket.util.DefaultPayload;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * The peer's client side, with connections that do not come from a pool, which would
 * limit their number. It has no deadlines unless operators add them, and none are added.
 */
final class RsocketEchoClient implements EchoClient {

	private final RSocket socket;

	RsocketEchoClient(int port) {
		this.socket = Objects.requireNonNull(RSocketConnector.create()
			.payloadDecoder(PayloadDecoder.ZERO_COPY)
			.connect(WebsocketClientTransport
				.create(HttpClient.create(ConnectionProvider.newConnection()).host("localhost").port(port), "/"))
			.block());
	}

	@Override
	public byte[] echo(byte[] payload) {
		return Objects.requireNonNull(echoMono(payload).block());
	}

	@Override
	public CompletableFuture<byte[]> echoAsync(byte[] payload) {
		return echoMono(payload).toFuture();
	}

	@Override
	public Mono<byte[]> echoMono(byte[] payload) {
		return this.socket.requestResponse(DefaultPayload.create(payload)).map(RsocketEchoClient::bytes);
	}

	@Override
	public Flux<byte[]> items(int count) {
		ByteBuffer request = ByteBuffer.allocate(Integer.BYTES).putInt(0, count);
		return this.socket.requestStream(DefaultPayload.create(request)).map(RsocketEchoClient::bytes);
	}

	private static byte[] bytes(Payload reply) {
		byte[] bytes = ByteBufUtil.getBytes(reply.sliceData());
		reply.release();
		return bytes;
	}

	@Override
	public void close() {
		this.socket.dispose();
	}

}
