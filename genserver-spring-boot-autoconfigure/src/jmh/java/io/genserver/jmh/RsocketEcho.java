package io.genserver.jmh;

import java.nio.ByteBuffer;

import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketServer;
import io.rsocket.frame.decoder.PayloadDecoder;
import io.rsocket.transport.netty.server.CloseableChannel;
import io.rsocket.transport.netty.server.WebsocketServerTransport;
import io.rsocket.util.DefaultPayload;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The peer's server side, with the payload decoder its manual names for speed: payloads
 * are not copied.
 */
final class RsocketEcho implements EchoServer.Host {

	@Override
	public int start() {
		CloseableChannel server = RSocketServer.create((setup, sending) -> Mono.just(new Handler()))
			.payloadDecoder(PayloadDecoder.ZERO_COPY)
			.bindNow(WebsocketServerTransport.create("localhost", 0));
		return server.address().getPort();
	}

	private static final class Handler implements RSocket {

		@Override
		public Mono<Payload> requestResponse(Payload payload) {
			return Mono.just(payload);
		}

		@Override
		public Flux<Payload> requestStream(Payload payload) {
			int count = payload.data().readInt();
			payload.release();
			return Flux.range(0, count).map((number) -> DefaultPayload.create(ByteBuffer.wrap(EchoServer.ITEM)));
		}

	}

}
